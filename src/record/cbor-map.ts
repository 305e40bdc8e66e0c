// CBOR maps inside a record: as Python's cbor2 writes them, and safe to decode whoever wrote them.

import { decode, encode } from "cborg";
import { bigIntDecoder, bigNegIntDecoder } from "cborg/taglib";
import { CookieAuthenticatorError } from "../errors.js";

/** A CBOR map with text keys. `__proto__` is a key like any other: an own property, never a prototype. */
export type CborMap = { [key: string]: unknown };

/** Deepest nesting that is decoded. cfxdb itself fails near 450; what sites store is below 10. */
export const CBOR_MAX_DEPTH = 32;
/** Largest encoded map that is decoded or written, in bytes. */
export const CBOR_MAX_BYTES = 65_536;

const ENCODE_OPTIONS = { mapSorter: null, float64: true } as unknown as Parameters<typeof encode>[1];
const DECODE_OPTIONS = {
  allowUndefined: true,
  allowBigInt: true,
  rejectDuplicateMapKeys: true,
  tags: [] as unknown[],
};
DECODE_OPTIONS.tags[2] = bigIntDecoder;
DECODE_OPTIONS.tags[3] = bigNegIntDecoder;

/**
 * Decodes a map. Depth and size are checked before the decoder runs, so that no input can exhaust the stack.
 *
 * @throws `ERR_RECORD_CBOR`, with `field` and the reason
 */
export function decodeCborMap(bytes: Uint8Array, field: string): CborMap {
  if (bytes.length > CBOR_MAX_BYTES) {
    throw cborError(field, `it has ${bytes.length} bytes, more than ${CBOR_MAX_BYTES}`);
  }
  if (isDeeperThan(bytes, CBOR_MAX_DEPTH)) {
    throw cborError(field, `it is nested deeper than ${CBOR_MAX_DEPTH}`);
  }
  let value: unknown;
  try {
    value = decode(bytes, DECODE_OPTIONS as Parameters<typeof decode>[1]);
  } catch (error) {
    // The decoder's own text may quote map keys, which are a client's: only its kind is kept.
    throw cborError(field, "it is no valid CBOR or has keys that are no text", error);
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

/**
 * Whether the first item in `bytes` opens more than `limit` arrays, maps and tags inside each other (RFC 8949,
 * section 3). Malformed input counts as "not deeper": the decoder refuses it.
 */
function isDeeperThan(bytes: Uint8Array, limit: number): boolean {
  // remaining[i]: items still missing at level i; Infinity for indefinite length.
  const remaining: number[] = [1];
  let position = 0;
  while (remaining.length > 0 && position < bytes.length) {
    const head = bytes[position] as number;
    position += 1;
    const top = remaining.length - 1;
    if (head === 0xff) {
      remaining.pop();
      continue;
    }
    remaining[top] = (remaining[top] as number) - 1;
    const major = head >> 5;
    const minor = head & 0x1f;
    let argument = minor;
    if (minor >= 24 && minor <= 27) {
      const size = 1 << (minor - 24);
      argument = 0;
      for (let i = 0; i < size; i += 1) argument = argument * 256 + (bytes[position + i] ?? 0);
      position += size;
    } else if (minor > 27) {
      argument = Number.POSITIVE_INFINITY;
    }
    if (major === 2 || major === 3) {
      if (argument === Number.POSITIVE_INFINITY) remaining.push(argument);
      else position += argument;
    } else if (major === 4) {
      remaining.push(argument);
    } else if (major === 5) {
      remaining.push(argument * 2);
    } else if (major === 6) {
      remaining.push(1);
    }
    if (remaining.length - 1 > limit) return true;
    while (remaining.length > 0 && remaining[remaining.length - 1] === 0) remaining.pop();
  }
  return false;
}

function cborError(field: string, why: string, cause?: unknown): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_RECORD_CBOR", `the record's ${field} can't be decoded: ${why}`, {
    details: { field, why },
    ...(cause instanceof Error ? { cause: cause.name } : {}),
  });
}
