// cookies import: records of a file of ours, or of Crossbar's file-backed store, into a database.

import { type Command, Option } from "@commander-js/extra-typings";
import { findStoreUse } from "../../store/convert/source-in-use.js";
import { type CheckedCookieFile, checkCookieFile } from "../../store/cookie-file/check-cookie-file.js";
import { type ImportOptions, importCookies, planImport } from "../../store/cookie-file/import-cookies.js";
import { invalidLines } from "../../store/cookie-file/import-errors.js";
import type { ImportReport } from "../../store/cookie-file/import-report.js";
import { describeProblem } from "../../store/cookie-file/line-problem.js";
import type { CliContext } from "../cli-context.js";
import { withCookieFile } from "../cookie-file-input.js";
import { interrupted, withInterrupt } from "../interruptible.js";
import { showProgress } from "../progress-bar.js";
import { findStoreTarget, withReader, withStore } from "../store-target.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `cookies import`. */
export function addCookiesImport(cookies: Command, context: CliContext): void {
  cookies
    .command("import")
    .description("store the cookies of an export, or of Crossbar's file store")
    .argument("<file>", "JSON lines, - for standard input")
    .option("--db <path>", "database directory")
    .option("--config <file>", "configuration file with store.path")
    .option("--dry-run", "count, and change nothing")
    .addOption(
      new Option("--on-conflict <what>", "a record that the database has otherwise")
        .choices(["skip", "replace", "fail"] as const)
        .default("skip" as const),
    )
    .option("--skip-invalid", "leave lines out that are wrong")
    .option("--json", "print the counts as JSON")
    .addHelpText(
      "after",
      `
All lines are checked before anything is written. Records are found again by
value and oid: importing twice changes nothing. skip keeps what the database
has, replace takes what the file has (also an older value), fail writes nothing
if there is any difference. Cookies that the file says were ended stay ended.

Works beside Crossbar and a running component, in short transactions. Ctrl-C
ends it between two of them; run it again for the rest.

Exit status: 1 for invalid lines or conflicts (nothing is imported), 130 for
Ctrl-C.

Example:
  $ wamp-cookie-authenticator cookies import cookies.jsonl \\
      --db .crossbar/.cookies --dry-run`,
    )
    .action(async (path, options) => {
      const settings = await findStoreTarget(options);
      const progress = showProgress(context.stderr, context.env);
      const { file, report, isInterrupted } = await withInterrupt(context, (signal) =>
        withCookieFile(path, context, async ({ file, size }) => {
          const onBytesOf = (phase: string) => (done: number) =>
            progress.report({ phase, done, total: size });
          const checked = await checkCookieFile(file, size, { onBytes: onBytesOf("checking"), signal });
          if (signal.aborted) throw interrupted("interrupted: nothing was imported");
          if (checked.invalid.count > 0 && options.skipInvalid !== true && options.dryRun !== true)
            throw invalidLines(checked.invalid);
          const importOptions: ImportOptions = {
            onConflict: options.onConflict,
            cookieName: settings.cookieName,
            onBytes: onBytesOf(options.dryRun === true ? "comparing" : "importing"),
            signal,
            isAlone: () => findStoreUse(settings.path, undefined, process.pid).is === "free",
          };
          const report =
            options.dryRun === true
              ? await withReader(settings, context, (reader) => planImport(reader, checked, importOptions))
              : await withStore(settings, context, (store) => importCookies(store, checked, importOptions));
          return { file: checked, report, isInterrupted: signal.aborted };
        }),
      ).finally(progress.stop);
      const text =
        options.json === true
          ? `${JSON.stringify({ dryRun: options.dryRun === true, ...report })}\n`
          : toTerminalText(describe(report, options.dryRun === true));
      await writeText(context.stdout, text);
      if (isInterrupted) throw interrupted(describeEnd(file, report), "run it again for the rest");
    });
}

function describe(report: ImportReport, isDryRun: boolean): string {
  const { lines, invalid, changed, changedBecame, contradictions, superseded, ended } = report;
  const would = isDryRun ? "would be " : "";
  const rows: readonly (readonly [string, number, string])[] = [
    ["lines", lines, ""],
    ["new", report.new, `${would}imported`],
    ["same", report.same, "left alone"],
    ["changed", changed, `${would}${changedBecame}`],
    ["contrary", contradictions, "value and oid are of two records, or the record is damaged; left alone"],
    ["superseded", superseded, "by a later line of the file"],
    ["ended", ended, "by Crossbar; not imported"],
    ["invalid", invalid.count, "left out"],
  ];
  const always = ["lines", "new", "same", "changed"];
  const text = rows
    .filter(([name, count]) => count > 0 || always.includes(name))
    .map(([name, count, what]) => `${name.padEnd(10)} ${count}${what === "" ? "" : `, ${what}`}`);
  const problems = invalid.examples.slice(0, 10).map((problem) => `  ${describeProblem(problem)}`);
  const conflicts = report.conflicts.examples.map(({ line }) => line);
  const rest = report.conflicts.count > conflicts.length ? ", …" : "";
  if (conflicts.length > 0) problems.push(`  changed or contrary: lines ${conflicts.join(", ")}${rest}`);
  return `${isDryRun ? "dry run: nothing was changed\n" : ""}${[...text, ...problems].join("\n")}\n`;
}

function describeEnd({ about }: CheckedCookieFile, report: ImportReport): string {
  return `interrupted: imported ${report.new} of up to ${about} records, each of them whole`;
}
