// All last uses: readable, and of a cookie that is there.

import type { CookieSlots, SessionSlots } from "../zlmdb-layout.js";
import type { Findings } from "./findings.js";
import { judgeUse } from "./judge-use.js";
import { slotRange } from "./key-range.js";
import type { KeyWalk } from "./key-walk.js";

/** @returns number of uses @throws what `KeyWalk.over` throws */
export async function checkUses(
  walk: KeyWalk,
  slots: CookieSlots,
  own: SessionSlots,
  findings: Findings,
): Promise<number> {
  let uses = 0;
  await walk.over(
    slotRange(own.uses),
    (snapshot, entry) => judgeUse(snapshot, slots, entry),
    (_entry, verdict) => {
      uses += 1;
      if (verdict === undefined)
        findings.add({ kind: "keys-unreadable", what: "the record of a last use is on a damaged page" });
      else if (verdict.is === "malformed") {
        const { oid, what } = verdict;
        findings.add({ kind: "use-malformed", ...(oid === undefined ? {} : { oid }), what });
      } else if (verdict.is === "without record") {
        // Crossbar deletes cookies and knows nothing of their uses. The next sweep removes them.
        findings.add({ kind: "use-without-record", oid: verdict.oid });
      }
    },
  );
  return uses;
}
