// A record for those who pass over damaged ones: `db verify` is what finds them.

import { CookieAuthenticatorError } from "../errors.js";
import { Cookie } from "../record/cookie.js";

/** As `Cookie.cast`, and `undefined` for bytes that are no record. */
export function castIfWhole(record: Uint8Array): Cookie | undefined {
  try {
    return Cookie.cast(record);
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return undefined;
    throw error;
  }
}
