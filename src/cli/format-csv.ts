// Cookies as comma-separated values (RFC 4180) that a spreadsheet takes for text.

import { deviceOf } from "../session/device.js";
import { type CookieRow, type DamagedRow, isDamagedRow } from "./cookie-row.js";
import { toTerminalText } from "./terminal-text.js";
import { toTime } from "./time-text.js";

const COLUMNS = [
  "oid",
  "state",
  "authid",
  "authrole",
  "authrealm",
  "authmethod",
  "name",
  "created",
  "expires",
  "last_used",
  "peer",
  "user_agent",
] as const;

/** What spreadsheets take for the begin of a formula (OWASP, CSV injection), the full-width forms too. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** The line with the names of the columns. */
export function csvHead(options: { readonly withValue: boolean }): string {
  return toCsvLine(options.withValue ? [...COLUMNS, "value"] : COLUMNS);
}

/** One line. Of a damaged record only oid and state are known. */
export function toCsvRow(row: CookieRow | DamagedRow, options: { readonly withValue: boolean }): string {
  const value = options.withValue ? 1 : 0;
  if (isDamagedRow(row))
    return toCsvLine([row.oid, row.state, ...Array<string>(COLUMNS.length - 2 + value).fill("")]);
  const { cookie, state, use, expiryNs } = row;
  const { peer, userAgent } = deviceOf(cookie);
  return toCsvLine([
    cookie.oid,
    state,
    cookie.authid,
    cookie.authrole,
    cookie.authrealm,
    cookie.authenticatedAuthmethod ?? cookie.authmethod,
    cookie.name,
    toTime(cookie.createdNs),
    expiryNs === undefined ? undefined : toTime(expiryNs),
    use === undefined ? undefined : toTime(use.lastUsedNs),
    use?.peer ?? peer,
    use?.userAgent ?? userAgent,
    ...(options.withValue ? [cookie.value] : []),
  ]);
}

/**
 * One line of cells, ended as RFC 4180 has it. A text that a spreadsheet would run gets an apostrophe before it, and
 * control characters are escaped: authid and device are what strangers said.
 */
export function toCsvLine(cells: readonly (string | undefined)[]): string {
  return `${cells.map((cell) => toCell(cell ?? "")).join(",")}\r\n`;
}

function toCell(text: string): string {
  const safe = toTerminalText(FORMULA.test(text) ? `'${text}` : text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
