// A token bucket: so many at once, and so many a second in the long run.

/** The size of a bucket. */
export interface BucketSize {
  /** Tokens in a full bucket; 0 switches the limit off. */
  readonly burst: number;
  /** Tokens that come back in a second, until the bucket is full. */
  readonly perSecond: number;
}

/** Full when made. The clock comes in with each call, in ms; one that goes back gives no tokens and takes none. */
export class TokenBucket {
  #size: BucketSize;
  #tokens: number;
  #atMs: number;

  constructor(size: BucketSize, nowMs: number) {
    this.#size = size;
    this.#tokens = size.burst;
    this.#atMs = nowMs;
  }

  /** Whether there is a whole token. */
  hasToken(nowMs: number): boolean {
    return this.#level(nowMs) >= 1;
  }

  isFull(nowMs: number): boolean {
    return this.#level(nowMs) >= this.#size.burst;
  }

  /** Takes a token. An empty bucket stays empty: there are no debts, so that one who waits is served again soon. */
  take(nowMs: number): void {
    this.#tokens = Math.max(0, this.#level(nowMs) - 1);
    this.#atMs = Math.max(this.#atMs, nowMs);
  }

  /** Another size from now on. What has been taken stays taken: a new size is no pardon. */
  resize(size: BucketSize, nowMs: number): void {
    const taken = this.#size.burst - this.#level(nowMs);
    this.#size = size;
    this.#tokens = Math.max(0, size.burst - taken);
    this.#atMs = Math.max(this.#atMs, nowMs);
  }

  #level(nowMs: number): number {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    return Math.min(this.#size.burst, this.#tokens + (elapsedMs * this.#size.perSecond) / 1000);
  }
}
