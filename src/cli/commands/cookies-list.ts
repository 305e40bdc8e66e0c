// cookies list: all records, or those of one authid, without their values.

import type { Command } from "@commander-js/extra-typings";
import { CookieAuthenticatorError } from "../../errors.js";
import type { Cookie } from "../../record/cookie.js";
import type { CookiePage, CookieReader } from "../../store/cookie-reader.js";
import type { CliContext } from "../cli-context.js";
import { formatCookieTable } from "../format-cookie.js";
import { parseText, wholeNumber } from "../parse-argument.js";
import { findStoreTarget, withReader } from "../store-target.js";
import { writeText } from "../write-text.js";

/** Records of one read transaction. */
const PAGE_SIZE = 500;

/** Adds `cookies list`. */
export function addCookiesList(cookies: Command, context: CliContext): void {
  cookies
    .command("list")
    .description("print all cookies, without their values")
    .option("--db <path>", "database directory")
    .option("--config <file>", "configuration file with store.path")
    .option("--authid <authid>", "only those of this authid", parseText)
    .option("--limit <n>", "at most so many", wholeNumber(1, 1_000_000_000))
    .option("--json", "print JSON lines: one record a line, nothing cut")
    .addHelpText(
      "after",
      "\nExample:\n  $ wamp-cookie-authenticator cookies list --db .crossbar/.cookies --authid joe",
    )
    .action(async (options) => {
      const settings = await findStoreTarget(options);
      await withReader(settings, context, (reader) => printList(reader, options, context));
    });
}

interface ListOptions {
  readonly authid?: string | undefined;
  readonly limit?: number | undefined;
  readonly json?: true | undefined;
}

async function printList(reader: CookieReader, options: ListOptions, context: CliContext): Promise<void> {
  const damaged: Damaged[] = [];
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let after: string | undefined;
  let withHead = true;
  do {
    const page = await reader.list({ limit: PAGE_SIZE, after });
    damaged.push(...page.damaged);
    const cookies = page.cookies.filter((cookie) => isWanted(cookie, options, damaged)).slice(0, left);
    const text = options.json === true ? toJsonLines(cookies) : formatCookieTable(cookies, { withHead });
    if ((cookies.length > 0 || withHead) && !(await writeText(context.stdout, text))) return;
    withHead = false;
    left -= cookies.length;
    after = page.next;
  } while (after !== undefined && left > 0);
  if (damaged.length > 0) throw damagedError(damaged);
}

type Damaged = CookiePage["damaged"][number];

/** Also decodes the record as a whole, so that a field which can't be read doesn't end the listing half way. */
function isWanted(cookie: Cookie, { authid }: ListOptions, damaged: Damaged[]): boolean {
  try {
    cookie.marshal();
    return authid === undefined || cookie.authid === authid;
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    damaged.push({ oid: cookie.oid, error });
    return false;
  }
}

function toJsonLines(cookies: readonly Cookie[]): string {
  return cookies.map((cookie) => `${JSON.stringify(cookie.marshal())}\n`).join("");
}

/** The readable records are printed by then; the status tells that there are others. */
function damagedError(damaged: readonly Damaged[]): CookieAuthenticatorError {
  const oids = damaged.map(({ oid }) => oid);
  const some = oids.length > 3 ? `${oids.slice(0, 3).join(", ")}, …` : oids.join(", ");
  return new CookieAuthenticatorError("ERR_RECORD_INVALID", `${oids.length} not readable: ${some}`, {
    hint: "`cookies remove --oid OID` removes one",
    details: { records: damaged.map(({ oid, error }) => ({ oid, code: error.code })) },
  });
}
