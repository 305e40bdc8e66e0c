// Reads the keys of a line, each by its kind. A key that isn't there is `undefined`, one that is null `null`.

import { type CborMap, decodeCborMap } from "../../record/cbor-map.js";
import { isUuidText } from "../../record/uuid.js";
import { CBOR_SUFFIX } from "./cookie-file.js";
import { parseTime } from "./file-time.js";
import { LineProblem } from "./line-problem.js";

export type LineObject = { readonly [key: string]: unknown };
type Read<T> = T | null | undefined;

const U64_MAX = 0xffff_ffff_ffff_ffffn;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function readText(line: LineObject, key: string): Read<string> {
  const value = own(line, key);
  if (value === undefined || value === null) return value;
  if (typeof value === "string" && value.isWellFormed()) return value;
  throw new LineProblem(key, "it is no text that UTF-8 can hold", "write text or null");
}

export function readUuid(line: LineObject, key: string): Read<string> {
  const value = own(line, key);
  if (value === undefined || value === null) return value;
  if (typeof value === "string" && isUuidText(value)) return value.toLowerCase();
  throw new LineProblem(key, "it is no UUID", "write 8-4-4-4-12 hex digits or null");
}

/** 0 is as null: a record doesn't tell them apart. */
export function readNumber(line: LineObject, key: string): Read<number> {
  const value = own(line, key);
  if (value === undefined || value === null) return value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0)
    return value === 0 ? null : value;
  throw new LineProblem(key, "it is no whole number from 0 to 2^53 - 1", "write such a number or null");
}

/** Decimal text, since JSON's numbers can't hold 64 bits. */
export function readNs(line: LineObject, key: string): Read<bigint> {
  const value = own(line, key);
  if (value === undefined || value === null) return value;
  if (typeof value === "string" && /^\d{1,20}$/.test(value) && BigInt(value) <= U64_MAX) return BigInt(value);
  throw new LineProblem(
    key,
    "it is no decimal text below 2^64",
    "write ns since 1970 in quotation marks, or null",
  );
}

/** A time as Crossbar writes it, ns since 1970 UTC. */
export function readTime(line: LineObject, key: string): Read<bigint> {
  const value = own(line, key);
  if (value === undefined || value === null) return value;
  const ns = typeof value === "string" ? parseTime(value) : undefined;
  if (ns !== undefined && ns <= U64_MAX) return ns;
  throw new LineProblem(key, "it is no time", "write UTC as in 2026-11-22T10:11:53.891Z, or null");
}

/** From the CBOR beside it where it is there: that is exact. */
export function readMap(line: LineObject, key: string): Read<CborMap> {
  const value = own(line, key);
  if (value === undefined || value === null) return value;
  if (typeof value !== "object" || Array.isArray(value))
    throw new LineProblem(key, "it is no JSON object", "write an object or null");
  const exact = readText(line, `${key}${CBOR_SUFFIX}`);
  if (exact === undefined || exact === null) return value as CborMap;
  if (!BASE64.test(exact)) throw notCbor(key);
  try {
    return decodeCborMap(Buffer.from(exact, "base64"), key);
  } catch {
    throw notCbor(key);
  }
}

function notCbor(key: string): LineProblem {
  return new LineProblem(
    `${key}${CBOR_SUFFIX}`,
    "it is no CBOR map in base64",
    "remove this key: then the JSON beside it counts",
  );
}

/** `__proto__` and `toString` are keys like any other: only what the line itself says counts. */
function own(line: LineObject, key: string): unknown {
  return Object.hasOwn(line, key) ? line[key] : undefined;
}
