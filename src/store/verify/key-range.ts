// Ranges of keys as the reader takes them: start <= key < end.

import { slotStart } from "../zlmdb-layout.js";

const MAX_SLOT = 65_535;
/** LMDB's own field for a key's length has 16 bits: no key is longer, so that none comes after this one. */
const AFTER_ALL_KEYS = Buffer.alloc(65_535 + 1, 0xff);

export interface KeyRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
}

/** Every key that a database can hold. */
export const ALL_KEYS: KeyRange = { start: Buffer.alloc(0), end: AFTER_ALL_KEYS };

/** All keys of one table. */
export function slotRange(slot: number): KeyRange {
  return { start: slotStart(slot), end: endOfSlot(slot) };
}

/** What is left of all keys without the given slots, in order. */
export function rangesBeside(slots: readonly number[]): KeyRange[] {
  const ranges: KeyRange[] = [];
  let start: Uint8Array = ALL_KEYS.start;
  for (const slot of [...slots].sort((a, b) => a - b)) {
    ranges.push({ start, end: slotStart(slot) });
    start = endOfSlot(slot);
  }
  ranges.push({ start, end: ALL_KEYS.end });
  return ranges;
}

/** The smallest key after this one. */
export function keyAfter(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.from([0])]);
}

/** The slot that a key belongs to; `undefined` for a key too short for one. */
export function slotOf(key: Buffer): number | undefined {
  return key.length < 2 ? undefined : key.readUInt16BE(0);
}

function endOfSlot(slot: number): Uint8Array {
  return slot === MAX_SLOT ? AFTER_ALL_KEYS : slotStart(slot + 1);
}
