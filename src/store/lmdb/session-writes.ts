// What a transaction does with our own tables beyond the records: last uses, a user's cookies, the clock.

import { CookieAuthenticatorError } from "../../errors.js";
import type { Cookie } from "../../record/cookie.js";
import type { CookieUse } from "../cookie-reader.js";
import { encodeUse, useKey } from "../cookie-uses.js";
import { findCookieByOid } from "../find-cookie.js";
import { authidRange, oidOfIndexKey } from "../session-index-keys.js";
import { encodeClock, markKey, readClockNs } from "../store-marks.js";
import { type CookieSlots, recordKey, type SessionSlots } from "../zlmdb-layout.js";
import type { LmdbTransaction } from "./environment.js";

/** Entries of a range that are read at once. */
const CHUNK = 500;

/** `false` if there is no such cookie. @throws `ERR_STORE_TABLES`, `ERR_COOKIE_FIELD` */
export function putUse(
  transaction: LmdbTransaction,
  slots: CookieSlots,
  oid: string,
  use: CookieUse,
): boolean {
  const own = getSessionSlots(slots);
  if (transaction.get(recordKey(slots, oid)) === undefined) return false;
  transaction.put(useKey(own, oid), encodeUse(use));
  return true;
}

/** The user's cookies by our index; an entry whose record is gone or has another authid is passed over. */
export function listUserCookies(transaction: LmdbTransaction, slots: CookieSlots, authid: string): Cookie[] {
  const own = getSessionSlots(slots);
  const { start, end } = authidRange(own, authid);
  const cookies: Cookie[] = [];
  for (let from: Buffer | undefined = start; from !== undefined; ) {
    const entries = transaction.range(from, end, CHUNK);
    for (const { key } of entries) {
      const oid = oidOfIndexKey(own, key);
      const cookie = oid === undefined ? undefined : findCookieByOid(transaction, slots, oid);
      if (cookie?.authid === authid) cookies.push(cookie);
    }
    const last = entries.at(-1);
    from =
      last === undefined || entries.length < CHUNK ? undefined : Buffer.concat([last.key, Buffer.alloc(1)]);
  }
  return cookies;
}

/** @throws `ERR_STORE_TABLES`, `ERR_COOKIE_FIELD` */
export function raiseClock(transaction: LmdbTransaction, slots: CookieSlots, timeNs: bigint): void {
  const own = getSessionSlots(slots);
  if (timeNs > readClockNs(transaction, own)) transaction.put(markKey(own, "clock"), encodeClock(timeNs));
}

/**
 * The slots of our own tables.
 *
 * @throws `ERR_STORE_TABLES` if they aren't there: an answer of "none" would lift a limit of sessions in silence
 */
export function getSessionSlots({ own }: CookieSlots): SessionSlots {
  if (own !== undefined) return own;
  throw new CookieAuthenticatorError("ERR_STORE_TABLES", "the database has no tables for sessions yet", {
    hint: "open it with `sessions`, which makes them (the configuration's `sessions`)",
  });
}
