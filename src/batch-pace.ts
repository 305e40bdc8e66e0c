// How many records one write transaction changes: as many as hold LMDB's lock for a few milliseconds.

/** The size of the next batch, from the time that the ones before it took. */
export interface BatchPace {
  /** Records of the next batch. */
  readonly size: number;
  /** Tells how long a batch of so many records held the lock, its commit and sync included, in milliseconds. */
  took(records: number, holdMs: number): void;
}

/** The router waits for the lock as well, and a look-up for the callback: half of what R-60 allows. */
const TARGET_MS = 4;
/** Where a sync alone takes longer than the target, fewer records hold the lock hardly any shorter. */
const MIN_RECORDS = 16;
const MAX_RECORDS = 200;
/** Small enough for a slow disk; the pace is found within a few batches. */
const FIRST_RECORDS = 16;
/** One slow sync says little: the size moves by these factors at most. */
const MOST_GROWTH = 1.25;
const MOST_SHRINKING = 0.5;

/** A pace of its own for each piece of work: records differ in size, disks in speed. */
export function createBatchPace(): BatchPace {
  let size = FIRST_RECORDS;
  return {
    get size() {
      return Math.floor(size);
    },
    took(records, holdMs) {
      // A last, short batch holds the lock for its sync, which says nothing about records.
      if (records < size / 2) return;
      const factor = Math.min(MOST_GROWTH, Math.max(MOST_SHRINKING, TARGET_MS / Math.max(holdMs, 0.001)));
      size = Math.min(MAX_RECORDS, Math.max(MIN_RECORDS, size * factor));
    },
  };
}
