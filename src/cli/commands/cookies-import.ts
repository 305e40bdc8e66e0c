// cookies import: records of a file of ours, or of Crossbar's file-backed store, into a database.

import { type Command, Option } from "@commander-js/extra-typings";
import { CookieAuthenticatorError } from "../../errors.js";
import { findStoreUse } from "../../store/convert/source-in-use.js";
import { checkCookieFile } from "../../store/cookie-file/check-cookie-file.js";
import { countExactOthers } from "../../store/cookie-file/exact-records.js";
import { type ImportOptions, importCookies, planImport } from "../../store/cookie-file/import-cookies.js";
import { invalidLines } from "../../store/cookie-file/import-errors.js";
import type { CliContext } from "../cli-context.js";
import { checkCanAsk, confirm } from "../confirm.js";
import { withCookieFile } from "../cookie-file-input.js";
import { describeImport, describeImportEnd } from "../describe-import.js";
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
    .option("--config <file>", "configuration file with the store")
    .option("--dry-run", "count, and change nothing")
    .addOption(
      new Option("--on-conflict <what>", "a record that the database has otherwise (default: skip)").choices([
        "skip",
        "replace",
        "fail",
      ] as const),
    )
    .option("--exact", "replace, and delete what the file lacks: it must be a complete export")
    .option("--yes", "don't ask before --exact deletes")
    .option("--skip-invalid", "leave lines out that are wrong")
    .option("--json", "print the counts as JSON")
    .addHelpText(
      "after",
      `
All lines are checked before anything is written. Records are found again by
value and oid: importing twice changes nothing. skip keeps what the database
has, replace takes what the file has (also an older value), fail writes nothing
if there is any difference. Cookies that the file says were ended stay ended.

With --exact the database has the file's cookies afterwards, and no others: so a
session that was ended between two exports doesn't live on where the first one
went. It counts what it would delete, and asks. Refused for files that may lack
something: exports with a filter, of an older version, or not by this program.

Works beside Crossbar and a running component, in short transactions. Ctrl-C
ends it between two of them; run it again for the rest.

Exit status: 1 for invalid lines or conflicts (nothing is imported), 130 for
Ctrl-C.

Example:
  $ wamp-cookie-authenticator cookies import cookies.jsonl \\
      --db .crossbar/.cookies --dry-run`,
    )
    .action(async (path, options) => {
      const settings = await findStoreTarget(options, context);
      const { store: target } = settings;
      const isDryRun = options.dryRun === true;
      const isExact = options.exact === true;
      if (isExact) checkExact(options);
      if (isExact && !isDryRun) checkCanAsk(options.yes === true, context);
      const progress = showProgress(context.stderr, context.env);
      const { file, report, isInterrupted } = await withInterrupt(context, (signal) =>
        withCookieFile(path, context, async ({ file, size }) => {
          const onBytesOf = (phase: string) => (done: number) =>
            progress.report({ phase, done, total: size });
          const checked = await checkCookieFile(file, size, { onBytes: onBytesOf("checking"), signal });
          if (signal.aborted) throw interrupted("interrupted: nothing was imported");
          if (checked.invalid.count > 0 && options.skipInvalid !== true && !isDryRun)
            throw invalidLines(checked.invalid);
          const importOptions: ImportOptions = {
            onConflict: isExact ? "replace" : (options.onConflict ?? "skip"),
            isExact,
            cookieName: settings.cookieName,
            onBytes: onBytesOf(isDryRun ? "comparing" : "importing"),
            onRecords: (done) => progress.report({ phase: "finding others", done }),
            signal,
            // Who else uses a server isn't known, and a large transaction holds all of them up.
            isAlone: () =>
              target.type === "lmdb" && findStoreUse(target.path, undefined, process.pid).is === "free",
          };
          const report = isDryRun
            ? await withReader(settings, context, (reader) => planImport(reader, checked, importOptions))
            : await withStore(settings, context, async (store) => {
                if (isExact && options.yes !== true) {
                  const others = await countExactOthers(store.reader, checked, importOptions);
                  progress.stop();
                  if (others > 0 || signal.aborted) await confirmExact(others, signal, context);
                }
                return importCookies(store, checked, importOptions);
              });
          return { file: checked, report, isInterrupted: signal.aborted };
        }),
      ).finally(progress.stop);
      const text =
        options.json === true
          ? `${JSON.stringify({ dryRun: isDryRun, ...report })}\n`
          : toTerminalText(describeImport(report, isDryRun));
      await writeText(context.stdout, text);
      if (isInterrupted) throw interrupted(describeImportEnd(file, report), "run it again for the rest");
    });
}

/** @throws `ERR_ARGUMENT` */
function checkExact({
  onConflict = "replace",
  skipInvalid,
}: {
  onConflict?: string;
  skipInvalid?: true;
}): void {
  const other = onConflict !== "replace" ? `--on-conflict ${onConflict}` : skipInvalid && "--skip-invalid";
  if (other === undefined) return;
  throw new CookieAuthenticatorError("ERR_ARGUMENT", `--exact and ${other} exclude each other`, {
    hint: "what differs takes the file's place, and a line that is left out would delete its cookie",
  });
}

function confirmExact(others: number, signal: AbortSignal, context: CliContext): Promise<void> {
  const what = others === 1 ? "1 cookie" : `${others} cookies`;
  return confirm(`delete ${what} that the file lacks? [y/N] `, "nothing was imported", signal, context);
}
