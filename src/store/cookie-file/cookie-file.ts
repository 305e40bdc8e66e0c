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

/** What the first line says beyond the format. Readers of version 1 pass over keys that they don't know. */
export interface FileHeader {
  readonly values: ValueKind;
  /** When it was made, as text. */
  readonly exported: string;
  /** Which records were asked for, by key and what it had to be; without any: all. */
  readonly filter?: { readonly authid?: string | undefined; readonly realm?: string | undefined } | undefined;
  /** The highest time that the store had seen, ns since 1970 UTC: the clock must not go back on the way. */
  readonly clockNs?: bigint | undefined;
}

/** The first line. */
export function formatHeader({ values, exported, filter = {}, clockNs }: FileHeader): string {
  const isFiltered = Object.values(filter).some((wanted) => wanted !== undefined);
  return toLine({
    status: "header",
    deleted: true,
    format: COOKIE_FILE_FORMAT,
    version: COOKIE_FILE_VERSION,
    values,
    exported,
    // Null says that all is there; a header without the key, of an earlier version, doesn't say.
    filter: isFiltered ? filter : null,
    clock_ns: clockNs?.toString() ?? null,
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
