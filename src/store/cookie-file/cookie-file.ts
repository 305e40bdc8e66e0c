// The format of cookie files: the JSON lines of Crossbar's file-backed cookie store, extended. docs/export-format.md says more.

/** What the first line says it is. */
export const COOKIE_FILE_FORMAT = "wamp-cookie-authenticator cookies";
export const COOKIE_FILE_VERSION = 1;

/**
 * How the records of a file have their values: as clients present them; as SHA-256, from a database that has nothing else
 * (S-07); not at all, for analysis.
 */
export type ValueKind = "clear" | "sha256" | "none";

/**
 * The `status` of a line. The first three are Crossbar's. Its reader (`CookieStoreFileBacked._init_store`) passes over every
 * line whose `deleted` is true in Python's sense, whatever else is in it: ours, which it must not take for cookies, say so.
 */
export type LineStatus = "created" | "modified" | "deleted" | "header" | "end" | "hashed" | "redacted";

/** The one key that CBOR maps are kept under exactly, where JSON can't hold them: bytes, big numbers. */
export const CBOR_SUFFIX = "_cbor";

/** Longest line in bytes: two maps of 64 KiB as JSON and as CBOR, every character escaped, are shorter. */
export const LINE_MAX_BYTES = 2 ** 21;

/** The first line. */
export function formatHeader(values: ValueKind, exported: string): string {
  return toLine({
    status: "header",
    deleted: true,
    format: COOKIE_FILE_FORMAT,
    version: COOKIE_FILE_VERSION,
    values,
    exported,
  });
}

/** The last line: without it a file was cut off. */
export function formatEnd(records: number, damaged: number): string {
  return toLine({ status: "end", deleted: true, records, damaged });
}

/** One line of a file. */
export function toLine(line: { readonly status: LineStatus; readonly [key: string]: unknown }): string {
  return `${JSON.stringify(line)}\n`;
}
