// cookies purge: deletes what has expired.

import type { Command } from "@commander-js/extra-typings";
import { findFitting } from "../../session/find-fitting.js";
import { planPurge, purgeSessions } from "../../session/purge.js";
import type { CliContext } from "../cli-context.js";
import { toEndingContext, toReadingContext } from "../ending-context.js";
import { interrupted, withInterrupt } from "../interruptible.js";
import { showProgress } from "../progress-bar.js";
import { findStoreTarget, withReader, withStore } from "../store-target.js";
import { writeText } from "../write-text.js";

/** Adds `cookies purge`. */
export function addCookiesPurge(cookies: Command, context: CliContext): void {
  cookies
    .command("purge")
    .description("delete what has expired")
    .option("--db <path>", "database directory")
    .option("--config <file>", "configuration file with the store and lifetimes")
    .option("--dry-run", "count, and change nothing")
    .option("--json", "print {purged: n}; with --dry-run {wouldPurge: n}")
    .addHelpText(
      "after",
      `
Deletes records whose created + max_age has passed, tracking cookies too, in
short transactions with pauses, also beside Crossbar and a running component
(which does the same by itself every sessions.purgeInterval). It frees space
and no more: what has expired is refused anyway. Ctrl-C ends it between two
transactions, with status 130.

Example:
  $ wamp-cookie-authenticator cookies purge --config config.json --dry-run`,
    )
    .action(async (options) => {
      const settings = await findStoreTarget(options, context);
      const progress = showProgress(context.stderr, context.env);
      const say = (key: string, text: string, count: number): Promise<boolean> => {
        const line = options.json === true ? JSON.stringify({ [key]: count }) : `${text} ${toCount(count)}`;
        return writeText(context.stdout, `${line}\n`);
      };
      if (options.dryRun === true) {
        let count = 0;
        await withReader(settings, context, async (reader) => {
          const session = await toReadingContext(reader, context);
          for await (const page of findFitting(session, await planPurge(session, settings.limits))) {
            count += page.length;
            progress.report({ phase: "counting", done: count });
          }
        }).finally(progress.stop);
        await say("wouldPurge", "dry run: would purge", count);
        return;
      }
      const { purged, isInterrupted } = await withInterrupt(context, (signal) =>
        withStore(settings, context, async (store) => {
          const session = await toEndingContext(store, settings, context);
          let done = 0;
          const report = await purgeSessions(session, {
            signal,
            onBatch: (count) => {
              done += count;
              progress.report({ phase: "purging", done });
            },
          });
          return { purged: report.purged, isInterrupted: signal.aborted };
        }).finally(progress.stop),
      );
      if (isInterrupted)
        throw interrupted(`interrupted: purged ${toCount(purged)}`, "run it again for the rest");
      await say("purged", "purged", purged);
    });
}

function toCount(count: number): string {
  return count === 1 ? "1 record" : `${count} records`;
}
