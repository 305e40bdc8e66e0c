// Writes many records in short transactions, so that others who write or look up there get their turns.

import { setTimeout as pause } from "node:timers/promises";
import { createBatchPace } from "../../batch-pace.js";
import type { CookieTransaction, CookieWriter } from "../cookie-writer.js";

/**
 * Records of one transaction at least: so many take some 2 ms, and the sync to disk, which takes longer, is one.
 */
const BATCH_MIN = 50;
/** The same while nobody else has the database open. */
const BATCH_ALONE = 2000;

export interface BatchWriter {
  /** Records of the next batch. */
  readonly size: number;
  /** One transaction, and the pause after it. */
  write<T>(records: number, change: (transaction: CookieTransaction) => T): Promise<T>;
}

export interface BatchRules {
  /** Whether nobody else has the database open, asked before each transaction: then no lock and no disk is shared. */
  readonly isAlone: () => boolean;
  /** Writers wait for a lock (LMDB), and not for their turn at a server. */
  readonly hasLock: boolean;
}

/** Batches whose size follows the time that they take: a server too answers nobody else while a script runs. */
export function createBatchWriter(writer: CookieWriter, { isAlone, hasLock }: BatchRules): BatchWriter {
  const pace = createBatchPace();
  const nextSize = (): number => (isAlone() ? BATCH_ALONE : Math.max(BATCH_MIN, pace.size));
  let size = nextSize();
  return {
    get size() {
      return size;
    },
    async write(records, change) {
      const begin = performance.now();
      let startedMs = begin;
      const result = await writer.write((transaction) => {
        startedMs = performance.now();
        return change(transaction);
      });
      pace.took(records, performance.now() - startedMs);
      size = nextSize();
      // LMDB's lock isn't fair: without a pause as long as the batch the router might never get it. A server answers
      // all who wait before it takes our next script.
      if (hasLock && size < BATCH_ALONE) await pause(Math.ceil(performance.now() - begin));
      return result;
    },
  };
}
