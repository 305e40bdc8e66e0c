// cookies get: one record, without its value.

import type { Command } from "@commander-js/extra-typings";
import type { CliContext } from "../cli-context.js";
import { cookieNotFound, toCookieSelector } from "../cookie-selector.js";
import { formatCookie } from "../format-cookie.js";
import { parseOid } from "../parse-argument.js";
import { findStoreTarget, withReader } from "../store-target.js";
import { writeText } from "../write-text.js";

/** Adds `cookies get`. */
export function addCookiesGet(cookies: Command, context: CliContext): void {
  cookies
    .command("get")
    .description("print one cookie, without its value")
    .option("--db <path>", "database directory")
    .option("--config <file>", "configuration file with store.path")
    .option("--oid <oid>", "the cookie with this record id", parseOid)
    .option("--value-file <file>", "the cookie with the value in this file, - for standard input")
    .option("--json", "print the record as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ wamp-cookie-authenticator cookies get --config config.json --value-file -",
    )
    .action(async (options) => {
      const settings = await findStoreTarget(options);
      const selector = await toCookieSelector(options, context);
      const cookie = await withReader(settings, context, async (reader) =>
        "oid" in selector ? reader.findByOid(selector.oid) : reader.findByValue(selector.value),
      );
      if (cookie === undefined) throw cookieNotFound(selector);
      const text = options.json === true ? `${JSON.stringify(cookie.marshal())}\n` : formatCookie(cookie);
      await writeText(context.stdout, text);
    });
}
