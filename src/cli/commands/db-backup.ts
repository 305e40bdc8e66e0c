// db backup: a verified copy of a database, beside whoever uses it.

import { stat } from "node:fs/promises";
import type { Command } from "@commander-js/extra-typings";
import { loadStoreConfig } from "../../config/load-store-config.js";
import { CookieAuthenticatorError } from "../../errors.js";
import { type BackupReport, backupStore } from "../../store/backup/backup-store.js";
import { formatFindings } from "../../store/verify/format-findings.js";
import type { CliContext } from "../cli-context.js";
import { withInterrupt } from "../interruptible.js";
import { showProgress } from "../progress-bar.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `db backup`. */
export function addDbBackup(db: Command, context: CliContext): void {
  db.command("backup")
    .description("copy a database, live, and verify the copy")
    .usage("[options] [path] <target>")
    .argument("<path>", "directory with data.mdb; it is only read")
    .argument("[target]", "directory to make (mode 0700)")
    .option("--config <file>", "configuration file with the store, instead of a path")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      `
One state of the database, in its own format, while Crossbar and the component
go on. LMDB 0.9 is compacted; until it is copied the source can't use its free
pages again, and may grow. LMDB 1.0 is copied page by page, which must be faster
than two commits: with many logins a second it may be refused. TARGET is
TARGET.partial until it is read back and verified. It holds cookie values.

Restoring: stop Crossbar and the component, put the directory in the place of
the old one, start. What was revoked since the backup is valid again.

Exit status:
  0  made
  1  it can't be written (the disk is full)
  2  wrong usage
  4  the source can't be read or is written to too fast; the target is there
  130  ended by Ctrl-C, and nothing left

Example:
  $ wamp-cookie-authenticator db backup .crossbar/.cookies backup-1`,
    )
    .action(async (path, second, options) => {
      const { source, target } = await findPlaces([path, second], options.config, context);
      const progress = showProgress(context.stderr, context.env);
      const report = await withInterrupt(context, (signal) =>
        backupStore(source, target, { onProgress: progress.report, signal }),
      ).finally(progress.stop);
      await writeText(
        context.stdout,
        options.json === true ? `${JSON.stringify(report)}\n` : toTerminalText(formatReport(report)),
      );
    });
}

/** @throws `ERR_ARGUMENT` unless there are two places, and the first is a directory of LMDB */
async function findPlaces(
  [path, second]: readonly [string, string | undefined],
  config: string | undefined,
  { env }: Pick<CliContext, "env">,
): Promise<{ readonly source: string; readonly target: string }> {
  if (config !== undefined && second === undefined) {
    const { store } = await loadStoreConfig(config, { env });
    if (store.type === "lmdb") return { source: store.path, target: path };
    throw new CookieAuthenticatorError(
      "ERR_ARGUMENT",
      "db backup copies a database of LMDB, and this store is none",
      {
        hint: "back up the server's own files with BGSAVE: docs/valkey.md",
      },
    );
  }
  if (config !== undefined || second === undefined) {
    throw new CookieAuthenticatorError("ERR_ARGUMENT", "expected PATH TARGET, or --config FILE TARGET", {
      hint: "TARGET is a directory to make",
    });
  }
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false, // whoever reads it says more
  );
  if (!isFile) return { source: path, target: second };
  throw new CookieAuthenticatorError(
    "ERR_ARGUMENT",
    `${path} is a file, and PATH a directory with data.mdb`,
    {
      hint: "a configuration file comes after --config; of a Valkey or Redis make the backup with BGSAVE: docs/valkey.md",
    },
  );
}

function formatReport(report: BackupReport): string {
  const { source, target, format, copy, sourceBytes, targetBytes, entries, hash, findings } = report;
  const lines = [
    `source   ${source} (LMDB ${format}), ${sourceBytes} bytes`,
    `target   ${target} (LMDB ${format}), ${targetBytes} bytes`,
    ...(copy.compacted ? [] : [`note     not compacted: ${copy.why}`]),
    `entries  ${entries}, read back and verified`,
    `sha256   ${hash}`,
    ...formatFindings(findings),
  ];
  if (findings.some(({ level }) => level === "damage"))
    lines.push("The source has these too; `db verify TARGET --repair` mends the index.");
  return `${lines.join("\n")}\n`;
}
