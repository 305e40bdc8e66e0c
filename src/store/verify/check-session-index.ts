// All entries of one of our indexes: each is of a record that asks for it.

import type { CookieSlots, SessionSlots } from "../zlmdb-layout.js";
import type { Findings } from "./findings.js";
import { judgeSessionEntry, type SessionEntryVerdict } from "./judge-session-entry.js";
import { slotRange } from "./key-range.js";
import type { KeyWalk } from "./key-walk.js";

/**
 * @param index.slot that of the index by user, or by expiry
 * @returns number of its entries
 * @throws what `KeyWalk.over` throws
 */
export async function checkSessionIndex(
  walk: KeyWalk,
  slots: CookieSlots,
  { own, slot }: { readonly own: SessionSlots; readonly slot: number },
  findings: Findings,
): Promise<number> {
  const by = slot === own.byAuthid ? "by user" : "by expiry";
  let entries = 0;
  await walk.over(
    slotRange(slot),
    // Entry, record and the mark that says what to think of it are of one snapshot.
    (snapshot, { key }) => judgeSessionEntry(snapshot, slots, own, key),
    (_entry, verdict) => {
      entries += 1;
      addVerdict(findings, by, verdict);
    },
  );
  return entries;
}

function addVerdict(findings: Findings, by: string, verdict: SessionEntryVerdict | undefined): void {
  switch (verdict?.is) {
    case undefined:
      findings.add({ kind: "keys-unreadable", what: `the record of an entry ${by} is on a damaged page` });
      break;
    case "malformed":
      // Only we write here, so that a sweep in arrears is no excuse for it.
      findings.add({ kind: "session-entry-malformed", what: `${by}, a key of ${verdict.bytes} bytes` });
      break;
    case "unjudged":
      findings.add({ kind: "session-entry-unjudged", oid: verdict.oid, what: by });
      break;
    case "without record":
    case "contradicted": {
      const { is, oid, areExact } = verdict;
      if (!areExact) findings.add({ kind: "session-index-lag", oid, what: `${by}, to be removed` });
      else findings.add({ kind: is === "contradicted" ? CONTRADICTED : WITHOUT_RECORD, oid, what: by });
      break;
    }
  }
}

const CONTRADICTED = "session-entry-contradicted";
const WITHOUT_RECORD = "session-entry-without-record";
