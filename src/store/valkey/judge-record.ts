// A record as it came from the server: cast, and checked against the key that led to it.

import { CookieAuthenticatorError } from "../../errors.js";
import { Cookie } from "../../record/cookie.js";
import { inconsistent } from "./valkey-errors.js";

/**
 * The record under a stored value.
 *
 * @param key `oid`: the oid that led to the value, if one did
 * @throws `ERR_RECORD_INVALID`; `ERR_STORE_INCONSISTENT` if it is another cookie's record
 */
export function judgeRecord(bytes: Buffer, key: { readonly value: string; readonly oid?: string }): Cookie {
  const cookie = cast(bytes, key.oid);
  // A key that leads to another cookie's record must never log anybody in.
  if (!cookie.hasValue(key.value)) throw inconsistent("a record is stored under another value", cookie.oid);
  if (key.oid !== undefined && cookie.oid !== key.oid)
    throw inconsistent("an oid leads to another cookie's record", key.oid);
  return cookie;
}

function cast(bytes: Buffer, oid: string | undefined): Cookie {
  try {
    return Cookie.cast(bytes);
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    const where = oid === undefined ? "a record of the store" : `the record ${oid}`;
    throw new CookieAuthenticatorError(error.code, `${error.message}, in ${where}`, {
      hint: "the database is damaged: `wamp-cookie-authenticator db verify` finds out how far",
      details: oid === undefined ? error.details : { ...error.details, oid },
      cause: error,
    });
  }
}
