// Reads one line of a cookie file, from Crossbar or from us: everything is checked before anything is written.

import { CookieAuthenticatorError } from "../../errors.js";
import { buildCookie } from "../../record/build-cookie.js";
import type { CookieFields } from "../../record/cookie.js";
import { isCookieValue } from "../../record/cookie-value.js";
import type { CookieUse } from "../cookie-reader.js";
import { type LineFields, readFields, readUse } from "./line-fields.js";
import { type LineObject, readNs, readText, readTime, readUuid } from "./line-keys.js";
import { LineProblem } from "./line-problem.js";
import { type EndLine, type HeaderLine, parseEnd, parseHeader } from "./parse-header-line.js";

/** A record of a file. */
export interface CookieLine {
  readonly is: "cookie";
  /** As a client presents it, or as it is stored where only hashes are (S-07). */
  readonly value: { readonly clear: string } | { readonly sha256: string };
  readonly oid: string | undefined;
  readonly createdNs: bigint;
  /** `createdNs` is to the ns; Crossbar writes ms. */
  readonly isCreatedExact: boolean;
  readonly fields: LineFields;
  readonly use: CookieUse | undefined;
}

export type ParsedLine =
  | CookieLine
  /** Crossbar ended this cookie: what the file said of it before is over. */
  | { readonly is: "deleted"; readonly value: { readonly clear: string } }
  | HeaderLine
  | EndLine;

/** A line without its line feed. @throws `LineProblem` */
export function parseCookieLine(text: string): ParsedLine {
  const line = parseObject(text);
  const status = readText(line, "status");
  switch (status) {
    case "header":
      return parseHeader(line);
    case "end":
      return parseEnd(line);
    case "redacted":
      throw new LineProblem("status", "it was exported without values", "export again with --with-values");
    case "hashed":
      return parseRecord(line, { sha256: readHash(line) });
    // A store that was purged at its start writes none.
    case undefined:
    case null:
    case "created":
    case "modified":
    case "deleted": {
      const value = { clear: readValue(line) };
      // Crossbar's own reader lets what came before live on; then a logged-out cookie would log in again.
      if (status === "deleted" || line.deleted) return { is: "deleted", value };
      return parseRecord(line, value);
    }
    default:
      throw new LineProblem("status", "it is none that is known here", "is it a file of a newer version?");
  }
}

function parseObject(text: string): LineObject {
  const hint = "remove the line, or mend it: one JSON object a line";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold a value.
    throw new LineProblem(undefined, "it is no JSON", hint);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as LineObject;
  throw new LineProblem(undefined, "it is no JSON object", hint);
}

function readValue(line: LineObject): string {
  const value = readText(line, "cbtid");
  // Before any use of the database; what no browser can send would be dead weight there.
  if (typeof value === "string" && isCookieValue(value)) return value;
  throw new LineProblem(
    "cbtid",
    "it is no cookie value",
    "it has 1 to 509 visible ASCII characters; remove the line",
  );
}

function readHash(line: LineObject): string {
  const hash = readText(line, "value_sha256");
  if (typeof hash === "string" && /^[\w-]{43}$/.test(hash)) return hash;
  throw new LineProblem(
    "value_sha256",
    "it is no SHA-256 in base64url",
    "it has 43 characters; remove the line",
  );
}

function parseRecord(line: LineObject, value: CookieLine["value"]): CookieLine {
  const oid = readUuid(line, "oid") ?? undefined;
  if ("sha256" in value && oid === undefined)
    throw new LineProblem(
      "oid",
      "it isn't there, and the value is hashed",
      "remove the line: nothing else names it",
    );
  const exact = readNs(line, "created_ns") ?? undefined;
  const createdNs = exact ?? readTime(line, "created");
  if (createdNs === undefined || createdNs === null)
    throw new LineProblem(
      "created",
      "it isn't there",
      "write when the cookie was made, as in 2026-11-22T10:11:53.891Z",
    );
  const fields = readFields(line);
  checkStorable({ oid: oid ?? NO_OID, createdNs, ...fields });
  return {
    is: "cookie",
    value,
    oid,
    createdNs,
    isCreatedExact: exact !== undefined,
    fields,
    use: readUse(line),
  };
}

const NO_OID = "00000000-0000-0000-0000-000000000000";

/** Maps that are too deep or too large, for instance. */
function checkStorable(fields: CookieFields): void {
  try {
    buildCookie(fields);
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    const { field } = error.details;
    const key = typeof field === "string" ? field : undefined;
    throw new LineProblem(key, error.message, "shorten it, or remove the line");
  }
}
