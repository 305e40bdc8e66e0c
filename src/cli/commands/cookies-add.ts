// cookies add: a new authenticated cookie; its value is printed this once.

import { randomUUID } from "node:crypto";
import type { Command } from "@commander-js/extra-typings";
import { CookieAuthenticatorError } from "../../errors.js";
import { buildCookie } from "../../record/build-cookie.js";
import { Cookie } from "../../record/cookie.js";
import type { CliContext } from "../cli-context.js";
import { formatCookie } from "../format-cookie.js";
import { parseJsonObject, parseText, wholeNumber } from "../parse-argument.js";
import { readCookieValue } from "../read-cookie-value.js";
import { findStoreTarget, withStore } from "../store-target.js";
import { writeText } from "../write-text.js";

/** 400 days, the longest that browsers keep a cookie (draft RFC 6265bis, section 5.5). */
const MAX_AGE_MAX_SECONDS = 34_560_000;
/** A week, as Crossbar. */
const MAX_AGE_DEFAULT_SECONDS = 604_800;

/** Adds `cookies add`, the one command that prints a value. */
export function addCookiesAdd(cookies: Command, context: CliContext): void {
  cookies
    .command("add")
    .description("add an authenticated cookie and print its value, this once")
    .option("--db <path>", "database directory")
    .option("--config <file>", "configuration file with the store")
    .requiredOption("--authid <authid>", "who the cookie stands for", parseText)
    .requiredOption("--authrole <role>", "the role it gives", parseText)
    .requiredOption("--authrealm <realm>", "the realm it is for", parseText)
    .option("--authextra <json>", "further data, a JSON object", parseJsonObject)
    .option(
      "--max-age <seconds>",
      "lifetime in seconds, at most 400 days",
      wholeNumber(1, MAX_AGE_MAX_SECONDS),
      MAX_AGE_DEFAULT_SECONDS,
    )
    .option("--name <name>", "cookie name (default: cookie.name, or cbtid)", parseText)
    .option("--authmethod <method>", "recorded method of the login", parseText, "cookie")
    .option("--value-file <file>", "take the value from a file, - for standard input")
    .option("--json", "print the record, its value included, as JSON")
    .addHelpText(
      "after",
      `
The value is random unless --value-file gives one; there is no option for the
value itself, since every user of a machine can list the arguments.

Example:
  $ wamp-cookie-authenticator cookies add --db .crossbar/.cookies \\
      --authid joe --authrole user --authrealm realm1 --json`,
    )
    .action(async (options) => {
      const settings = await findStoreTarget(options, context);
      const value =
        options.valueFile === undefined
          ? context.makeCookieValue(settings.cookieValueLength)
          : await readCookieValue(options.valueFile, context);
      const createdNs = context.nowNs();
      const fields = {
        oid: randomUUID(),
        createdNs,
        maxAgeSeconds: options.maxAge,
        name: options.name ?? settings.cookieName,
        value,
        authenticatedNs: createdNs,
        authid: options.authid,
        authrole: options.authrole,
        authmethod: options.authmethod,
        authrealm: options.authrealm,
        authextra: options.authextra,
      };
      const unconfirmed = await withStore(settings, context, ({ writer }) =>
        writer
          .write((transaction) => {
            transaction.put({ ...fields, value: transaction.toStoredValue(value) });
          })
          .catch(unconfirmedOrThrow),
      );
      // Where values are hashed at rest, the stored record has the hash: what is shown is what a client presents.
      const cookie = Cookie.cast(buildCookie(fields));
      if (options.json === true) {
        await writeText(context.stdout, `${JSON.stringify(cookie.marshal({ withValue: true }))}\n`);
      } else {
        await writeText(context.stdout, formatCookie(cookie, { withValue: true }));
        await writeText(context.stderr, "note: the value is a secret and isn't shown again\n");
      }
      if (unconfirmed !== undefined) throw unconfirmed;
    });
}

/** The cookie is made, but too few replicas have it: unprinted it would be one that nobody can use or find. */
function unconfirmedOrThrow(error: unknown): CookieAuthenticatorError {
  if (error instanceof CookieAuthenticatorError && error.code === "ERR_STORE_REPLICAS")
    if (error.details.isWritten === true) return error;
  throw error;
}
