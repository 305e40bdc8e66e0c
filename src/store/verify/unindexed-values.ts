// Finds records of one value that the index knows none of: by a hash of the value, in bounded memory.

import { createHash } from "node:crypto";

/** Some 20 MB. Beyond them duplicates are found by the repair, which indexes one of each. */
const VALUES_MAX = 100_000;
const HASH_BYTES = 16;

export class UnindexedValues {
  readonly #oids = new Map<string, string>();

  /**
   * Remembers that the record has this value.
   *
   * @param key the index key that the value would have
   * @returns oid of an earlier record with the same value
   */
  add(key: Buffer, oid: string): string | undefined {
    const hash = createHash("sha256").update(key).digest().toString("latin1", 0, HASH_BYTES);
    const earlier = this.#oids.get(hash);
    if (earlier === undefined && this.#oids.size < VALUES_MAX) this.#oids.set(hash, oid);
    return earlier;
  }
}
