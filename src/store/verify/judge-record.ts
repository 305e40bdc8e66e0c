// One record of the cookie table: does the key of its value lead to it?

import type { LmdbEntry } from "../../lmdb-reader/snapshot.js";
import { uuidToBytes } from "../../record/uuid.js";
import type { CookieSlots } from "../zlmdb-layout.js";
import { findRecordOid } from "../zlmdb-layout.js";
import { judgeIndexKey, type StateReads } from "./judge-index-key.js";
import { valueOfRecord } from "./value-of-record.js";

export type RecordVerdict =
  | { readonly is: "indexed" | "without value" | "value too long" | "undecodable" | "no oid" }
  /** Nothing is stored under its value, or something that leads to no record which is known to have it. */
  | { readonly is: "not indexed" | "wrong key"; readonly key: Buffer; readonly createdNs: bigint }
  /** The key leads to another record, which has the same value. */
  | { readonly is: "taken"; readonly key: Buffer; readonly createdNs: bigint; readonly owner: string };

/** Judges a record by the index of the same state. */
export function judgeRecord(reads: StateReads, slots: CookieSlots, record: LmdbEntry): RecordVerdict {
  const oid = findRecordOid(record.key);
  if (oid === undefined) return { is: "no oid" };
  const value = valueOfRecord(slots, record.value);
  if (value.state !== "indexable") return { is: value.state };
  const { key, createdNs } = value;
  const entry = reads.get(key);
  if (entry === undefined) return { is: "not indexed", key, createdNs };
  // The usual case, without a second look at the record: the key is made of its own value.
  if (uuidToBytes(oid).equals(entry)) return { is: "indexed" };
  const verdict = judgeIndexKey(reads, slots, key, entry);
  if (verdict.is !== "right") return { is: "wrong key", key, createdNs };
  return { is: "taken", key, createdNs, owner: verdict.oid };
}
