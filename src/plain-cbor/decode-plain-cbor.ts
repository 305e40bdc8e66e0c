// The fast way through the CBOR that routers and sites really send and store. Everything unusual is left to cborg.

/** Where the decoder is. One for all calls: decoding is synchronous, and an object for each would cost as much again. */
let bytes: Buffer;
let position = 0;
let end = 0;
let levels = 0;

/** Says that cborg has to look at it. */
const UNUSUAL = Symbol("unusual");

/**
 * Map keys that were met before: WAMP's own come with each message, and to make the text of a key anew takes longer than
 * to compare it. As many as there are slots; of two in one slot the older one is forgotten.
 */
const KEY_SLOTS = 512;
const KEY_MAX_BYTES = 40;
const keys: (string | undefined)[] = Array.from({ length: KEY_SLOTS }, () => undefined);

/** The smallest number that needs an argument of 1, 2, 4 or 8 bytes. */
const SHORTEST: readonly number[] = [24, 2 ** 8, 2 ** 16, 2 ** 32];

/**
 * Decodes text, integers up to 2^53, double floats, booleans, null, lists and maps with text keys of these, all of
 * definite length (RFC 8949): what Python's `cbor2.dumps` writes for a JSON document. It takes a quarter of cborg's
 * time or less, which would be most of the time that an authentication takes.
 *
 * @param maxDepth deepest nesting that is decoded
 * @returns `undefined` for all else, good or bad: other types, doubled keys, `__proto__`, broken UTF-8, too deep, cut
 *   short, rubbish at the end. The caller asks cborg, which alone decides about errors.
 */
export function decodePlainCbor(input: Buffer, maxDepth: number): unknown {
  bytes = input;
  position = 0;
  end = input.length;
  levels = maxDepth;
  const value = decodeItem();
  return value === UNUSUAL || position !== end ? undefined : value;
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
      return argument === UNUSUAL || argument === Number.MAX_SAFE_INTEGER ? UNUSUAL : -1 - argument;
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

/** The number in the head, or in the bytes after it. Indefinite lengths are unusual, and so is more than 2^53 - 1. */
function readArgument(head: number): number | typeof UNUSUAL {
  const minor = head & 0x1f;
  if (minor < 24) return minor;
  if (minor > 27) return UNUSUAL;
  const size = 1 << (minor - 24);
  if (position + size > end) return UNUSUAL;
  let value = 0;
  for (let i = 0; i < size; i += 1) value = value * 256 + (bytes[position + i] as number);
  position += size;
  // Not the shortest head: cborg may refuse it, so it decides.
  return value < (SHORTEST[minor - 24] as number) || value > Number.MAX_SAFE_INTEGER ? UNUSUAL : value;
}

function decodeText(head: number): string | typeof UNUSUAL {
  const length = readArgument(head);
  if (length === UNUSUAL || position + length > end) return UNUSUAL;
  const start = position;
  position += length;
  return readText(start, position);
}

function readText(start: number, stop: number): string | typeof UNUSUAL {
  const text = bytes.toString("utf8", start, stop);
  // Node.js puts U+FFFD for broken UTF-8; whether it was really there, cborg finds out.
  return text.includes("\ufffd") ? UNUSUAL : text;
}

function decodeKey(): string | typeof UNUSUAL {
  const head = position < end ? (bytes[position] as number) : 0;
  if (head >> 5 !== 3) return UNUSUAL;
  position += 1;
  const length = readArgument(head);
  if (length === UNUSUAL || position + length > end) return UNUSUAL;
  const start = position;
  position += length;
  if (length === 0 || length > KEY_MAX_BYTES) return readText(start, position);
  const slot = slotOf(start, length);
  const known = keys[slot];
  if (known !== undefined && isTextAt(known, start, length)) return known;
  const key = readText(start, position);
  if (key !== UNUSUAL) keys[slot] = key;
  return key;
}

/** By length and three bytes: the key is compared as a whole anyway. */
function slotOf(start: number, length: number): number {
  const first = bytes[start] as number;
  const middle = bytes[start + (length >> 1)] as number;
  const last = bytes[start + length - 1] as number;
  return (length * 5 + first * 7 + middle * 31 + last * 131) & (KEY_SLOTS - 1);
}

/** Whether these bytes are this text, which must be ASCII for that. */
function isTextAt(text: string, start: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i += 1) {
    const byte = bytes[start + i] as number;
    if (byte >= 0x80 || byte !== text.charCodeAt(i)) return false;
  }
  return true;
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
  const map: { [key: string]: unknown } = {};
  for (let i = 0; i < length; i += 1) {
    const key = decodeKey();
    if (key === UNUSUAL || key === "__proto__") return UNUSUAL;
    const item = decodeItem();
    if (item === UNUSUAL) return UNUSUAL;
    map[key] = item;
  }
  levels += 1;
  // Fewer than were written: one was there twice.
  return Object.keys(map).length === length ? map : UNUSUAL;
}

function decodeSimple(head: number): unknown {
  if (head === 0xf4) return false;
  if (head === 0xf5) return true;
  if (head === 0xf6) return null;
  if (head !== 0xfb || position + 8 > end) return UNUSUAL;
  position += 8;
  return bytes.readDoubleBE(position - 8);
}
