// cookies remove: deletes one record, and with it the login.

import type { Command } from "@commander-js/extra-typings";
import { isDamage } from "../../errors.js";
import type { CookieStore } from "../../store/cookie-store.js";
import type { CookieTransaction } from "../../store/cookie-writer.js";
import type { CliContext } from "../cli-context.js";
import { type CookieSelector, cookieNotFound, toCookieSelector } from "../cookie-selector.js";
import { parseOid } from "../parse-argument.js";
import { findStoreTarget, withStore } from "../store-target.js";
import { writeText } from "../write-text.js";

/** Adds `cookies remove`. */
export function addCookiesRemove(cookies: Command, context: CliContext): void {
  cookies
    .command("remove")
    .description("remove one cookie: from then on it is refused")
    .option("--db <path>", "database directory")
    .option("--config <file>", "configuration file with the store")
    .option("--oid <oid>", "the cookie with this record id", parseOid)
    .option("--value-file <file>", "the cookie with the value in this file, - for standard input")
    .option("--json", "print {removed: oid} as JSON")
    .addHelpText(
      "after",
      `
A component with sessions ends what has joined with the cookie; without one,
close these connections in Crossbar. \`cookies revoke\` ends many. --oid removes
a record that can't be read, too; on LMDB \`db verify --repair\` then mends the
indexes.

Example:
  $ wamp-cookie-authenticator cookies remove --db .crossbar/.cookies \\
      --oid 5f1c2b1e-7b0e-4c55-9d5e-0d6f3c1a2b34`,
    )
    .action(async (options) => {
      const settings = await findStoreTarget(options, context);
      const selector = await toCookieSelector({ ...options, oids: [options.oid] }, context);
      const oid = await withStore(settings, context, (store) => removeFrom(store, selector));
      const text = options.json === true ? JSON.stringify({ removed: oid }) : `removed the cookie ${oid}`;
      await writeText(context.stdout, `${text}\n`);
    });
}

/** A record that can't be decoded is taken away as well, where the store can do that: nothing else would. */
async function removeFrom(store: CookieStore, selector: CookieSelector): Promise<string> {
  try {
    return await store.writer.write((transaction) => remove(transaction, selector));
  } catch (error) {
    if (!isDamage(error) || !("oid" in selector) || store.removeDamaged === undefined) throw error;
    if (!(await store.removeDamaged(selector.oid))) throw cookieNotFound(selector);
    return selector.oid;
  }
}

/** Finds and deletes in one transaction, so that nothing can change in between. */
function remove(transaction: CookieTransaction, selector: CookieSelector): string {
  const oid = "oid" in selector ? selector.oid : transaction.findByValue(selector.value)?.oid;
  if (oid === undefined || !transaction.delete(oid)) throw cookieNotFound(selector);
  return oid;
}
