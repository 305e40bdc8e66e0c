// db info: figures of a store.

import type { Command } from "@commander-js/extra-typings";
import type { StoreInfo } from "../../store/cookie-reader.js";
import type { CliContext } from "../cli-context.js";
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
      await writeText(context.stdout, options.json === true ? `${JSON.stringify(info)}\n` : formatInfo(info));
      if (warnings.length === 0) return;
      await writeText(context.stderr, toTerminalText(warnings.map((text) => `warning: ${text}\n`).join("")));
    });
}

function formatInfo(info: StoreInfo): string {
  const { address, serverVersion, maxSizeBytes } = info;
  const lines = [
    address === undefined ? `path     ${info.path ?? "-"}` : `server   ${address}`,
    `engine   ${info.engine}${serverVersion === undefined ? "" : ` ${serverVersion}`}${info.format === undefined ? "" : `, format ${info.format}`}`,
    address === undefined
      ? `used     ${info.usedBytes} bytes in pages of ${info.pageSize}`
      : `used     ${info.usedBytes} bytes of ${maxSizeBytes === undefined ? "no limit" : maxSizeBytes}, with all else on the server`,
    `keys     ${info.entries}`,
    ...info.tables.map(({ slot, oid, name }) => `table ${String(slot).padEnd(2)} ${name} (${oid})`),
  ];
  return toTerminalText(`${lines.join("\n")}\n`);
}
