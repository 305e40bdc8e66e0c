// The command tree: what there is, in the order of --help.

import { Command } from "@commander-js/extra-typings";
import type { CliContext } from "./cli-context.js";
import { addBuildNative } from "./commands/build-native.js";
import { addCheckConfig } from "./commands/check-config.js";
import { addCompletion } from "./commands/completion.js";
import { addCookiesAdd } from "./commands/cookies-add.js";
import { addCookiesCompare } from "./commands/cookies-compare.js";
import { addCookiesExport } from "./commands/cookies-export.js";
import { addCookiesImport } from "./commands/cookies-import.js";
import { addCookiesList } from "./commands/cookies-list.js";
import { addCookiesPurge } from "./commands/cookies-purge.js";
import { addCookiesRemove } from "./commands/cookies-remove.js";
import { addCookiesRevoke } from "./commands/cookies-revoke.js";
import { addCookiesShow } from "./commands/cookies-show.js";
import { addCookiesStats } from "./commands/cookies-stats.js";
import { addCrossbarCheck } from "./commands/crossbar-check.js";
import { addCrossbarConfig } from "./commands/crossbar-config.js";
import { addDbBackup } from "./commands/db-backup.js";
import { addDbCompact } from "./commands/db-compact.js";
import { addDbConvert } from "./commands/db-convert.js";
import { addDbInfo } from "./commands/db-info.js";
import { addDbInit } from "./commands/db-init.js";
import { addDbResetClock } from "./commands/db-reset-clock.js";
import { addDbVerify } from "./commands/db-verify.js";
import { addReload } from "./commands/reload.js";
import { addStart } from "./commands/start.js";

const EXIT_STATUSES = `
Exit status:
  0  done
  1  a fault while doing it
  2  wrong usage or configuration
  3  no such cookie
  4  the store can't be opened or made
  5  the store was replaced while running: start again
  130  interrupted by Ctrl-C or SIGTERM, with nothing half done

Errors go to standard error as text, or with --json as one JSON object.

Example:
  $ wamp-cookie-authenticator start --config config.json`;

/** The program with all commands, which throws instead of ending the process. */
export function createProgram(context: CliContext): Command {
  const program = new Command("wamp-cookie-authenticator")
    .description("Cookie authentication for Crossbar.io, on Crossbar's own cookie database.")
    .version(context.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help for a command")
    .helpCommand(false)
    .addHelpText("after", EXIT_STATUSES)
    // Before the commands are added: they inherit both settings.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: () => {}, // printError writes them, in the form that is asked for
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    });
  addStart(program, context);
  addReload(program, context);
  addCheckConfig(program, context);
  const crossbar = program
    .command("crossbar")
    .description("make or check a node configuration of Crossbar")
    .helpCommand(false);
  addCrossbarConfig(crossbar, context);
  addCrossbarCheck(crossbar, context);
  const db = program
    .command("db")
    .description("make, look at, verify, convert, back up or compact a cookie database")
    .helpCommand(false);
  addDbInit(db, context);
  addDbInfo(db, context);
  addDbVerify(db, context);
  addDbConvert(db, context);
  addDbBackup(db, context);
  addDbCompact(db, context);
  addDbResetClock(db, context);
  const cookies = program
    .command("cookies")
    .description("add, find, show, end, purge, export, import, compare and count cookies")
    .helpCommand(false);
  addCookiesAdd(cookies, context);
  addCookiesList(cookies, context);
  addCookiesShow(cookies, context);
  addCookiesRemove(cookies, context);
  addCookiesRevoke(cookies, context);
  addCookiesPurge(cookies, context);
  addCookiesExport(cookies, context);
  addCookiesImport(cookies, context);
  addCookiesCompare(cookies, context);
  addCookiesStats(cookies, context);
  addBuildNative(program, context);
  addCompletion(program, context);
  return program;
}
