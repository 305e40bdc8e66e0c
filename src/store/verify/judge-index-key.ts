// One key of the value index: does it lead to a record that has this value?

import { UUID_BYTES, uuidFromBytes } from "../../record/uuid.js";
import { type CookieSlots, recordKeyOfIndexEntry } from "../zlmdb-layout.js";
import { valueOfRecord } from "./value-of-record.js";

/** Reads of one state: a snapshot, or a write transaction. */
export interface StateReads {
  get(key: Uint8Array): Buffer | undefined;
}

/** `unjudged`: the record can't be decoded, so that nobody knows its value. */
export type IndexKeyVerdict =
  | { readonly is: "malformed"; readonly bytes: number }
  | { readonly is: "right" | "without record" | "of other value" | "unjudged"; readonly oid: string };

/**
 * @param key the index key, slot included
 * @param entry what is stored under it
 */
export function judgeIndexKey(
  reads: StateReads,
  slots: CookieSlots,
  key: Buffer,
  entry: Buffer,
): IndexKeyVerdict {
  if (entry.length !== UUID_BYTES) return { is: "malformed", bytes: entry.length };
  const oid = uuidFromBytes(entry);
  const record = reads.get(recordKeyOfIndexEntry(slots, entry));
  if (record === undefined) return { is: "without record", oid };
  const value = valueOfRecord(slots, record);
  if (value.state === "undecodable") return { is: "unjudged", oid };
  return { is: value.state === "indexable" && value.key.equals(key) ? "right" : "of other value", oid };
}
