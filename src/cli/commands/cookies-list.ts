// cookies list: all records, or those that a filter lets through, without their values.

import { type Command, Option } from "@commander-js/extra-typings";
import { CookieAuthenticatorError } from "../../errors.js";
import type { LifetimeLimits } from "../../lifetime/lifetime.js";
import type { CookiePage, CookieReader } from "../../store/cookie-reader.js";
import type { CliContext } from "../cli-context.js";
import {
  type CookieFilter,
  type CookieFilterOptions,
  toCookieFilter,
  withCookieFilter,
} from "../cookie-filter.js";
import { type CookieRow, type DamagedRow, isDamagedRow, toCookieRow } from "../cookie-row.js";
import { toReadingContext } from "../ending-context.js";
import { wholeNumber } from "../parse-argument.js";
import { type CookieFormat, createCookiePrinter, warnOfValues } from "../print-cookies.js";
import { findStoreTarget, withReader } from "../store-target.js";

/** Records of one read transaction. */
const PAGE_SIZE = 500;
/** Damaged records that an error names: a listing takes the same memory, however many there are. */
const NAMED_DAMAGED = 100;

/** Adds `cookies list`. */
export function addCookiesList(cookies: Command, context: CliContext): void {
  withCookieFilter(
    cookies
      .command("list")
      .description("print cookies, without their values")
      .option("--db <path>", "database directory")
      .option("--config <file>", "configuration file with the store and lifetimes"),
  )
    .option("--limit <n>", "at most so many", wholeNumber(1, 1_000_000_000))
    .option("--json", "print JSON lines: one record a line, nothing cut")
    .addOption(new Option("--csv", "print CSV (RFC 4180) with a head").conflicts("json"))
    .option("--show-values", "print the values too: they are secrets")
    .addHelpText(
      "after",
      `
States: valid; expired (created + max_age, or authenticator.maxLifetime); idle
(authenticator.idleTimeout); from-future (made by a clock that is ahead);
unauthenticated (a tracking cookie: nobody has logged in); damaged (a field
can't be decoded). Configured lifetimes are known with --config only.

The table is cut to 80 columns and shows the state instead of the end where a
record isn't valid. Its ends are dates in UTC, in CSV times; in JSON, with
cfxdb's names of fields, they are ns since 1970 as text. In CSV a text that
begins like a formula has an apostrophe before it, values too.

Example:
  $ wamp-cookie-authenticator cookies list --db .crossbar/.cookies --authid joe
  $ wamp-cookie-authenticator cookies list --config config.json --state idle \\
      --older-than 7d --csv`,
    )
    .action(async (options) => {
      const settings = await findStoreTarget(options, context);
      await withReader(settings, context, async (reader) => {
        if (options.showValues === true) await warnOfValues(context, (await reader.marks()).areValuesHashed);
        await printList(reader, settings.limits, options, context);
      });
    });
}

type ListOptions = CookieFilterOptions & CookieFormat & { readonly limit?: number | undefined };

async function printList(
  reader: CookieReader,
  limits: LifetimeLimits,
  options: ListOptions,
  context: CliContext,
): Promise<void> {
  const filter = toCookieFilter(options, limits);
  const { clock } = await toReadingContext(reader, context);
  const print = createCookiePrinter(context.stdout, options);
  const damaged = { count: 0, named: [] as DamagedRow[] };
  // The table shows neither use nor device: one look-up less for each record.
  const withUse = filter.withUse || limits.idleSeconds !== undefined || options.json || options.csv;
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let after: string | undefined;
  do {
    const page = await reader.list({
      limit: PAGE_SIZE,
      after,
      where: filter.where,
      withUse,
      isComplete: true,
    });
    const { readable, unreadable } = toRows(page, limits, clock.nowNs(), filter);
    // What can't be read fits no filter but the one for it; else the command's status tells of it.
    const rows = options.state === "damaged" ? unreadable : readable;
    if (options.state !== "damaged") {
      damaged.count += unreadable.length;
      damaged.named.push(...unreadable.slice(0, NAMED_DAMAGED - damaged.named.length));
    }
    const shown = rows.slice(0, left);
    if (!(await print(shown))) return;
    left -= shown.length;
    after = page.next;
  } while (after !== undefined && left > 0);
  if (damaged.count > 0) throw damagedError(damaged.count, damaged.named);
}

/** The rows of a page: of records that fit the filter, and of all that can't be read. */
function toRows(
  page: CookiePage,
  limits: LifetimeLimits,
  nowNs: bigint,
  filter: CookieFilter,
): { readonly readable: readonly CookieRow[]; readonly unreadable: readonly DamagedRow[] } {
  const readable: CookieRow[] = [];
  const unreadable = page.damaged.map(
    ({ oid, error }): DamagedRow => ({ oid, state: "damaged", code: error.code }),
  );
  for (const cookie of page.cookies) {
    const use = page.uses.get(cookie.oid);
    const row = toCookieRow(cookie, use, limits, nowNs);
    if (isDamagedRow(row)) unreadable.push(row);
    else if (filter.fits(cookie, nowNs, use)) readable.push(row);
  }
  return { readable, unreadable };
}

/** The readable records are printed by then; the status tells that there are others. */
function damagedError(count: number, named: readonly DamagedRow[]): CookieAuthenticatorError {
  const oids = named.slice(0, 3).map(({ oid }) => oid);
  const some = `${oids.join(", ")}${count > oids.length ? ", …" : ""}`;
  return new CookieAuthenticatorError("ERR_RECORD_INVALID", `${count} not readable: ${some}`, {
    hint: "`cookies list --state damaged` shows all; `cookies remove --oid OID` removes one",
    details: { records: named.map(({ oid, code }) => ({ oid, code })) },
  });
}
