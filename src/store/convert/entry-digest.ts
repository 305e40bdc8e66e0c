// Count, bytes and a hash of entries in order: equal on both sides means an equal content.

import { createHash } from "node:crypto";
import type { LmdbEntry } from "../../lmdb-reader/snapshot.js";

export interface ContentDigest {
  readonly entries: number;
  /** Of all keys and values together. */
  readonly bytes: number;
  /** SHA-256, hex: for each entry in key order the key's length, the key, the value's length, the value. */
  readonly hash: string;
}

export class EntryDigest {
  readonly #hash = createHash("sha256");
  #entries = 0;
  #bytes = 0;

  add({ key, value }: LmdbEntry): void {
    // Lengths, 4 bytes big-endian: otherwise a byte could go from a key to its value unnoticed.
    const lengths = Buffer.allocUnsafe(8);
    lengths.writeUInt32BE(key.length, 0);
    lengths.writeUInt32BE(value.length, 4);
    this.#hash.update(lengths.subarray(0, 4)).update(key).update(lengths.subarray(4)).update(value);
    this.#entries += 1;
    this.#bytes += key.length + value.length;
  }

  /** To be called once, after the last entry. */
  finish(): ContentDigest {
    return { entries: this.#entries, bytes: this.#bytes, hash: this.#hash.digest("hex") };
  }
}
