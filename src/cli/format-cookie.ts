// Cookie records for people: one as a list of fields, many as a table of 80 columns.

import Table from "cli-table3";
import type { Cookie } from "../record/cookie.js";
import type { SessionState } from "../session/session-state.js";
import { type CookieRow, type DamagedRow, isDamagedRow } from "./cookie-row.js";
import { toTerminalText } from "./terminal-text.js";
import { toTime } from "./time-text.js";

const NO_LINES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: " ",
} as const;

/** No colours: the same text in a terminal, a pipe and a file. */
const PLAIN = { head: [], border: [], "padding-left": 0, "padding-right": 0 };

/** Widths of the columns; with a space between them 80. */
const COLUMNS = [
  ["OID", 36],
  ["AUTHID", 11],
  ["AUTHROLE", 9],
  ["AUTHREALM", 9],
  ["VALID UNTIL", 11],
] as const;

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** The last column, where a record isn't valid. */
const STATE_TEXT: { readonly [state in Exclude<SessionState, "valid">]: string } = {
  expired: "(expired)",
  idle: "(idle)",
  "from-future": "(future)",
  unauthenticated: "(no login)",
  damaged: "(damaged)",
};

/** A record as `field  value` lines, then further lines. The value, a secret, is left out unless it is asked for. */
export function formatCookie(
  cookie: Cookie,
  options: { readonly withValue?: boolean; readonly more?: readonly (readonly [string, string])[] } = {},
): string {
  const rows: (readonly [string, string])[] = Object.entries(cookie.marshal(options))
    .filter(([, value]) => value !== null && JSON.stringify(value) !== "{}")
    .map(([field, value]) => [field, typeof value === "string" ? value : JSON.stringify(value)]);
  const { createdNs, maxAgeSeconds } = cookie;
  const expiryNs =
    maxAgeSeconds === undefined ? undefined : createdNs + BigInt(maxAgeSeconds) * 1_000_000_000n;
  rows.push(["(created)", toTime(createdNs)]);
  rows.push(...(options.more ?? [["(expires)", expiryNs === undefined ? "never" : toTime(expiryNs)]]));
  const table = new Table({ chars: NO_LINES, style: { ...PLAIN, "padding-right": 1 } });
  table.push(...rows.map(([field, text]) => [field, toTerminalText(text)]));
  return toLines(table);
}

/** Rows of a listing; longer text is cut, `--json` has all of it. A value that is asked for has a line of its own. */
export function formatCookieTable(
  rows: readonly (CookieRow | DamagedRow)[],
  options: { readonly withHead: boolean; readonly withValue?: boolean },
): string {
  const lines = options.withHead ? [toLine(COLUMNS.map(([name]) => name))] : [];
  for (const row of rows) {
    lines.push(toLine(toCells(row)));
    // A value is never cut, so that it stands below its row.
    if (options.withValue === true && !isDamagedRow(row))
      lines.push(`  value ${toTerminalText(row.cookie.value ?? "-")}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function toCells(row: CookieRow | DamagedRow): string[] {
  if (isDamagedRow(row)) return [row.oid, "-", "-", "-", STATE_TEXT.damaged];
  const { oid, authid, authrole, authrealm } = row.cookie;
  const texts = [authid, authrole, authrealm].map((text) =>
    toTerminalText(text ?? "-").replaceAll("\n", "\\n"),
  );
  return [oid, ...texts, toUntil(row)];
}

/** One line of the table. cli-table3 knows how wide every character is, and takes 0.3 ms: for ASCII that is known. */
function toLine(cells: readonly string[]): string {
  if (cells.every((cell) => PRINTABLE_ASCII.test(cell)))
    return cells
      .map((cell, at) => toWidth(cell, COLUMNS[at]?.[1] ?? 0))
      .join(" ")
      .trimEnd();
  const table = new Table({
    chars: NO_LINES,
    colWidths: COLUMNS.map(([, width]) => width),
    style: PLAIN,
  });
  table.push([...cells]);
  return toLines(table).trimEnd();
}

function toWidth(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

function toUntil({ state, expiryNs }: CookieRow): string {
  if (state !== "valid") return STATE_TEXT[state];
  return expiryNs === undefined ? "for ever" : toTime(expiryNs).slice(0, 10);
}

function toLines(table: { toString(): string }): string {
  const lines = table.toString().split("\n");
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}
