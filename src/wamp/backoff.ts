// How long to wait before the next try: growing by half, with jitter, between a shortest and a longest pause.

/** How much a pause may grow from one try to the next; also how far the jitter reaches. */
const GROWTH = 1.5;

export interface BackoffOptions {
  /** Shortest and longest pause, in milliseconds. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Random numbers from 0 (included) to 1 (excluded). */
  readonly random?: () => number;
}

export interface Backoff {
  /** The next pause in milliseconds; the one after it will be longer. */
  next(): number;
  /** Begins with the shortest pause again. */
  reset(): void;
}

/**
 * Pauses that grow from `minMs` to `maxMs`. Each is drawn evenly from a band whose top is 1.5 times its bottom, and
 * the bands adjoin: many components that lost the same router come back spread out, at the longest pause as well.
 */
export function createBackoff({ minMs, maxMs, random = Math.random }: BackoffOptions): Backoff {
  const first = Math.min(minMs * GROWTH, maxMs);
  let top = first;
  return {
    next() {
      const bottom = Math.max(minMs, top / GROWTH);
      const pause = bottom + (top - bottom) * random();
      top = Math.min(top * GROWTH, maxMs);
      return Math.round(pause);
    },
    reset() {
      top = first;
    },
  };
}
