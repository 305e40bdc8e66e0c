// What is stored for a cookie value: itself, or its SHA-256.

import { hash } from "node:crypto";
import { COOKIE_VALUE_MAX_BYTES } from "../record/cookie-value.js";

/**
 * What is stored for a value that a client presents. Hashed, it is 43 characters of base64url, and who steals the
 * database has nothing to present (S-07). Values are random, at least 128 bits: a fast hash without salt is enough.
 */
export function toStoredValue(value: string, areValuesHashed: boolean): string {
  return areValuesHashed ? hash("sha256", value, "base64url") : value;
}

/**
 * The same for a look-up; `""`, which nothing is stored under, for what can't be a value. Otherwise a client could have
 * a megabyte hashed.
 */
export function toLookUpValue(value: string, areValuesHashed: boolean): string {
  if (!areValuesHashed) return value;
  return value.length === 0 || value.length > COOKIE_VALUE_MAX_BYTES ? "" : toStoredValue(value, true);
}
