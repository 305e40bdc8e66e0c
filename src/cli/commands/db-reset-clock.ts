// db reset-clock: takes back a wrong time that a machine's clock has written into the store.

import type { Command } from "@commander-js/extra-typings";
import { MAX_SIZE_BYTES, resetClock } from "../../store/lmdb/reset-clock.js";
import { openCookieStore } from "../../store/open-store.js";
import type { StoreTarget } from "../../store/store-target.js";
import type { CliContext } from "../cli-context.js";
import { describeStore } from "../describe-store.js";
import { findStoreTarget } from "../store-target.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `db reset-clock`. */
export function addDbResetClock(db: Command, context: CliContext): void {
  db.command("reset-clock")
    .description("set the highest time that the database has seen back to now")
    .argument("[path]", "database directory")
    .option("--config <file>", "configuration file with the store, instead of a path")
    .option("--json", "print {path, before, after} as JSON, in ns since 1970")
    .addHelpText(
      "after",
      `
So that a clock that is set back revives no expired session, lifetimes are
judged by the highest time that any writer has seen. If a clock was once wrong
by years, new sessions end at once: set the clock right, run this, and start
the component again. What had expired by the wrong time is valid again. On a
Valkey or Redis stop all components first.

Example:
  $ wamp-cookie-authenticator db reset-clock .crossbar/.cookies`,
    )
    .action(async (path, options) => {
      const { store } = await findStoreTarget({ db: path, config: options.config }, context, "PATH");
      const after = context.nowNs();
      const before = await resetStoreClock(store, after);
      const place =
        store.type === "lmdb"
          ? store.path
          : describeStore({ ...store, nearCache: undefined, wait: undefined });
      if (options.json === true) {
        const times = {
          before: before?.toString() ?? null,
          after: before === undefined ? null : after.toString(),
        };
        await writeText(context.stdout, `${JSON.stringify({ path: place, ...times })}\n`);
        return;
      }
      await writeText(
        context.stdout,
        before === undefined
          ? toTerminalText(`${place} has seen no time: nothing to do\n`)
          : toTerminalText(`${place}: was ${toText(before)}, is ${toText(after)}\n`),
      );
    });
}

async function resetStoreClock(store: StoreTarget, nowNs: bigint): Promise<bigint | undefined> {
  if (store.type === "valkey") {
    const { resetValkeyClock } = await import("../../store/valkey/reset-valkey-clock.js");
    return resetValkeyClock(store, nowNs);
  }
  const { path } = store;
  // Looks at the file before native code maps it, and refuses a format that can't be written.
  await (await openCookieStore({ path, maxSizeBytes: MAX_SIZE_BYTES })).close();
  return resetClock(path, nowNs);
}

function toText(timeNs: bigint): string {
  const date = new Date(Number(timeNs / 1_000_000n));
  return Number.isNaN(date.getTime()) ? `${timeNs} ns` : date.toISOString();
}
