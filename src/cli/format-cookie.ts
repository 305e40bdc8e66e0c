// Cookie records for people: one as a list of fields, many as a table of 80 columns.

import Table from "cli-table3";
import type { Cookie } from "../record/cookie.js";
import { toTerminalText } from "./terminal-text.js";

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
  ["AUTHID", 12],
  ["AUTHROLE", 9],
  ["AUTHREALM", 9],
  ["EXPIRES", 10],
] as const;

/** A record as `field  value` lines. The value, a secret, is left out unless it is asked for. */
export function formatCookie(cookie: Cookie, options: { readonly withValue?: boolean } = {}): string {
  const rows: [string, string][] = Object.entries(cookie.marshal(options))
    .filter(([, value]) => value !== null && JSON.stringify(value) !== "{}")
    .map(([field, value]) => [field, typeof value === "string" ? value : JSON.stringify(value)]);
  rows.push(["(created)", toTime(cookie.createdNs)], ["(expires)", toTime(expiryNs(cookie))]);
  const table = new Table({ chars: NO_LINES, style: { ...PLAIN, "padding-right": 1 } });
  table.push(...rows.map(([field, text]) => [field, toTerminalText(text)]));
  return toLines(table);
}

/** Rows of `cookies list`; longer text is cut, `--json` has all of it. */
export function formatCookieTable(
  cookies: readonly Cookie[],
  options: { readonly withHead: boolean },
): string {
  const table = new Table({
    chars: NO_LINES,
    colWidths: COLUMNS.map(([, width]) => width),
    style: PLAIN,
  });
  if (options.withHead) table.push(COLUMNS.map(([name]) => name));
  for (const cookie of cookies) {
    const { oid, authid, authrole, authrealm } = cookie;
    const cells = [authid, authrole, authrealm].map((text) =>
      toTerminalText(text ?? "-").replaceAll("\n", "\\n"),
    );
    table.push([oid, ...cells, toTime(expiryNs(cookie)).slice(0, 10)]);
  }
  return toLines(table);
}

/** When a cookie expires by itself, ns since 1970 UTC. */
function expiryNs({ createdNs, maxAgeSeconds }: Cookie): bigint | undefined {
  return maxAgeSeconds === undefined ? undefined : createdNs + BigInt(maxAgeSeconds) * 1_000_000_000n;
}

/** ISO 8601 to the second, `never` if absent, the plain number if no calendar has it. */
function toTime(ns: bigint | undefined): string {
  if (ns === undefined) return "never";
  const ms = Number(ns / 1_000_000n);
  return ms > 8.64e15 ? `${ns} ns` : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function toLines(table: { toString(): string }): string {
  const lines = table.toString().split("\n");
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}
