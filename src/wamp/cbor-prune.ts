// Cuts what is nested too deep out of a CBOR message, without recursion: decoders would run out of stack on it.

/** Far deeper than any honest client's data, far less than what any stack holds. */
const MAX_DEPTH = 128;
const NULL = Buffer.from([0xf6]);
const BREAK = 0xff;

/**
 * The message with `null` in the place of every array, map or tagged value that lies deeper than 128 levels. A client's
 * `authextra` of some 5,000 levels, 10 kB, passes Crossbar; if it overflowed our stack the link would be cut, and one
 * client without any credentials could keep all others out. Bytes that are no CBOR come back as they are.
 *
 * Terms of RFC 8949: the major type is the upper three bits of an item's head, its argument follows.
 */
export function pruneDeepCbor(bytes: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  // Items that are still missing on each level; Infinity for indefinite length.
  const levels: number[] = [];
  let keptFrom = 0;
  let cutAtLevel = -1;
  for (let position = 0; position < bytes.length; ) {
    const start = position;
    const { head, argument, end } = readHead(bytes, position);
    position = end;
    if (head === BREAK) {
      levels.pop();
    } else {
      if (levels.length > 0) levels[levels.length - 1] = (levels[levels.length - 1] as number) - 1;
      const items = countItems(head >> 5, argument);
      if (items === undefined) {
        position += head >> 5 === 2 || head >> 5 === 3 ? argument : 0;
      } else {
        if (levels.length === MAX_DEPTH && cutAtLevel === -1) {
          kept.push(bytes.subarray(keptFrom, start), NULL);
          cutAtLevel = levels.length;
        }
        levels.push(items);
      }
    }
    while (levels.length > 0 && levels[levels.length - 1] === 0) levels.pop();
    if (levels.length <= cutAtLevel) {
      keptFrom = position;
      cutAtLevel = -1;
    }
  }
  if (kept.length === 0 || cutAtLevel !== -1) return bytes;
  return Buffer.concat([...kept, bytes.subarray(keptFrom)]);
}

function readHead(bytes: Uint8Array, at: number): { head: number; argument: number; end: number } {
  const head = bytes[at] as number;
  const minor = head & 0x1f;
  if (minor < 24) return { head, argument: minor, end: at + 1 };
  if (minor > 27) return { head, argument: Number.POSITIVE_INFINITY, end: at + 1 };
  const size = 1 << (minor - 24);
  let argument = 0;
  for (let i = 1; i <= size; i += 1) argument = argument * 256 + (bytes[at + i] ?? 0);
  return { head, argument, end: at + 1 + size };
}

/** How many items belong to a container; `undefined` for what is none. */
function countItems(major: number, argument: number): number | undefined {
  if (major === 4) return argument;
  if (major === 5) return 2 * argument;
  if (major === 6) return 1;
  // Bytes and text of indefinite length are made of chunks.
  return (major === 2 || major === 3) && argument === Number.POSITIVE_INFINITY ? argument : undefined;
}
