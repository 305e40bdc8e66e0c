// db info: figures of a database.

import { resolve } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import type { StoreInfo } from "../../store/cookie-reader.js";
import type { CliContext } from "../cli-context.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `db info`. */
export function addDbInfo(db: Command, context: CliContext): void {
  db.command("info")
    .description("print format, size and tables of a cookie database")
    .argument("<path>", "directory with data.mdb")
    .option("--json", "print them as JSON, sizes in bytes")
    .addHelpText("after", "\nExample:\n  $ wamp-cookie-authenticator db info .crossbar/.cookies --json")
    .action(async (path, options) => {
      const reader = await context.openCookieReader({ path: resolve(path) });
      try {
        const info = await reader.info();
        await writeText(
          context.stdout,
          options.json === true ? `${JSON.stringify(info)}\n` : formatInfo(info),
        );
      } finally {
        await reader.close();
      }
    });
}

function formatInfo(info: StoreInfo): string {
  const lines = [
    `path     ${info.path ?? "-"}`,
    `engine   ${info.engine}${info.format === undefined ? "" : `, format ${info.format}`}`,
    `used     ${info.usedBytes} bytes in pages of ${info.pageSize}`,
    `keys     ${info.entries}`,
    ...info.tables.map(({ slot, oid, name }) => `table ${String(slot).padEnd(2)} ${name} (${oid})`),
  ];
  return toTerminalText(`${lines.join("\n")}\n`);
}
