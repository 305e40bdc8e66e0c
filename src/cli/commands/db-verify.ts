// db verify: what is wrong with a database, and its indexes made anew.

import { resolve } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { CookieAuthenticatorError } from "../../errors.js";
import { SESSION_TABLES } from "../../store/session-tables.js";
import { FINDING_KINDS } from "../../store/verify/finding-kinds.js";
import { formatFindings } from "../../store/verify/format-findings.js";
import { type RepairReport, repairStore } from "../../store/verify/repair-store.js";
import type { VerifyReport } from "../../store/verify/verify-report.js";
import { verifyStore } from "../../store/verify/verify-store.js";
import type { CliContext } from "../cli-context.js";
import { showProgress } from "../progress-bar.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `db verify`. */
export function addDbVerify(db: Command, context: CliContext): void {
  db.command("verify")
    .description("check pages, tables, records and indexes of a database")
    .argument("<path>", "directory with data.mdb")
    .option("--repair", "rebuild the indexes (LMDB 0.9 only)")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
Only reads, without a lock, also while Crossbar runs. --repair verifies, makes
the indexes of cookie values, users and expiries anew from the records in short
write transactions, and verifies again. It never changes or deletes a record;
of two records with one value the newer keeps the index key. Damaged pages
can't be repaired. Where Crossbar writes too, the indexes of users and expiries
are behind until the next sweep of the component: that is a note, no damage.

Exit status:
  0  nothing is wrong
  1  something is wrong, or still wrong after the repair
  2  wrong usage
  4  the database can't be opened, not be checked to the end, or not be repaired

Example:
  $ wamp-cookie-authenticator db verify .crossbar/.cookies`,
    )
    .action(async (path, options) => {
      const progress = showProgress(context.stderr);
      let report: VerifyReport;
      let repair: RepairReport | undefined;
      try {
        const onProgress = progress.report;
        if (options.repair === true)
          ({ after: report, repair } = await repairStore(resolve(path), { onProgress }));
        else report = await verifyStore(resolve(path), { onProgress });
      } finally {
        progress.stop();
      }
      const text =
        options.json === true
          ? `${JSON.stringify({ ...report, ...(options.repair === true ? { repair: repair ?? null } : {}) })}\n`
          : formatReport(report) + (options.repair === true ? formatRepair(repair) : "");
      await writeText(context.stdout, text);
      throwUnlessOk(report);
    });
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

/** The report is printed by then; the exit status tells how it went. */
function throwUnlessOk({ path, ok, format, findings }: VerifyReport): void {
  if (ok) return;
  const damage = findings.filter(({ level }) => level === "damage");
  if (damage.length === 0) {
    throw new CookieAuthenticatorError("ERR_STORE_BUSY", `the pages of ${path} couldn't be checked`, {
      hint: "run it again when less is written, or when Crossbar is stopped",
      details: { path },
    });
  }
  const canRepair = damage.every(({ kind }) => FINDING_KINDS[kind].isMendedByRepair);
  const repair =
    format === "0.9"
      ? "`db verify --repair` rebuilds the indexes"
      : "`db convert` makes a database of LMDB 0.9, whose indexes `db verify --repair` rebuilds";
  const kinds = damage.map(({ kind, count }) => `${count} ${kind}`).join(", ");
  throw new CookieAuthenticatorError("ERR_STORE_INCONSISTENT", `${path} isn't in order: ${kinds}`, {
    hint: canRepair ? repair : "`cookies remove --oid OID` removes a record; for all else, restore a backup",
    details: { path, findings: Object.fromEntries(damage.map(({ kind, count }) => [kind, count])) },
  });
}
