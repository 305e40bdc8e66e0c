// Which line of a file is the last about a cookie: in a file that is appended to, that one counts.

import { hash } from "node:crypto";

const FIRST_SLOTS = 1024;
/** Fuller, searches get long. */
const FULL = 0.7;

/**
 * Key -> number of its last line, 16 bytes a slot: 10,000,000 cookies take some 500 MB, where a Map would pass V8's limit.
 * Of each key 64 bits of its SHA-256 are kept; that two of 20,000,000 keys have the same is one chance in 90,000.
 */
export class LastLines {
  #hashes = new BigUint64Array(FIRST_SLOTS);
  #lines = new Float64Array(FIRST_SLOTS);
  #used = 0;

  /** Later lines take the place of earlier ones. */
  set(key: string, line: number): void {
    if (this.#used > this.#lines.length * FULL) this.#grow();
    this.#put(toHash(key), line);
  }

  /** The last line of the key; 0 if there is none. */
  get(key: string): number {
    return this.#lines[this.#slotOf(toHash(key))] ?? 0;
  }

  #put(key: bigint, line: number): void {
    const slot = this.#slotOf(key);
    if (this.#lines[slot] === 0) this.#used += 1;
    this.#hashes[slot] = key;
    this.#lines[slot] = line;
  }

  /** The key's slot, or the free one where it would be. */
  #slotOf(key: bigint): number {
    const mask = this.#lines.length - 1;
    let slot = Number(key & BigInt(mask));
    while (this.#lines[slot] !== 0 && this.#hashes[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [hashes, lines] = [this.#hashes, this.#lines];
    this.#hashes = new BigUint64Array(2 * hashes.length);
    this.#lines = new Float64Array(2 * lines.length);
    this.#used = 0;
    for (const [slot, line] of lines.entries()) {
      if (line !== 0) this.#put(hashes[slot] as bigint, line);
    }
  }
}

function toHash(key: string): bigint {
  return hash("sha256", key, "buffer").readBigUInt64LE(0);
}
