// What `cookies import` has done, or would do, as text.

import type { CheckedCookieFile } from "../store/cookie-file/check-cookie-file.js";
import type { ImportReport } from "../store/cookie-file/import-report.js";
import { describeProblem } from "../store/cookie-file/line-problem.js";

/** The report as text. */
export function describeImport(report: ImportReport, isDryRun: boolean): string {
  const { lines, invalid, changed, changedBecame, contradictions, superseded, notReached, ended } = report;
  const would = isDryRun ? "would be " : "";
  const rows: readonly (readonly [string, number, string])[] = [
    ["lines", lines, ""],
    ["new", report.new, `${would}imported`],
    ["same", report.same, "left alone"],
    ["changed", changed, `${would}${changedBecame}`],
    ["contrary", contradictions, "value and oid are of two records, or the record is damaged; left alone"],
    ["superseded", superseded, "by a later line of the file"],
    ["not reached", notReached, ""],
    ["ended", ended, "by Crossbar; not imported"],
    ["deleted", report.deleted, `of the database, not in the file${isDryRun ? ": would be deleted" : ""}`],
    ["invalid", invalid.count, "left out"],
  ];
  const always = ["lines", "new", "same", "changed"];
  const text = rows
    .filter(([name, count]) => count > 0 || always.includes(name))
    .map(([name, count, what]) => `${name.padEnd(10)} ${count}${what === "" ? "" : `, ${what}`}`);
  text.push(...describeClock(report, isDryRun));
  const problems = invalid.examples.slice(0, 10).map((problem) => `  ${describeProblem(problem)}`);
  const conflicts = report.conflicts.examples.map(({ line }) => line);
  const rest = report.conflicts.count > conflicts.length ? ", …" : "";
  if (conflicts.length > 0) problems.push(`  changed or contrary: lines ${conflicts.join(", ")}${rest}`);
  return `${isDryRun ? "dry run: nothing was changed\n" : ""}${[...text, ...problems].join("\n")}\n`;
}

function describeClock({ clock }: ImportReport, isDryRun: boolean): string[] {
  if (clock === "kept") return [];
  if (clock === "dropped")
    return [
      "clock      not kept: the database has no tables for sessions; what had expired there may live again here",
    ];
  return [
    `clock      ${isDryRun ? "would be " : ""}raised to the highest time that the exported store had seen`,
  ];
}

/** How far an import got that was interrupted. */
export function describeImportEnd({ about }: CheckedCookieFile, report: ImportReport): string {
  return `interrupted: imported ${report.new} of up to ${about} records, each of them whole`;
}
