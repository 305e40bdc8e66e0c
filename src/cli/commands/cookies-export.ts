// cookies export: all records as JSON lines, which Crossbar's file-backed store and `cookies import` read.

import type { Command } from "@commander-js/extra-typings";
import { CookieAuthenticatorError } from "../../errors.js";
import { type ExportReport, exportCookies } from "../../store/cookie-file/export-cookies.js";
import type { CliContext } from "../cli-context.js";
import { withInterrupt } from "../interruptible.js";
import { parseText } from "../parse-argument.js";
import { createPartialFile } from "../partial-file.js";
import { warnOfValues } from "../print-cookies.js";
import { showProgress } from "../progress-bar.js";
import { findStoreTarget, withReader } from "../store-target.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `cookies export`. */
export function addCookiesExport(cookies: Command, context: CliContext): void {
  cookies
    .command("export")
    .description("write all cookies as JSON lines, in the format of Crossbar's file store")
    .option("--db <path>", "database directory")
    .option("--config <file>", "configuration file with the store")
    .option("--out <file>", "new file (mode 0600), - for standard output", "-")
    .option("--with-values", "with the cookie values, which are secrets; else for analysis only")
    .option("--authid <authid>", "only those of this authid", parseText)
    .option("--realm <realm>", "only those of this authrealm", parseText)
    .addHelpText(
      "after",
      `
WITH --with-values WHOEVER READS THE FILE IS LOGGED IN AS EVERYBODY. Without it
the file can't be imported, and has all but the values. Where only hashes are
stored, the file has hashes (store.hashValues), which open nothing.

Reads page by page beside Crossbar and a running component. FILE is FILE.partial
until it is whole; Ctrl-C leaves neither. The format: docs/export-format.md.

Exit status: 1 if records couldn't be read (the others are written).

Example:
  $ wamp-cookie-authenticator cookies export --db .crossbar/.cookies \\
      --with-values --out cookies.jsonl`,
    )
    .action(async (options) => {
      const settings = await findStoreTarget(options, context);
      const toFile = options.out !== "-";
      const report = await withReader(settings, context, (reader) =>
        withInterrupt(context, async (signal) => {
          if (options.withValues === true && !toFile)
            await warnOfValues(context, (await reader.marks()).areValuesHashed);
          const file = toFile ? createPartialFile(options.out) : undefined;
          const progress = showProgress(context.stderr, context.env);
          const write = async (text: string): Promise<boolean> => {
            if (file === undefined) return writeText(context.stdout, text);
            file.write(text);
            return true;
          };
          try {
            const done = await exportCookies(reader, write, {
              withValues: options.withValues === true,
              authid: options.authid,
              authrealm: options.realm,
              nowNs: context.nowNs(),
              signal,
              // Where the lines go to the terminal themselves, a bar would stand between them.
              onRecords: (done) => {
                if (toFile || context.stdout.isTTY !== true) progress.report({ phase: "exporting", done });
              },
            });
            progress.stop();
            file?.finish();
            return done;
          } finally {
            progress.stop();
            file?.abandon();
          }
        }),
      );
      await writeText(context.stderr, describe(report, toFile ? options.out : undefined));
      if (report.damaged.length > 0) throw damagedError(report.damaged);
    });
}

const VALUES = {
  clear: "with their values: keep the file as secret as the database",
  sha256: "with hashes of their values",
  none: "without their values (--with-values)",
};

function describe({ records, values }: ExportReport, file: string | undefined): string {
  const what = `exported ${records === 1 ? "1 record" : `${records} records`}`;
  return toTerminalText(`${what}${file === undefined ? "" : ` to ${file}`}, ${VALUES[values]}\n`);
}

function damagedError(damaged: ExportReport["damaged"]): CookieAuthenticatorError {
  const oids = damaged.slice(0, 3).map(({ oid }) => oid);
  const more = damaged.length > oids.length ? ", …" : "";
  return new CookieAuthenticatorError(
    "ERR_RECORD_INVALID",
    `${damaged.length} not readable: ${oids.join(", ")}${more}`,
    {
      hint: "they aren't in the export; `db verify` says more, `db backup` keeps them as they are",
      details: { records: damaged.slice(0, 100), count: damaged.length },
    },
  );
}
