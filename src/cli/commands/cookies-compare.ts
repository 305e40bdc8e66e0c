// cookies compare: whether a store has what a file says, after an import or before a change of stores.

import type { Command } from "@commander-js/extra-typings";
import { CookieAuthenticatorError } from "../../errors.js";
import { checkCookieFile } from "../../store/cookie-file/check-cookie-file.js";
import { compareCookies } from "../../store/cookie-file/compare-cookies.js";
import type { CompareReport, Difference, Differences } from "../../store/cookie-file/compare-report.js";
import { invalidLines } from "../../store/cookie-file/import-errors.js";
import type { CliContext } from "../cli-context.js";
import { withCookieFile } from "../cookie-file-input.js";
import { interrupted, withInterrupt } from "../interruptible.js";
import { showProgress } from "../progress-bar.js";
import { findStoreTarget, withReader } from "../store-target.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `cookies compare`. */
export function addCookiesCompare(cookies: Command, context: CliContext): void {
  cookies
    .command("compare")
    .description("check that a database has what an export says, and change nothing")
    .argument("<file>", "JSON lines, - for standard input")
    .option("--db <path>", "database directory")
    .option("--config <file>", "configuration file with the store")
    .option("--json", "print the counts as JSON")
    .addHelpText(
      "after",
      `
Holds every record of the file against the database, last uses too, as an import
would; and with a complete export every record of the database against the file.
A use that the database has seen since is no difference, nor is a cookie that
has expired and is gone. What differs is named by its oid, never by its value.

Exit status: 1 unless all are the same, 130 for Ctrl-C.

Example:
  $ wamp-cookie-authenticator cookies compare cookies.jsonl --config config.json`,
    )
    .action(async (path, options) => {
      const settings = await findStoreTarget(options, context);
      const progress = showProgress(context.stderr, context.env);
      const report = await withInterrupt(context, (signal) =>
        withCookieFile(path, context, async ({ file, size }) => {
          const onBytesOf = (phase: string) => (done: number) =>
            progress.report({ phase, done, total: size });
          const checked = await checkCookieFile(file, size, { onBytes: onBytesOf("checking"), signal });
          if (signal.aborted) throw interrupted("interrupted: nothing was compared");
          if (checked.invalid.count > 0)
            throw invalidLines(
              checked.invalid,
              "what they say can't be compared: export again, or mend them",
            );
          const report = await withReader(settings, context, (reader) =>
            compareCookies(reader, checked, {
              cookieName: settings.cookieName,
              nowNs: context.nowNs(),
              onBytes: onBytesOf("comparing"),
              onRecords: (done) => progress.report({ phase: "finding others", done }),
              signal,
            }),
          );
          if (signal.aborted) throw interrupted("interrupted: not all was compared");
          return report;
        }),
      ).finally(progress.stop);
      await writeText(
        context.stdout,
        options.json === true ? `${JSON.stringify(report)}\n` : toTerminalText(describe(report)),
      );
      if (!report.isSame) throw notTheSame(report);
    });
}

const SHOWN = 5;

function describe(report: CompareReport): string {
  const { same, usedSince, expired, differing, missing, extra, isComplete, isClockBehind } = report;
  const extraText = isComplete ? String(extra.count) : "not looked for: the file isn't a complete export";
  const lines = [
    `same       ${same}${usedSince === 0 ? "" : `, ${usedSince} of them used since the export`}`,
    `differing  ${differing.count}`,
    ...describeExamples(differing),
    `missing    ${missing.count}${missing.count === 0 ? "" : ", in the file alone"}`,
    ...describeExamples(missing),
    `extra      ${extraText}${extra.count === 0 ? "" : ", in the database alone"}`,
    ...describeExamples(extra),
  ];
  if (expired > 0) lines.push(`expired    ${expired}, in the file alone: nobody gets in with them`);
  if (isClockBehind) lines.push("clock      behind the highest time that the exported store had seen");
  return `${lines.join("\n")}\n`;
}

function describeExamples({ count, examples }: Differences): string[] {
  const shown = examples.slice(0, SHOWN).map((one) => `  ${describeOne(one)}`);
  return count > shown.length ? [...shown, `  and ${count - shown.length} more`] : shown;
}

function describeOne({ oid, line, keys }: Difference): string {
  const where = line === undefined ? "" : ` (line ${line})`;
  return `${oid ?? "no oid"}${where}${keys === undefined ? "" : `: ${keys.join(", ")}`}`;
}

/** The report is printed by then; the exit status tells how it went. */
function notTheSame({ differing, missing, extra, isClockBehind }: CompareReport): CookieAuthenticatorError {
  const counts = { differing: differing.count, missing: missing.count, extra: extra.count };
  const kinds = Object.entries(counts).flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`]));
  if (isClockBehind) kinds.push("its clock behind");
  return new CookieAuthenticatorError(
    "ERR_COOKIE_CONFLICT",
    `the database isn't what the file says: ${kinds.join(", ")}`,
    {
      hint: "export again, while nobody changes cookies; `cookies import --exact` makes the database so",
      details: { ...counts, isClockBehind },
    },
  );
}
