// cookies revoke: ends sessions by oid, by user, or by a filter; counts and asks before it does.

import { type Command, Option } from "@commander-js/extra-typings";
import type { StoreSettings } from "../../config/load-store-config.js";
import { CookieAuthenticatorError } from "../../errors.js";
import { endInBatches } from "../../session/end-in-batches.js";
import { findFitting } from "../../session/find-fitting.js";
import type { CliContext } from "../cli-context.js";
import { checkCanAsk, confirm } from "../confirm.js";
import { withCookieFilter } from "../cookie-filter.js";
import { toCookieRow } from "../cookie-row.js";
import { createDamageNotes, type DamageNotes } from "../damage-notes.js";
import { toEndingContext, toReadingContext } from "../ending-context.js";
import { interrupted, withInterrupt } from "../interruptible.js";
import { parseOid } from "../parse-argument.js";
import { createCookiePrinter } from "../print-cookies.js";
import { showProgress } from "../progress-bar.js";
import { type Revocation, type RevocationOptions, toRevocation } from "../revocation.js";
import { findStoreTarget, withReader, withStore } from "../store-target.js";
import { toTerminalText } from "../terminal-text.js";
import { writeText } from "../write-text.js";

/** Adds `cookies revoke`. */
export function addCookiesRevoke(cookies: Command, context: CliContext): void {
  withCookieFilter(
    cookies
      .command("revoke")
      .description("end sessions: by oid, by user, or by a filter")
      .option("--db <path>", "database directory")
      .option("--config <file>", "configuration file with the store and lifetimes")
      .addOption(
        new Option("--oid <oid>", "the session with this record id; may be repeated").argParser(
          (text: string, before: readonly string[] | undefined) => [...(before ?? []), parseOid(text)],
        ),
      ),
  )
    .option("--all", "every session of everybody")
    .option("--dry-run", "print what would go, and change nothing")
    .option("--yes", "don't ask")
    .option("--json", "print {revoked: n}; with --dry-run a record a line")
    .addHelpText(
      "after",
      `
Counts, asks, and deletes the records in short transactions with pauses, also
beside Crossbar and a running component, which ends live connections of these
sessions by itself. All that were there when it began are gone when it is done.
Tracking cookies, with which nobody has logged in, go only with --oid or
--state unauthenticated. Without a terminal to ask on it needs --yes. Ctrl-C
ends it between two transactions: it says how far it got, and running it again
does the rest.

Exit status:
  0    done, also if nothing fitted
  2    wrong usage, or nobody to ask and no --yes
  3    an oid isn't there; the others are revoked
  130  interrupted, or the answer was no

Example:
  $ wamp-cookie-authenticator cookies revoke --config config.json --authid joe
  $ wamp-cookie-authenticator cookies revoke --db .crossbar/.cookies \\
      --realm realm1 --older-than 30d --yes`,
    )
    .action(async (options) => {
      const settings = await findStoreTarget(options, context);
      const revocation = toRevocation(options, settings.limits);
      if (options.dryRun === true) return printDryRun(revocation, settings, options, context);
      checkCanAsk(options.yes === true, context);
      const damage = createDamageNotes();
      const revoked = await revoke(revocation, damage, settings, options, context);
      const text = options.json === true ? JSON.stringify({ revoked }) : `revoked ${toCount(revoked)}`;
      await writeText(context.stdout, `${text}\n`);
      await writeText(context.stderr, toTerminalText(damage.text()));
      const asked = options.oid === undefined ? 0 : new Set(options.oid).size;
      if (asked > revoked) throw notRevoked(asked - revoked);
    });
}

interface RevokeOptions extends RevocationOptions {
  readonly yes?: true | undefined;
  readonly json?: true | undefined;
}

/** How many are revoked. */
function revoke(
  { plan: asked, text }: Revocation,
  damage: DamageNotes,
  settings: StoreSettings,
  options: RevokeOptions,
  context: CliContext,
): Promise<number> {
  return withInterrupt(context, (signal) =>
    withStore(settings, context, async (store) => {
      const watched = { reader: damage.watch(store.reader), writer: store.writer };
      const session = await toEndingContext(watched, settings, context);
      // Who names oids is told by their number.
      const plan = asked.oids === undefined ? { ...asked, fits: damage.judge(asked.fits) } : asked;
      const progress = showProgress(context.stderr, context.env);
      let [found, revoked]: [number | undefined, number] = [undefined, 0];
      try {
        if (options.yes !== true) {
          found = 0;
          for await (const page of findFitting(session, { ...plan, signal })) {
            found += page.length;
            progress.report({ phase: "counting", done: found });
          }
          progress.stop();
          if (signal.aborted) throw interrupted("interrupted: nothing was revoked");
          if (found === 0) return 0;
          await confirm(
            `revoke ${toCount(found)} of ${text}? [y/N] `,
            "nothing was revoked",
            signal,
            context,
          );
        }
        await endInBatches(session, {
          ...plan,
          kind: "logout",
          reason: "logout",
          isOnePass: plan.oids !== undefined,
          signal,
          onBatch: (oids) => {
            revoked += oids.length;
            progress.report({ phase: "revoking", done: revoked, total: found });
          },
        });
      } finally {
        progress.stop();
      }
      if (signal.aborted)
        throw interrupted(`interrupted: revoked ${toCount(revoked)}`, "run it again for the rest");
      return revoked;
    }),
  );
}

async function printDryRun(
  { plan, text }: Revocation,
  settings: StoreSettings,
  options: { readonly json?: true | undefined },
  context: CliContext,
): Promise<void> {
  await withReader(settings, context, async (reader) => {
    const session = await toReadingContext(reader, context);
    const print = createCookiePrinter(context.stdout, options);
    let found = 0;
    for await (const page of findFitting(session, { ...plan, withUse: true })) {
      found += page.length;
      const nowNs = session.clock.nowNs();
      const rows = page.map(({ cookie, use }) => toCookieRow(cookie, use, settings.limits, nowNs));
      if (rows.length > 0 && !(await print(rows))) return;
    }
    await writeText(
      context.stderr,
      toTerminalText(`dry run: would revoke ${toCount(found)} of ${text}; nothing was changed\n`),
    );
  });
}

function toCount(count: number): string {
  return count === 1 ? "1 session" : `${count} sessions`;
}

function notRevoked(count: number): CookieAuthenticatorError {
  const message = count === 1 ? "one of the oids was not revoked" : `${count} of the oids were not revoked`;
  return new CookieAuthenticatorError("ERR_COOKIE_NOT_FOUND", `${message}: not there, or not readable`, {
    hint: "`cookies show OID` tells which; what isn't there has ended before, and `cookies remove --oid OID` removes what isn't readable",
  });
}
