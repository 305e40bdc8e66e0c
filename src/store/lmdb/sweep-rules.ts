// What a sweep finds wrong with one entry, and how it is mended.

import { castIfWhole } from "../cast-if-whole.js";
import { EMPTY_VALUE, isIndexKeyOf, oidOfIndexKey, sessionIndexKeys } from "../session-index-keys.js";
import type { KeyReads } from "../snapshot-engine.js";
import { type CookieSlots, findRecordOid, recordKey, SLOT_BYTES } from "../zlmdb-layout.js";
import type { LmdbEntry, LmdbTransaction } from "./environment.js";
import { getSessionSlots } from "./session-writes.js";

/** Mends what belongs to one key, if that is still to be done. @returns how many entries were changed */
export type Mend = (transaction: LmdbTransaction, slots: CookieSlots, key: Buffer) => number;

/** Whether a record has all the index entries that it asks for. */
export function isIndexed(reads: KeyReads, slots: CookieSlots, { key, value }: LmdbEntry): boolean {
  return entriesOf(slots, key, value).every((entry) => reads.get(entry) !== undefined);
}

/** Adds the index entries that a record lacks. */
export function addMissingEntries(transaction: LmdbTransaction, slots: CookieSlots, key: Buffer): number {
  const record = transaction.get(key);
  if (record === undefined) return 0; // deleted since
  const missing = entriesOf(slots, key, record).filter((entry) => transaction.get(entry) === undefined);
  for (const entry of missing) transaction.put(entry, EMPTY_VALUE);
  return missing.length;
}

/** Whether an index entry or a last use has no record, or one that doesn't ask for it. */
export function isStale(reads: KeyReads, slots: CookieSlots, { key }: Pick<LmdbEntry, "key">): boolean {
  const own = getSessionSlots(slots);
  const isUse = key.readUInt16BE(0) === own.uses;
  const oid = isUse ? findRecordOid(key) : oidOfIndexKey(own, key);
  const record = oid === undefined ? undefined : reads.get(recordKey(slots, oid));
  if (record === undefined) return true;
  if (isUse) return false;
  const cookie = castIfWhole(record);
  // Of a damaged record nobody can say what it asks for; by its entries a listing still finds and shows it.
  return cookie !== undefined && !isIndexKeyOf(own, key, cookie);
}

/** Removes an entry that is stale. */
export function removeIfStale(transaction: LmdbTransaction, slots: CookieSlots, key: Buffer): number {
  return isStale(transaction, slots, { key }) && transaction.delete(key) ? 1 : 0;
}

function entriesOf(slots: CookieSlots, key: Buffer, record: Buffer): Buffer[] {
  const cookie = castIfWhole(record);
  if (cookie === undefined || findRecordOid(key) === undefined) return [];
  const { byAuthid, byExpiry } = sessionIndexKeys(getSessionSlots(slots), cookie, key.subarray(SLOT_BYTES));
  return [byAuthid, byExpiry].filter((entry) => entry !== undefined);
}
