// Prints rows of cookies as they come, as a table, JSON lines or CSV.

import type { CliContext, TextOutput } from "./cli-context.js";
import { type CookieRow, type DamagedRow, toJsonRow } from "./cookie-row.js";
import { formatCookieTable } from "./format-cookie.js";
import { csvHead, toCsvRow } from "./format-csv.js";
import { writeText } from "./write-text.js";

/** How rows are printed. */
export interface CookieFormat {
  readonly json?: true | undefined;
  readonly csv?: true | undefined;
  readonly showValues?: true | undefined;
}

/** Prints more rows. @returns `false` if nobody reads them any more */
export type CookiePrinter = (rows: readonly (CookieRow | DamagedRow)[]) => Promise<boolean>;

/** The first call, also with no rows, prints the head of a table or of CSV. */
export function createCookiePrinter(stdout: TextOutput, format: CookieFormat): CookiePrinter {
  const withValue = format.showValues === true;
  let withHead = format.json !== true;
  return async (rows) => {
    if (rows.length === 0 && !withHead) return stdout.writable;
    const text = toText(rows, format, { withValue, withHead });
    withHead = false;
    return writeText(stdout, text);
  };
}

function toText(
  rows: readonly (CookieRow | DamagedRow)[],
  { json, csv }: CookieFormat,
  options: { readonly withValue: boolean; readonly withHead: boolean },
): string {
  if (json === true) return rows.map((row) => `${JSON.stringify(toJsonRow(row, options))}\n`).join("");
  if (csv !== true) return formatCookieTable(rows, options);
  const head = options.withHead ? csvHead(options) : "";
  return head + rows.map((row) => toCsvRow(row, options)).join("");
}

/** Whoever shows values on a screen should know who looks over the shoulder, and what scrolls back. */
export async function warnOfValues(
  context: Pick<CliContext, "stdout" | "stderr">,
  areValuesHashed: boolean,
): Promise<void> {
  if (areValuesHashed)
    await writeText(context.stderr, "note: this database keeps SHA-256 of values, which open nothing\n");
  else if (context.stdout.isTTY === true)
    await writeText(
      context.stderr,
      "warning: values are secrets: whoever has one is logged in. Clear the screen and its history.\n",
    );
}
