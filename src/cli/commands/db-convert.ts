// db convert: a database of LMDB 1.0 as a new one that can be written, in LMDB 0.9 format.

import type { Command } from "@commander-js/extra-typings";
import { type ConvertReport, convertStore } from "../../store/convert/convert-store.js";
import { formatFindings } from "../../store/verify/format-findings.js";
import type { CliContext } from "../cli-context.js";
import { showProgress } from "../progress-bar.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `db convert`. */
export function addDbConvert(db: Command, context: CliContext): void {
  db.command("convert")
    .description("copy a database of LMDB 1.0 into a new one of LMDB 0.9")
    .argument("<source>", "directory with data.mdb; it is only read")
    .argument("<target>", "directory to make (mode 0700)")
    .option("--force", "also if the source is in use, or that can't be told")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
Crossbar 26.10 makes new databases in LMDB 1.0 format, which this component can
only read. It keeps the format of a database that it finds, so: stop Crossbar,
convert as the user that it runs as, put the target in the source's place,
start Crossbar. All entries are copied and compared before the target appears;
until then it is TARGET.converting, which the next run removes.

Exit status:
  0  converted
  1  a key doesn't fit into LMDB 0.9, or the disk is full
  2  wrong usage
  4  the source can't be read or is in use, or the target is there already

Example:
  $ wamp-cookie-authenticator db convert .crossbar/.cookies cookies-0.9`,
    )
    .action(async (source, target, options) => {
      const progress = showProgress(context.stderr);
      let report: ConvertReport;
      try {
        report = await convertStore(source, target, {
          force: options.force === true,
          onProgress: progress.report,
        });
      } finally {
        progress.stop();
      }
      await writeText(
        context.stdout,
        options.json === true ? `${JSON.stringify(report)}\n` : formatReport(report),
      );
    });
}

function formatReport({
  source,
  target,
  sourceFormat,
  entries,
  bytes,
  hash,
  findings,
}: ConvertReport): string {
  const lines = [
    `source   ${source} (LMDB ${sourceFormat})`,
    `target   ${target} (LMDB 0.9)`,
    `entries  ${entries}, ${bytes} bytes, the same on both sides`,
    `sha256   ${hash}`,
    ...formatFindings(findings),
  ];
  if (findings.some(({ level }) => level === "damage"))
    lines.push("The source has these too; `db verify TARGET --repair` mends the index.");
  return toTerminalText(`${lines.join("\n")}\n`);
}
