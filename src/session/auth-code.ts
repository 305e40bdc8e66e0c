// A code that is bound to a session: whoever presents the cookie must know it too.

import { createHash, timingSafeEqual } from "node:crypto";
import type { Cookie } from "../record/cookie.js";
import { AUTH_CODE_KEY } from "./device.js";
import { argumentError } from "./session-errors.js";

/** Longest code, in characters. */
const AUTH_CODE_MAX_LENGTH = 1024;

/**
 * What is stored of a code, in hex. A hash without salt: a code is to be random, as a cookie value is.
 *
 * @throws `ERR_SESSION_ARGUMENT` if it is no text of 1 to 1024 characters
 */
export function hashAuthCode(authCode: unknown): string {
  if (typeof authCode !== "string" || authCode === "" || authCode.length > AUTH_CODE_MAX_LENGTH)
    throw argumentError("authCode", `expected a text of 1 to ${AUTH_CODE_MAX_LENGTH} characters`);
  if (!authCode.isWellFormed()) throw argumentError("authCode", "it has a lone surrogate");
  return createHash("sha256").update(authCode, "utf8").digest("hex");
}

/**
 * Whether the code is the one bound to the session. One that is bound must be given, and one that is given must be
 * bound: a caller that demands a code must not take a session that was made without for one that passed.
 *
 * @throws `ERR_RECORD_CBOR` if the record's transport info can't be decoded: a bound code is never skipped
 */
export function isAuthCodeRight(cookie: Cookie, authCode: string | undefined): boolean {
  const info = cookie.authenticatedTransportInfo;
  const isBound = Object.hasOwn(info, AUTH_CODE_KEY);
  if (authCode === undefined || !isBound) return authCode === undefined && !isBound;
  const stored = Buffer.from(String(info[AUTH_CODE_KEY]), "utf8");
  const given = Buffer.from(hashAuthCode(authCode), "utf8");
  return stored.length === given.length && timingSafeEqual(stored, given);
}
