// db compact: a database without its free pages, in its own place.

import { resolve } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { type CompactReport, compactStore } from "../../store/backup/compact-store.js";
import { formatFindings } from "../../store/verify/format-findings.js";
import type { CliContext } from "../cli-context.js";
import { withInterrupt } from "../interruptible.js";
import { showProgress } from "../progress-bar.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `db compact`. */
export function addDbCompact(db: Command, context: CliContext): void {
  db.command("compact")
    .description("give back the free pages of a database that nobody has open")
    .argument("<path>", "directory with data.mdb, LMDB 0.9")
    .option("--force", "also if this system doesn't tell whether it is in use")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
LMDB uses free pages again, but never gives them back. Stop Crossbar and the
component first. The copy is made beside it (PATH.compacted.partial), read back,
compared, verified, given the same owner and mode, and renamed over data.mdb:
until then the old one is untouched, and Ctrl-C or a crash leaves it as it was.
There must be room for both. To compact without a stop, \`db backup\` and put
the copy in place at the next restart: what is stored in between is lost.

Exit status:
  0  compacted
  1  the copy can't be written (the disk is full)
  2  wrong usage
  4  somebody has it open; it can't be read; it is in LMDB 1.0 format
  130  ended by Ctrl-C, and nothing changed

Example:
  $ wamp-cookie-authenticator db compact .crossbar/.cookies`,
    )
    .action(async (path, options) => {
      const progress = showProgress(context.stderr, context.env);
      const report = await withInterrupt(context, (signal) =>
        compactStore(resolve(path), {
          force: options.force === true,
          onProgress: progress.report,
          signal,
        }),
      ).finally(progress.stop);
      await writeText(
        context.stdout,
        options.json === true ? `${JSON.stringify(report)}\n` : toTerminalText(formatReport(report)),
      );
    });
}

function formatReport({ path, beforeBytes, afterBytes, entries, hash, findings }: CompactReport): string {
  const lines = [
    `path     ${path}`,
    `size     ${beforeBytes} bytes before, ${afterBytes} after`,
    `entries  ${entries}, the same before and after, verified`,
    `sha256   ${hash}`,
    ...formatFindings(findings),
  ];
  return `${lines.join("\n")}\n`;
}
