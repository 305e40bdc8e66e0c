// db info: figures of a store.

import type { Command } from "@commander-js/extra-typings";
import type { CliContext } from "../cli-context.js";
import { describeInfo, findInfoWarnings, infoToJson } from "../describe-info.js";
import { findStoreTarget, withReader } from "../store-target.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `db info`. */
export function addDbInfo(db: Command, context: CliContext): void {
  db.command("info")
    .description("print format, size and tables of a cookie database")
    .argument("[path]", "directory with data.mdb")
    .option("--config <file>", "configuration file with the store, instead of a path")
    .option("--json", "print them as JSON, sizes in bytes")
    .addHelpText(
      "after",
      `
Example:
  $ wamp-cookie-authenticator db info .crossbar/.cookies --json
  $ wamp-cookie-authenticator db info --config config.json`,
    )
    .action(async (path, options) => {
      const settings = await findStoreTarget({ db: path, config: options.config }, context, "PATH");
      const warnings: string[] = [];
      const info = await withReader(
        settings,
        context,
        async (reader) => reader.info(),
        (warning) => warnings.push(warning),
      );
      warnings.push(...findInfoWarnings(info, settings.store));
      const text =
        options.json === true
          ? `${JSON.stringify(infoToJson(info, settings.store))}\n`
          : toTerminalText(describeInfo(info));
      await writeText(context.stdout, text);
      if (warnings.length === 0) return;
      await writeText(context.stderr, toTerminalText(warnings.map((text) => `warning: ${text}\n`).join("")));
    });
}
