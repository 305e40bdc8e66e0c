// One timer for the time limits of all operations under way.

/** Something that must be over at a time. */
export interface Expiring {
  /** `performance.now()` at which its time is over. */
  readonly expiresAt: number;
  expire(): void;
}

/**
 * Keeps the limits of many operations with one timer: a timer for each would cost more than a look-up in memory.
 * All have the same time limit, so that those who began first end first.
 */
export class Deadlines {
  readonly #waiting = new Set<Expiring>();
  #timer: NodeJS.Timeout | undefined;

  add(item: Expiring): void {
    this.#waiting.add(item);
    this.#timer ??= this.#wake(item);
  }

  delete(item: Expiring): void {
    this.#waiting.delete(item);
  }

  /** Those that aren't over yet. */
  get waiting(): Iterable<Expiring> {
    return this.#waiting;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wake(first: Expiring): NodeJS.Timeout {
    const delay = Math.max(first.expiresAt - performance.now(), 1);
    // An answer that came while this process was busy is read first: the loop reads sockets between timers and immediates.
    return setTimeout(() => setImmediate(() => this.#expire()), delay);
  }

  #expire(): void {
    const now = performance.now();
    this.#timer = undefined;
    for (const item of this.#waiting) {
      if (item.expiresAt > now) {
        this.#timer = this.#wake(item);
        return;
      }
      this.#waiting.delete(item);
      item.expire();
    }
  }
}
