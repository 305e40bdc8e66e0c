// cookies show: all that is known of one record: fields, state and why, ends, device, last use, index.

import type { Command } from "@commander-js/extra-typings";
import type { CliContext } from "../cli-context.js";
import { explainCookie } from "../cookie-explanation.js";
import { cookieNotFound, toCookieSelector } from "../cookie-selector.js";
import { toReadingContext } from "../ending-context.js";
import { formatCookie } from "../format-cookie.js";
import { parseOid } from "../parse-argument.js";
import { warnOfValues } from "../print-cookies.js";
import { findStoreTarget, withReader } from "../store-target.js";
import { writeText } from "../write-text.js";

/** Adds `cookies show`, which was `cookies get` once: the old name stays. */
export function addCookiesShow(cookies: Command, context: CliContext): void {
  cookies
    .command("show")
    .alias("get")
    .description("print all that is known of one cookie, without its value")
    .argument("[oid]", "the cookie with this record id", parseOid)
    .option("--db <path>", "database directory")
    .option("--config <file>", "configuration file with the store and lifetimes")
    .option("--oid <oid>", "the same as the argument", parseOid)
    .option("--value-file <file>", "the cookie with the value in this file, - for standard input")
    .option("--json", "print the record and what is known of it as one JSON object")
    .option("--show-values", "print the value too: it is a secret")
    .addHelpText(
      "after",
      `
Configured lifetimes (authenticator.maxLifetime, idleTimeout) count with
--config only. Whether a valid cookie's role and realm may join is said by the
rest of the configuration, and not here.

Example:
  $ wamp-cookie-authenticator cookies show --config config.json \\
      5f1c2b1e-7b0e-4c55-9d5e-0d6f3c1a2b34
  $ wamp-cookie-authenticator cookies show --config config.json --value-file -`,
    )
    .action(async (oid, options) => {
      const settings = await findStoreTarget(options, context);
      const selector = await toCookieSelector({ ...options, oids: [oid, options.oid] }, context);
      await withReader(settings, context, async (reader) => {
        const found = await reader.findUsed(selector);
        if (found === undefined) throw cookieNotFound(selector);
        const { clock } = await toReadingContext(reader, context);
        const explanation = await explainCookie(reader, found, settings.limits, clock.nowNs());
        const withValue = options.showValues === true;
        if (withValue) await warnOfValues(context, (await reader.marks()).areValuesHashed);
        const { cookie } = found;
        const text =
          options.json === true
            ? `${JSON.stringify({ ...cookie.marshal({ withValue }), ...explanation.json })}\n`
            : formatCookie(cookie, { withValue, more: explanation.lines });
        await writeText(context.stdout, text);
      });
    });
}
