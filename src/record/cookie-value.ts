// Cookie values: what may be one, and how a new one is made.

import { randomBytes } from "node:crypto";
import { CookieAuthenticatorError } from "../errors.js";

/** Longest value in bytes: LMDB's key limit of 511 less the 2 bytes of the table's slot. */
export const COOKIE_VALUE_MAX_BYTES = 509;
/** Fewest characters of a value that we make: 22 of 6 bits are 132 bits, at least 128 are demanded (OWASP ASVS 7.2.3). */
export const COOKIE_VALUE_MIN_LENGTH = 22;
/** Crossbar's default: 24 characters, 144 bits. */
export const COOKIE_VALUE_DEFAULT_LENGTH = 24;
/** Crossbar's own longest. */
export const COOKIE_VALUE_MAX_LENGTH = 64;

/** cookie-octet of RFC 6265, section 4.1.1: visible ASCII without `"`, `,`, `;` and `\`. */
const COOKIE_OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

/** Whether the text can be a cookie's value at all: 1 to 509 cookie-octets. Checked before any look-up. */
export function isCookieValue(text: string): boolean {
  return text.length > 0 && text.length <= COOKIE_VALUE_MAX_BYTES && COOKIE_OCTETS.test(text);
}

/**
 * A new value: cryptographically random, opaque, in Crossbar's alphabet (`autobahn.util.newid`: base64, no padding).
 *
 * @param length in characters of 6 bits each, 22 to 64
 * @throws `ERR_COOKIE_FIELD` if the length is out of range
 */
export function makeCookieValue(length: number = COOKIE_VALUE_DEFAULT_LENGTH): string {
  if (!Number.isInteger(length) || length < COOKIE_VALUE_MIN_LENGTH || length > COOKIE_VALUE_MAX_LENGTH) {
    throw new CookieAuthenticatorError(
      "ERR_COOKIE_FIELD",
      `a cookie value of ${length} characters: expected ${COOKIE_VALUE_MIN_LENGTH} to ${COOKIE_VALUE_MAX_LENGTH}`,
      { hint: "22 characters are 132 bits; fewer than 128 bits can be guessed" },
    );
  }
  return randomBytes(Math.ceil((length * 6) / 8))
    .toString("base64")
    .slice(0, length);
}
