// Verifies and repairs a store on Valkey or Redis for `db verify`, and words what came of it.

import type { ValkeyTarget } from "../store/store-target.js";
import { toTerminalText } from "./terminal-text.js";
import type { Verification, VerificationOptions } from "./verify-lmdb.js";

/** @throws what `verifyValkeyStore` and `repairValkeyStore` throw */
export async function verifyValkey(
  target: ValkeyTarget,
  { repair, onProgress }: VerificationOptions,
): Promise<Verification> {
  // Loaded when it is run: who has LMDB has nothing of it.
  const { verifyValkeyStore } = await import("../store/valkey/verify/verify-valkey-store.js");
  const { repairValkeyStore } = await import("../store/valkey/verify/repair-valkey-store.js");
  const { formatValkeyReport, formatValkeyRepair } = await import(
    "../store/valkey/verify/format-valkey-report.js"
  );
  const { report, done } = repair
    ? await repairValkeyStore(target, { onProgress }).then(({ after, repair }) => ({
        report: after,
        done: repair,
      }))
    : { report: await verifyValkeyStore(target, { onProgress }), done: undefined };
  const lines = [...formatValkeyReport(report), ...(repair ? formatValkeyRepair(done) : [])];
  return {
    place: `${report.keysStart} on ${report.address}`,
    ok: report.ok,
    findings: report.findings,
    json: { ...report, ...(repair ? { repair: done ?? null } : {}) },
    text: toTerminalText(`${lines.join("\n")}\n`),
    repairHint: "`db verify --repair` makes the indexes and times to live anew",
    otherHint:
      "`cookies remove --oid OID` removes a record; for all else, restore the server's data from a backup",
  };
}
