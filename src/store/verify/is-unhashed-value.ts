// A record's value where the store keeps hashes: is it one?

import { CookieAuthenticatorError } from "../../errors.js";
import { Cookie } from "../../record/cookie.js";
import { readAreValuesHashed } from "../store-marks.js";
import type { CookieSlots } from "../zlmdb-layout.js";
import type { StateReads } from "./judge-index-key.js";

/** 32 bytes as base64url: of the last character only four bits are data. */
const SHA256_BASE64URL = /^[\w-]{42}[AEIMQUYcgkosw048]$/;

/** Whether a stored value may be a SHA-256. */
export function isSha256Value(value: string): boolean {
  return SHA256_BASE64URL.test(value);
}

/**
 * Whether a record has a value that is no SHA-256, in a store that says that all are. It may be a cookie as the browser
 * has it, which who steals the database can present (S-07); nobody is logged in by it.
 */
export function isUnhashedValue(reads: StateReads, slots: CookieSlots, record: Buffer): boolean {
  try {
    const { value } = Cookie.cast(record);
    // Asked again in the record's own state, and only then: the mark is there from before the first cookie on.
    return value !== undefined && !isSha256Value(value) && readAreValuesHashed(reads, slots);
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    if (error.code.startsWith("ERR_RECORD")) return false; // said of the record already
    throw error;
  }
}
