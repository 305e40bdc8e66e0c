// The names of a store's keys, and the entries of its indexes by user and by expiry.

import { hash } from "node:crypto";
import { CookieAuthenticatorError } from "../../errors.js";
import type { Cookie } from "../../record/cookie.js";
import { COOKIE_VALUE_MAX_BYTES } from "../../record/cookie-value.js";
import { findOwnExpiryNs, MAX_U64 } from "../session-index-keys.js";

/** How the keys and their contents are laid out: the mark `layout`. */
export const LAYOUT = "1";
/** Digits of a time in ns, so that the order of the texts is that of the times: 2^64 - 1 has 20. */
const TIME_DIGITS = 20;
const NS_PER_MS = 1_000_000n;

/** The names of the keys of one store. */
export interface ValkeyKeys {
  /** What all names begin with: the prefix in braces, which puts all of them into one hash slot. */
  readonly start: string;
  /**
   * Hash: `layout`, `values` (`sha256` or `plain`), `clock` (ns, 20 digits), `version` (token of the last commit), `change`
   * (number and token of the last commit that changed a record).
   */
  readonly marks: string;
  /** Sorted set, all scores 0: the oids of all cookies, so in their byte order. */
  readonly oids: string;
  /** Sorted set, all scores 0: an `expiryEntry` for each cookie with an expiry of its own, so in order of expiry. */
  readonly expiries: string;
  /** Stream: for each commit that changed records, under its number, its token and the oids. */
  readonly changes: string;
  /** String: the record. @param value as it is stored */
  record(value: string): string;
  /** String: the last use. @param value as it is stored */
  use(value: string): string;
  /** String: the stored value of the cookie. */
  oid(oid: string): string;
  /** Sorted set, all scores 0: oids of the user's cookies, so in their byte order. */
  user(authid: string): string;
  /** String, for a minute: a commit that was made. */
  commit(token: string): string;
}

export function valkeyKeys(prefix: string): ValkeyKeys {
  const start = `{${prefix}}`;
  return {
    start,
    marks: `${start}:m`,
    oids: `${start}:i`,
    expiries: `${start}:x`,
    changes: `${start}:l`,
    record: (value) => `${start}:c:${value}`,
    use: (value) => `${start}:u:${value}`,
    oid: (oid) => `${start}:o:${oid}`,
    user: (authid) => `${start}:a:${hashAuthid(authid)}`,
    commit: (token) => `${start}:t:${token}`,
  };
}

/** The SHA-256 of an authid in base64url: 43 characters for any text, and personal data in no key. */
export function hashAuthid(authid: string): string {
  return hash("sha256", authid, "base64url");
}

/** Whether a record may be stored under the value, as on LMDB; what can't be is not asked for. */
export function isKeyValue(value: string): boolean {
  if (value.length === 0 || value.length > COOKIE_VALUE_MAX_BYTES) return false;
  return Buffer.byteLength(value, "utf8") <= COOKIE_VALUE_MAX_BYTES;
}

/** A time as text of one length. */
export function timeText(timeNs: bigint): string {
  return (timeNs > MAX_U64 ? MAX_U64 : timeNs).toString().padStart(TIME_DIGITS, "0");
}

/**
 * The entry of the index by expiry: `<ns>/<oid>/<hash of authid>`. The hash is there so that what only the TTL removed
 * leaves the index by user too, when nobody knows the record any more.
 */
export function expiryEntry(cookie: Cookie): string | undefined {
  const expiryNs = readable(() => findOwnExpiryNs(cookie));
  if (expiryNs === undefined) return undefined;
  const authid = readable(() => cookie.authid);
  return `${timeText(expiryNs)}/${cookie.oid}/${authid === undefined ? "" : hashAuthid(authid)}`;
}

/** The user of a record, or nobody; an authid that can't be read has no entry, as on LMDB. */
export function indexedAuthid(cookie: Cookie): string | undefined {
  return readable(() => cookie.authid);
}

/**
 * When the record's own lifetime is over, in ms since 1970, rounded up; `undefined`: never, or after the year 2554, which no
 * 64 bits of ns hold.
 */
export function expiryMs(cookie: Cookie): number | undefined {
  const expiryNs = readable(() => findOwnExpiryNs(cookie));
  if (expiryNs === undefined || expiryNs > MAX_U64) return undefined;
  return Number((expiryNs + NS_PER_MS - 1n) / NS_PER_MS);
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return undefined;
    throw error;
  }
}
