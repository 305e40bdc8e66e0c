// Brings our indexes up to what the records say: in small steps, so that look-ups and the router never wait for it.

import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { type BatchPace, createBatchPace } from "../../batch-pace.js";
import type { SweepReport } from "../cookie-store.js";
import { INDEXES_EXACT, markKey } from "../store-marks.js";
import { type CookieSlots, slotEnd, slotStart } from "../zlmdb-layout.js";
import type { LmdbEntry, LmdbEnvironment } from "./environment.js";
import type { LmdbCookieWriter } from "./lmdb-cookie-writer.js";
import { getSessionSlots } from "./session-writes.js";
import { readStoreLayout } from "./store-layout.js";
import { addMissingEntries, isIndexed, isStale, type Mend, removeIfStale } from "./sweep-rules.js";

/** Entries that are looked at in one turn of the event loop: few milliseconds, for which a look-up may have to wait. */
const CHUNK = 250;
/** A pause is so many times as long as the batch before it. Nobody waits for a sweep, and the router for lock and disk. */
const REST = 4;

/** What a sweep works on. */
export interface SweepTarget {
  readonly environment: LmdbEnvironment;
  readonly writer: LmdbCookieWriter;
  /** Only we write there: after a whole sweep the indexes are exact. */
  readonly isExclusive: boolean;
}

/**
 * First adds what is missing, then removes what is stale. What is found on a snapshot is looked at again in the
 * transaction that mends it, so that writers in between can't make it wrong. An aborted sweep says what it has done.
 *
 * @throws `ERR_STORE_TABLES` without tables of our own; what reads and writes throw
 */
export async function sweepIndexes(target: SweepTarget, signal?: AbortSignal): Promise<SweepReport> {
  const { environment } = target;
  const { slots } = environment.read((reads) => readStoreLayout(reads, environment.path));
  const own = getSessionSlots(slots);
  const pace = createBatchPace();
  const report = { records: 0, added: 0, removed: 0 };
  for await (const chunk of findInSlot(target, slots, slots.cookies, (...entry) => !isIndexed(...entry))) {
    report.records += chunk.looked;
    report.added += await mend(target, pace, chunk.keys, addMissingEntries, signal);
    if (signal?.aborted === true) return report;
  }
  for (const slot of [own.byAuthid, own.byExpiry, own.uses]) {
    for await (const chunk of findInSlot(target, slots, slot, isStale)) {
      report.removed += await mend(target, pace, chunk.keys, removeIfStale, signal);
      if (signal?.aborted === true) return report;
    }
  }
  if (target.isExclusive) await markExact(target, slots);
  return report;
}

/** The keys of a table that are to be mended, chunk by chunk, each of one snapshot and in a turn of its own. */
async function* findInSlot(
  { environment }: SweepTarget,
  slots: CookieSlots,
  slot: number,
  isToMend: typeof isIndexed,
): AsyncGenerator<{ readonly looked: number; readonly keys: readonly Buffer[] }> {
  const end = slotEnd(slot);
  for (let start: Buffer | undefined = slotStart(slot); start !== undefined; ) {
    const from: Buffer = start;
    const { entries, keys } = environment.read((reads) => {
      const entries: LmdbEntry[] = reads.range(from, end, CHUNK);
      return {
        entries,
        keys: entries.filter((entry) => isToMend(reads, slots, entry)).map(({ key }) => key),
      };
    });
    yield { looked: entries.length, keys };
    await nextTurn();
    const last = entries.at(-1);
    start =
      last === undefined || entries.length < CHUNK ? undefined : Buffer.concat([last.key, Buffer.alloc(1)]);
  }
}

/** @returns how many entries were changed */
async function mend(
  { writer }: SweepTarget,
  pace: BatchPace,
  keys: readonly Buffer[],
  mendOne: Mend,
  signal: AbortSignal | undefined,
): Promise<number> {
  let changed = 0;
  let rest = keys;
  while (rest.length > 0 && signal?.aborted !== true) {
    const batch = rest.slice(0, pace.size);
    rest = rest.slice(batch.length);
    let startedMs = 0;
    changed += await writer.writeRaw((transaction, slots) => {
      startedMs = performance.now();
      return batch.reduce((sum, key) => sum + mendOne(transaction, slots, key), 0);
    });
    const holdMs = performance.now() - startedMs;
    pace.took(batch.length, holdMs);
    // LMDB's lock isn't fair: without a pause the router, which waits for it too, might never get it.
    await delay(Math.ceil(holdMs * REST));
  }
  return changed;
}

/** Writes only if it isn't said yet: a commit would make everybody look again. */
async function markExact({ environment, writer }: SweepTarget, slots: CookieSlots): Promise<void> {
  const key = markKey(getSessionSlots(slots), "indexes");
  if (environment.read((reads) => reads.get(key))?.equals(INDEXES_EXACT) === true) return;
  await writer.writeRaw((transaction) => transaction.put(key, INDEXES_EXACT));
}
