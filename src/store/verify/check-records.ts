// All records of the cookie table: decodable, where they belong, and found by the indexes.

import type { LmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import { type CookieSlots, findRecordOid, recordKey } from "../zlmdb-layout.js";
import type { CheckedMarks } from "./check-marks.js";
import { checkRecord } from "./check-record.js";
import type { Findings } from "./findings.js";
import { isUnhashedValue } from "./is-unhashed-value.js";
import { judgeRecord, type RecordVerdict } from "./judge-record.js";
import { type LackingEntries, lackingEntries } from "./judge-session-entry.js";
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
  { areValuesHashed }: CheckedMarks,
): Promise<RecordCounts> {
  const unindexed = new UnindexedValues();
  const counts = { records: 0, recordsWithoutValue: 0 };
  await walk.over(
    slotRange(slots.cookies),
    // Record, index entries and the record they lead to are of one snapshot: no commit can come in between.
    (snapshot, entry) => ({
      verdict: judgeRecord(snapshot, slots, entry),
      lacking: lackingEntries(snapshot, slots, entry),
      isUnhashed: areValuesHashed && isUnhashedValue(snapshot, slots, entry.value),
    }),
    (entry, seen) => {
      const verdict = seen?.verdict;
      counts.records += 1;
      for (const observation of checkRecord(entry)) findings.add(observation);
      if (verdict?.is === "without value") counts.recordsWithoutValue += 1;
      const oid = findRecordOid(entry.key);
      if (oid === undefined) return;
      addVerdict(findings, oid, verdict);
      if (seen?.isUnhashed === true) findings.add({ kind: "record-value-not-hashed", oid });
      if (seen?.lacking !== undefined) addLacking(findings, oid, seen.lacking);
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
      findings.add({ kind: "keys-unreadable", oid, what: "its index entries are on a damaged page" });
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

function addLacking(findings: Findings, oid: string, { by, areExact }: LackingEntries): void {
  for (const index of by) {
    if (areExact) findings.add({ kind: "session-entry-missing", oid, what: index });
    else findings.add({ kind: "session-index-lag", oid, what: `${index}, to be added` });
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
