// All records of the cookie table: decodable, where they belong, and found by the index.

import type { LmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import { type CookieSlots, recordKey } from "../zlmdb-layout.js";
import { checkRecord, findRecordOid } from "./check-record.js";
import type { Findings } from "./findings.js";
import { judgeRecord, type RecordVerdict } from "./judge-record.js";
import { slotRange } from "./key-range.js";
import type { KeyWalk } from "./key-walk.js";
import { UnindexedValues } from "./unindexed-values.js";
import { valueOfRecord } from "./value-of-record.js";

export interface RecordCounts {
  readonly records: number;
  readonly recordsWithoutValue: number;
}

/** @throws what `KeyWalk.over` throws */
export async function checkRecords(
  reader: LmdbReader,
  walk: KeyWalk,
  slots: CookieSlots,
  findings: Findings,
): Promise<RecordCounts> {
  const unindexed = new UnindexedValues();
  const counts = { records: 0, recordsWithoutValue: 0 };
  await walk.over(
    slotRange(slots.cookies),
    // Record, index entry and the record it leads to are of one snapshot: no commit can come in between.
    (snapshot, entry) => judgeRecord(snapshot, slots, entry),
    (entry, verdict) => {
      counts.records += 1;
      for (const observation of checkRecord(entry)) findings.add(observation);
      if (verdict?.is === "without value") counts.recordsWithoutValue += 1;
      const oid = findRecordOid(entry.key);
      if (oid === undefined) return;
      addVerdict(findings, oid, verdict);
      if (verdict?.is !== "not indexed" && verdict?.is !== "wrong key") return;
      const earlier = unindexed.add(verdict.key, oid);
      // The two were seen in two snapshots: the earlier one may be gone by now.
      if (earlier !== undefined && haveOneValue(reader, slots, earlier, oid))
        findings.add({ kind: "duplicate-value", oid, otherOid: earlier });
    },
  );
  return counts;
}

function addVerdict(findings: Findings, oid: string, verdict: RecordVerdict | undefined): void {
  switch (verdict?.is) {
    case undefined:
      findings.add({ kind: "keys-unreadable", oid, what: "its index key is on a damaged page" });
      break;
    case "value too long":
      findings.add({ kind: "record-value-too-long", oid });
      break;
    case "not indexed":
      findings.add({ kind: "record-without-index-key", oid });
      break;
    case "wrong key":
      findings.add({ kind: "record-with-wrong-index-key", oid });
      break;
    case "taken":
      findings.add({ kind: "duplicate-value", oid, otherOid: verdict.owner });
      break;
  }
}

/** Looks again at two records, in one snapshot. */
function haveOneValue(reader: LmdbReader, slots: CookieSlots, one: string, other: string): boolean {
  return reader.read((snapshot) => {
    const [a, b] = [one, other].map((oid) => {
      const record = snapshot.get(recordKey(slots, oid));
      return record === undefined ? undefined : valueOfRecord(slots, record);
    });
    return a?.state === "indexable" && b?.state === "indexable" && a.key.equals(b.key);
  });
}
