// The fast way through the CBOR that sites really store: plain maps. Everything unusual is left to the strict decoder.

import type { CborMap } from "./cbor-map.js";

/** Where the decoder is. One for all calls: decoding is synchronous, and an object for each would cost as much again. */
let bytes: Buffer;
let position = 0;
let end = 0;
let levels = 0;

/** Says that the strict decoder has to look at it: `undefined` is a value in CBOR. */
const UNUSUAL = Symbol("unusual");

/**
 * Decodes a map of text keys with text, integers up to 2^53, double floats, booleans, null, lists and maps of these, all
 * of definite length (RFC 8949): what Python's `cbor2.dumps` writes for a JSON document. It takes a tenth of cborg's
 * time, which is most of a look-up's otherwise.
 *
 * @param maxDepth deepest nesting that is decoded
 * @returns `undefined` for all else, good or bad: other types, doubled keys, `__proto__`, broken UTF-8, too deep, cut
 *   short, rubbish after the map. The caller asks the strict decoder, which alone decides about errors.
 */
export function decodePlainMap(input: Buffer, maxDepth: number): CborMap | undefined {
  bytes = input;
  position = 0;
  end = input.length;
  levels = maxDepth;
  if (end === 0 || (input[0] as number) >> 5 !== 5) return undefined;
  const value = decodeItem();
  return value === UNUSUAL || position !== end ? undefined : (value as CborMap);
}

function decodeItem(): unknown {
  if (position >= end) return UNUSUAL;
  const head = bytes[position] as number;
  position += 1;
  switch (head >> 5) {
    case 0:
      return readArgument(head);
    case 1: {
      const argument = readArgument(head);
      return argument === UNUSUAL ? UNUSUAL : -1 - (argument as number);
    }
    case 3:
      return decodeText(head);
    case 4:
      return decodeList(head);
    case 5:
      return decodeMap(head);
    case 7:
      return decodeSimple(head);
    default:
      return UNUSUAL; // bytes and tags
  }
}

/** The number in the head, or in the 1, 2 or 4 bytes after it. Eight bytes and indefinite lengths are unusual. */
function readArgument(head: number): number | typeof UNUSUAL {
  const minor = head & 0x1f;
  if (minor < 24) return minor;
  const size = minor === 24 ? 1 : minor === 25 ? 2 : minor === 26 ? 4 : 0;
  if (size === 0 || position + size > end) return UNUSUAL;
  let value = 0;
  for (let i = 0; i < size; i += 1) value = value * 256 + (bytes[position + i] as number);
  position += size;
  // Not the shortest head: cborg may refuse it, so it decides.
  return value < (size === 1 ? 24 : size === 2 ? 0x100 : 0x1_0000) ? UNUSUAL : value;
}

function decodeText(head: number): string | typeof UNUSUAL {
  const length = readArgument(head);
  if (length === UNUSUAL || position + length > end) return UNUSUAL;
  const start = position;
  position += length;
  const text = bytes.toString("utf8", start, position);
  // Node.js puts U+FFFD for broken UTF-8; whether it was really there, the strict decoder finds out.
  return text.includes("\ufffd") ? UNUSUAL : text;
}

function decodeList(head: number): unknown {
  const length = readArgument(head);
  if (length === UNUSUAL || length > end - position || levels === 0) return UNUSUAL;
  levels -= 1;
  const list: unknown[] = [];
  for (let i = 0; i < length; i += 1) {
    const item = decodeItem();
    if (item === UNUSUAL) return UNUSUAL;
    list.push(item);
  }
  levels += 1;
  return list;
}

function decodeMap(head: number): unknown {
  const length = readArgument(head);
  if (length === UNUSUAL || length > end - position || levels === 0) return UNUSUAL;
  levels -= 1;
  const map: CborMap = {};
  for (let i = 0; i < length; i += 1) {
    const key = position < end && (bytes[position] as number) >> 5 === 3 ? decodeItem() : UNUSUAL;
    if (typeof key !== "string" || key === "__proto__" || Object.hasOwn(map, key)) return UNUSUAL;
    const item = decodeItem();
    if (item === UNUSUAL) return UNUSUAL;
    map[key] = item;
  }
  levels += 1;
  return map;
}

function decodeSimple(head: number): unknown {
  if (head === 0xf4) return false;
  if (head === 0xf5) return true;
  if (head === 0xf6) return null;
  if (head !== 0xfb || position + 8 > end) return UNUSUAL;
  position += 8;
  return bytes.readDoubleBE(position - 8);
}
