// How often somebody may try: some times at once, then with growing pauses. In memory, for one process.

export interface AttemptLimitOptions {
  /** Attempts without a pause. */
  readonly free: number;
  /** The first pause; each further attempt doubles it. Milliseconds. */
  readonly pauseMs: number;
  /** The longest pause, and how long attempts are remembered. Milliseconds. */
  readonly longestMs: number;
}

interface Attempts {
  readonly count: number;
  readonly lastMs: number;
}

/** Attackers choose the keys: the oldest are forgotten beyond this many. */
const MAX_KEYS = 10_000;

export class AttemptLimit {
  readonly #options: AttemptLimitOptions;
  readonly #attempts = new Map<string, Attempts>();

  constructor(options: AttemptLimitOptions) {
    this.#options = options;
  }

  /** How long this key has to wait, in milliseconds; 0: not at all. */
  findWaitMs(key: string, nowMs: number): number {
    const { free, pauseMs, longestMs } = this.#options;
    const attempts = this.#attempts.get(key);
    if (attempts === undefined || attempts.count < free) return 0;
    const pause = Math.min(pauseMs * 2 ** (attempts.count - free), longestMs);
    return Math.max(0, attempts.lastMs + pause - nowMs);
  }

  /** To be called before the password is looked at: attempts made at the same time count as well. */
  count(key: string, nowMs: number): void {
    const before = this.#attempts.get(key);
    const isFresh = before !== undefined && nowMs - before.lastMs < this.#options.longestMs;
    this.#attempts.delete(key);
    this.#attempts.set(key, { count: (isFresh ? before.count : 0) + 1, lastMs: nowMs });
    if (this.#attempts.size <= MAX_KEYS) return;
    const [oldest = ""] = this.#attempts.keys();
    this.#attempts.delete(oldest);
  }

  /** After a success. */
  forget(key: string): void {
    this.#attempts.delete(key);
  }
}
