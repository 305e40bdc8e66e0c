// Verifies and repairs a database of LMDB for `db verify`, and words what came of it.

import { SESSION_TABLES } from "../store/session-tables.js";
import type { Finding } from "../store/verify/findings.js";
import { formatFindings } from "../store/verify/format-findings.js";
import { type RepairReport, repairStore } from "../store/verify/repair-store.js";
import type { VerifyReport } from "../store/verify/verify-report.js";
import { verifyStore } from "../store/verify/verify-store.js";
import { toTerminalText } from "./terminal-text.js";

/** What came of a verification of either type of store. */
export interface Verification {
  /** What is verified, for an error. */
  readonly place: string;
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** As JSON. */
  readonly json: object;
  readonly text: string;
  /** How to mend what a repair can mend, and all else. */
  readonly repairHint: string;
  readonly otherHint: string;
}

export interface VerificationOptions {
  readonly repair: boolean;
  readonly onProgress: (progress: {
    readonly phase: string;
    readonly done: number;
    readonly total?: number;
  }) => void;
}

/** @throws what `verifyStore` and `repairStore` throw */
export async function verifyLmdb(
  path: string,
  { repair, onProgress }: VerificationOptions,
): Promise<Verification> {
  const { report, done } = repair
    ? await repairStore(path, { onProgress }).then(({ after, repair }) => ({ report: after, done: repair }))
    : { report: await verifyStore(path, { onProgress }), done: undefined };
  return {
    place: path,
    ok: report.ok,
    findings: report.findings,
    json: { ...report, ...(repair ? { repair: done ?? null } : {}) },
    text: formatReport(report) + (repair ? formatRepair(done) : ""),
    repairHint:
      report.format === "0.9"
        ? "`db verify --repair` rebuilds the indexes"
        : "`db convert` makes a database of LMDB 0.9, whose indexes `db verify --repair` rebuilds",
    otherHint: "`cookies remove --oid OID` removes a record; for all else, restore a backup",
  };
}

function formatReport({
  path,
  format,
  txnId,
  changedMeanwhile,
  pages,
  keys,
  tables,
  findings,
}: VerifyReport): string {
  const others = keys.others.map(({ slot, keys }) => `${keys} in slot ${slot ?? "none"}`);
  const hasOwnTables = tables.some((table) => SESSION_TABLES.some(({ oid }) => oid === table.oid));
  const lines = [
    `path     ${path}`,
    `format   LMDB ${format}, transaction ${txnId}${changedMeanwhile ? ", written to during the check" : ""}`,
    pages === undefined
      ? "pages    not checked: it was written to during each try"
      : `pages    ${pages.total}: ${pages.branch} branch, ${pages.leaf} leaf, ${pages.overflow} overflow, ` +
        `${pages.freeList} free list, ${pages.free} free, ${pages.lost} lost`,
    `keys     ${keys.records} records, ${keys.indexKeys} index keys, ${keys.metadata} table descriptions`,
    ...(hasOwnTables
      ? [
          `sessions ${keys.byAuthid} by user, ${keys.byExpiry} by expiry, ${keys.uses} last uses, ${keys.marks} marks`,
        ]
      : []),
    ...(others.length === 0 ? [] : [`others   ${others.join(", ")} (keys of other tables, left alone)`]),
    ...formatFindings(findings),
  ];
  return toTerminalText(`${lines.join("\n")}\n`);
}

function formatRepair(repair: RepairReport | undefined): string {
  if (repair === undefined) return "repair   nothing to do\n";
  const { removedKeys, addedKeys, movedKeys, losers, sessions } = repair;
  const lines = [
    `repair   index keys: ${removedKeys} removed, ${addedKeys} added, ${movedKeys} moved to a newer record`,
    ...losers.examples.map(({ oid, keptBy }) => `  ${oid} lost its key to ${keptBy}, which is newer`),
  ];
  const rest = losers.count - losers.examples.length;
  if (rest > 0) lines.push(`  and ${rest} more`);
  if (sessions !== undefined) {
    const { added, removed, mendedUses } = sessions;
    lines.push(
      `         sessions: ${added} entries added, ${removed} removed, ${mendedUses} last uses mended`,
    );
  }
  return `${lines.join("\n")}\n`;
}
