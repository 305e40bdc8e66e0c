// The errors about cookie values that every implementation of the writing port raises alike.

import { CookieAuthenticatorError } from "../errors.js";
import { COOKIE_VALUE_MAX_BYTES } from "../record/cookie-value.js";

/** A record whose value is absent, empty or too long for the index. */
export function valueNotStorable(oid: string, value: string | undefined): CookieAuthenticatorError {
  const why =
    value === undefined || value === ""
      ? "it has no value"
      : `its value of ${Buffer.byteLength(value, "utf8")} bytes passes LMDB's key limit`;
  return new CookieAuthenticatorError("ERR_STORE_KEY", `the cookie ${oid} can't be stored: ${why}`, {
    hint: `a cookie value has 1 to ${COOKIE_VALUE_MAX_BYTES} bytes`,
    details: { oid },
  });
}

/** A record whose value another record has. zlmdb would take the other's index key away in silence. */
export function valueTaken(oid: string, owner: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_COOKIE_VALUE_TAKEN",
    `the cookie ${oid} can't be stored: the cookie ${owner} has the same value`,
    { hint: "make a new value for each cookie", details: { oid, owner } },
  );
}
