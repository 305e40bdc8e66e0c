// Transactions of this process that have lost against others go one after the other, so that they don't defeat each other.

/**
 * One lane for each key that was a conflict's. With n transactions on one user at once and no lanes, each round would make
 * one of them and have all others begin again.
 */
export class RetryLanes {
  readonly #last = new Map<string, Promise<void>>();

  /** Resolves when the lane is free, with what frees it again. */
  async enter(key: string): Promise<() => void> {
    const before = this.#last.get(key);
    let leave = (): void => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#last.set(key, left);
    await before;
    return () => {
      if (this.#last.get(key) === left) this.#last.delete(key);
      leave();
    };
  }
}
