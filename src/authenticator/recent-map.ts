// A map that forgets: bounded however many keys clients make it hold.

/**
 * Keeps the keys used last, at least `capacity / 2` and at most `capacity` of them. Two generations instead of an
 * exact order: each use takes constant time, where a Map that is used as a queue walks over what it has deleted.
 */
export class RecentMap<V> {
  readonly #generationSize: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  /** @param capacity most keys, at least 2 */
  constructor(capacity: number) {
    this.#generationSize = Math.floor(capacity / 2);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The value, if the key isn't forgotten. To ask is to use. */
  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  /** All values that aren't forgotten. To list them is no use. */
  *values(): Generator<V, void, undefined> {
    yield* this.#young.values();
    yield* this.#old.values();
  }

  set(key: string, value: V): void {
    this.#old.delete(key);
    this.#young.set(key, value);
    if (this.#young.size < this.#generationSize) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
