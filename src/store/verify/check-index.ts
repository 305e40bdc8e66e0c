// All keys of the value index: each leads to a record that has its value.

import type { CookieSlots } from "../zlmdb-layout.js";
import type { Findings } from "./findings.js";
import { type IndexKeyVerdict, judgeIndexKey } from "./judge-index-key.js";
import { slotRange } from "./key-range.js";
import type { KeyWalk } from "./key-walk.js";

/** @returns number of index keys @throws what `KeyWalk.over` throws */
export async function checkIndex(walk: KeyWalk, slots: CookieSlots, findings: Findings): Promise<number> {
  let keys = 0;
  await walk.over(
    slotRange(slots.valueIndex),
    // Key and record are of one snapshot: no commit can come in between.
    (snapshot, { key, value }) => judgeIndexKey(snapshot, slots, key, value),
    (_entry, verdict) => {
      keys += 1;
      addVerdict(findings, verdict);
    },
  );
  return keys;
}

function addVerdict(findings: Findings, verdict: IndexKeyVerdict | undefined): void {
  switch (verdict?.is) {
    case undefined:
      findings.add({ kind: "keys-unreadable", what: "the record of an index key is on a damaged page" });
      break;
    case "malformed":
      findings.add({ kind: "index-entry-malformed", what: `an entry of ${verdict.bytes} bytes, not 16` });
      break;
    case "without record":
      findings.add({ kind: "index-key-without-record", oid: verdict.oid });
      break;
    case "of other value":
      findings.add({ kind: "index-key-of-other-value", oid: verdict.oid });
      break;
    case "unjudged":
      findings.add({ kind: "index-key-unjudged", oid: verdict.oid });
      break;
  }
}
