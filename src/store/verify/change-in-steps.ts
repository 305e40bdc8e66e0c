// Changes the entries of a table in short write transactions, with room for the router between them.

import { setTimeout as delay } from "node:timers/promises";
import { createBatchPace } from "../../batch-pace.js";
import type { LmdbEntry, LmdbEnvironment, LmdbTransaction } from "../lmdb/environment.js";
import { LMDB_MAX_KEY_BYTES } from "../zlmdb-layout.js";
import { keyAfter, slotRange } from "./key-range.js";

/**
 * Goes over all entries of a slot.
 *
 * @param change called with each of them, in the transaction that has read it; may change and delete it
 * @param count called after each transaction with its number of entries
 * @throws what `LmdbEnvironment.write` throws
 */
export async function changeInSteps(
  environment: LmdbEnvironment,
  slot: number,
  change: (transaction: LmdbTransaction, entry: LmdbEntry) => void,
  count: (entries: number) => void,
): Promise<void> {
  const range = slotRange(slot);
  const end = range.end.subarray(0, LMDB_MAX_KEY_BYTES + 1); // lmdb-js takes no longer ones
  const pace = createBatchPace();
  let start: Uint8Array | undefined = range.start;
  while (start !== undefined) {
    const from: Uint8Array = start;
    const { size } = pace;
    let startedMs = 0;
    const entries: LmdbEntry[] = await environment.write((transaction) => {
      startedMs = performance.now();
      const step = transaction.range(from, end, size);
      for (const entry of step) change(transaction, entry);
      return step;
    });
    const holdMs = performance.now() - startedMs;
    pace.took(entries.length, holdMs);
    count(entries.length);
    const last = entries.at(-1);
    start = last === undefined || entries.length < size ? undefined : keyAfter(last.key);
    // LMDB's lock isn't fair: without a pause the router, which waits for it too, might never get it.
    if (start !== undefined) await delay(Math.ceil(holdMs));
  }
}
