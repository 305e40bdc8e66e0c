// db init: an empty database that Crossbar takes as its own.

import { resolve } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import type { CliContext } from "../cli-context.js";
import { wholeNumber } from "../parse-argument.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `db init`. */
export function addDbInit(db: Command, context: CliContext): void {
  db.command("init")
    .description("make an empty cookie database, which Crossbar then uses")
    .argument("<path>", "directory to make (mode 0700)")
    .option("--group-id <gid>", "Unix group that shares it (0770)", wholeNumber(0, 4_294_967_294))
    .option("--json", "print {path} as JSON")
    .addHelpText(
      "after",
      `
Make it before Crossbar first starts: Crossbar alone makes databases in a
format (LMDB 1.0) that this component can't open, but keeps one it finds.

Example:
  $ wamp-cookie-authenticator db init .crossbar/.cookies`,
    )
    .action(async (path, options) => {
      const directory = resolve(path);
      await context.initCookieStore(
        directory,
        options.groupId === undefined ? {} : { groupId: options.groupId },
      );
      await writeText(
        context.stdout,
        options.json === true
          ? `${JSON.stringify({ path: directory })}\n`
          : toTerminalText(`made an empty cookie database in ${directory}\n`),
      );
    });
}
