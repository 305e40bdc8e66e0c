// The scope of a session: words, kept as one blank-separated text in the record's authextra.

import type { Cookie } from "../record/cookie.js";
import { argumentError } from "./session-errors.js";

/** Key of authextra that holds the scope. */
export const SCOPE_KEY = "scope";

/** Longest scope, in characters of its text. */
const SCOPE_MAX_LENGTH = 4096;
/** What separates words, and what words can't hold: white space and control characters. */
const BLANKS = /[\s\p{Cc}]+/u;

/**
 * The words of a scope as a caller gives it, each once.
 *
 * @throws `ERR_SESSION_ARGUMENT` if it is neither a text nor a list of words without blanks, or too long
 */
export function parseScope(scope: unknown): string[] {
  const isList = Array.isArray(scope);
  if (!isList && typeof scope !== "string")
    throw argumentError("scope", "expected a text or a list of words");
  const words: unknown[] = isList ? scope : scope.split(BLANKS).filter((word) => word !== "");
  for (const word of words) {
    if (typeof word !== "string" || word === "" || BLANKS.test(word) || !word.isWellFormed())
      throw argumentError("scope", "expected words without blanks");
  }
  const unique = [...new Set(words as string[])];
  if (toScopeText(unique).length > SCOPE_MAX_LENGTH)
    throw argumentError("scope", `more than ${SCOPE_MAX_LENGTH} characters`);
  return unique;
}

/** The words as one text. */
export function toScopeText(words: readonly string[]): string {
  return words.join(" ");
}

/**
 * The words that a record grants. A record that others made may hold anything there: what is no scope grants nothing.
 *
 * @throws `ERR_RECORD_CBOR` if authextra can't be decoded: then nobody can join with the cookie either
 */
export function scopeOf(cookie: Cookie): string[] {
  const { authextra } = cookie;
  const stored: unknown = Object.hasOwn(authextra, SCOPE_KEY) ? authextra[SCOPE_KEY] : undefined;
  const texts: unknown[] = Array.isArray(stored) ? stored : [stored];
  const words = texts.flatMap((text) => (typeof text === "string" ? text.split(BLANKS) : []));
  return [...new Set(words)].filter((word) => word !== "");
}
