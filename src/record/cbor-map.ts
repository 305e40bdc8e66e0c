// CBOR maps inside a record: as Python's cbor2 writes them, and safe to decode whoever wrote them.

import { type DecodeOptions, decode, type EncodeOptions, encode, type TypeEncoder } from "cborg";
import { CookieAuthenticatorError } from "../errors.js";
import { decodePlainCbor } from "../plain-cbor/decode-plain-cbor.js";
import { decodeNegativeBigInt, decodePositiveBigInt, encodeBigInt } from "./cbor-bigint.js";
import { CborProblem, CborTokenizer } from "./cbor-tokenizer.js";

/** A CBOR map with text keys. `__proto__` is a key like any other: an own property, never a prototype. */
export type CborMap = { [key: string]: unknown };

/** Deepest nesting that is decoded. cbor2 itself stops at 400; what sites store is below 10. */
export const CBOR_MAX_DEPTH = 32;
/** Largest encoded map that is decoded or written, in bytes. */
export const CBOR_MAX_BYTES = 65_536;

/** Major type of a map (RFC 8949). */
const MAJOR_MAP = 5;

/** UTF-8 can't hold a lone surrogate; cborg would write U+FFFD for it. `null`: encode as usual. */
const checkText: TypeEncoder = (text: string) => {
  if (!text.isWellFormed()) throw new Error("text with a lone surrogate");
  return null;
};

const ENCODE_OPTIONS = {
  mapSorter: null,
  float64: true,
  typeEncoders: { bigint: encodeBigInt, string: checkText },
} as unknown as EncodeOptions;

const DECODE_OPTIONS: DecodeOptions = {
  allowUndefined: true,
  allowBigInt: true,
  rejectDuplicateMapKeys: true,
  tags: { 2: decodePositiveBigInt, 3: decodeNegativeBigInt },
};

/**
 * Decodes a map. Depth and size are checked before the decoder sees them, so that no input can exhaust the stack.
 *
 * @throws `ERR_RECORD_CBOR`, with `field` and the reason
 */
export function decodeCborMap(bytes: Uint8Array, field: string): CborMap {
  if (bytes.length > CBOR_MAX_BYTES) {
    throw cborError(field, `it has ${bytes.length} bytes, more than ${CBOR_MAX_BYTES}`);
  }
  return findPlainMap(asBuffer(bytes)) ?? decodeStrictMap(bytes, field);
}

/** The fast way: `undefined` for what is no map, or not a plain one. It takes a tenth of cborg's time. */
export function findPlainMap(bytes: Buffer): CborMap | undefined {
  const isMap = bytes.length > 0 && (bytes[0] as number) >> 5 === MAJOR_MAP;
  return isMap ? (decodePlainCbor(bytes, CBOR_MAX_DEPTH) as CborMap | undefined) : undefined;
}

/** Any map, and the error for what is none: what `decodeCborMap` asks when the fast way doesn't know. */
export function decodeStrictMap(bytes: Uint8Array, field: string): CborMap {
  let value: unknown;
  try {
    const tokenizer = new CborTokenizer(bytes, DECODE_OPTIONS, CBOR_MAX_DEPTH);
    value = decode(bytes, { ...DECODE_OPTIONS, tokenizer });
  } catch (error) {
    // The decoder's own text may quote map keys, which are a client's: only its kind is kept.
    const why =
      error instanceof CborProblem ? error.message : "it is no valid CBOR or has keys that are no text";
    throw cborError(field, why, error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw cborError(field, "it is no map");
  }
  return value as CborMap;
}

/**
 * Encodes a map with the same bytes as Python's `cbor2.dumps`: insertion order, shortest heads, float64.
 *
 * @throws `ERR_COOKIE_FIELD` if a value can't be encoded, or the map is too deep or too large to be read again
 */
export function encodeCborMap(map: CborMap, field: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = encode(map, ENCODE_OPTIONS);
  } catch (error) {
    throw new CookieAuthenticatorError("ERR_COOKIE_FIELD", `${field} can't be encoded as CBOR`, {
      cause: error,
    });
  }
  if (bytes.length > CBOR_MAX_BYTES || isDeeperThan(bytes, CBOR_MAX_DEPTH)) {
    throw new CookieAuthenticatorError(
      "ERR_COOKIE_FIELD",
      `${field} is too large: at most ${CBOR_MAX_BYTES} bytes and ${CBOR_MAX_DEPTH} levels`,
      { details: { field, bytes: bytes.length } },
    );
  }
  return bytes;
}

function isDeeperThan(bytes: Uint8Array, limit: number): boolean {
  const tokenizer = new CborTokenizer(bytes, DECODE_OPTIONS, limit);
  try {
    while (!tokenizer.done()) tokenizer.next();
    return false;
  } catch {
    return true; // depth is all that can be wrong with what was encoded just now
  }
}

function cborError(field: string, why: string, cause?: unknown): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_RECORD_CBOR", `the record's ${field} can't be decoded: ${why}`, {
    details: { field, why },
    ...(cause instanceof Error ? { cause: cause.name } : {}),
  });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
