// Our indexes by user and by expiry: does an entry lead to a record that asks for it, and has a record its entries?

import type { LmdbEntry } from "../../lmdb-reader/snapshot.js";
import { castIfWhole } from "../cast-if-whole.js";
import { isIndexKeyOf, oidOfIndexKey, sessionIndexKeys } from "../session-index-keys.js";
import { INDEXES_EXACT, markKey } from "../store-marks.js";
import {
  type CookieSlots,
  findRecordOid,
  recordKey,
  type SessionSlots,
  SLOT_BYTES,
} from "../zlmdb-layout.js";
import type { StateReads } from "./judge-index-key.js";

/** What `malformed` and the two stale ones have in common: a sweep removes them. */
export type SessionEntryVerdict =
  | { readonly is: "malformed"; readonly bytes: number }
  /** `unjudged`: nobody knows what a record asks for that can't be decoded; a sweep leaves its entries alone. */
  | { readonly is: "right" | "unjudged"; readonly oid: string }
  | {
      readonly is: "without record" | "contradicted";
      readonly oid: string;
      /** Whether the store says that they are exact, in the same state. */
      readonly areExact: boolean;
    };

/** Which entries of its own a record lacks. */
export interface LackingEntries {
  readonly by: readonly ("by user" | "by expiry")[];
  readonly areExact: boolean;
}

/** The entry is all key: what is stored under it is looked at by nobody. */
export function judgeSessionEntry(
  reads: StateReads,
  slots: CookieSlots,
  own: SessionSlots,
  key: Buffer,
): SessionEntryVerdict {
  const oid = oidOfIndexKey(own, key);
  if (oid === undefined) return { is: "malformed", bytes: key.length };
  const record = reads.get(recordKey(slots, oid));
  if (record === undefined) return { is: "without record", oid, areExact: areIndexesExact(reads, own) };
  const cookie = castIfWhole(record);
  if (cookie === undefined) return { is: "unjudged", oid };
  if (isIndexKeyOf(own, key, cookie)) return { is: "right", oid };
  return { is: "contradicted", oid, areExact: areIndexesExact(reads, own) };
}

/** `undefined` if it lacks none, asks for none, or can't be judged. */
export function lackingEntries(
  reads: StateReads,
  slots: CookieSlots,
  { key, value }: LmdbEntry,
): LackingEntries | undefined {
  const { own } = slots;
  const cookie = own === undefined || findRecordOid(key) === undefined ? undefined : castIfWhole(value);
  if (own === undefined || cookie === undefined) return undefined;
  const { byAuthid, byExpiry } = sessionIndexKeys(own, cookie, key.subarray(SLOT_BYTES));
  const isLacking = (entry: Buffer | undefined): boolean =>
    entry !== undefined && reads.get(entry) === undefined;
  const by = [
    ...(isLacking(byAuthid) ? (["by user"] as const) : []),
    ...(isLacking(byExpiry) ? (["by expiry"] as const) : []),
  ];
  return by.length === 0 ? undefined : { by, areExact: areIndexesExact(reads, own) };
}

/** Of the entry's own state: a store that is opened as a shared one takes the mark away while we look. */
function areIndexesExact(reads: StateReads, own: SessionSlots): boolean {
  return reads.get(markKey(own, "indexes"))?.equals(INDEXES_EXACT) === true;
}
