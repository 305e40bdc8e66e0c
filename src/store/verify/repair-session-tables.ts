// Makes our own tables agree with the records again: what can't be read goes, and a sweep does the rest.

import { readCookieSlots } from "../lmdb/cookie-tables.js";
import { type LmdbEntry, LmdbEnvironment, type LmdbTransaction } from "../lmdb/environment.js";
import { LmdbCookieWriter } from "../lmdb/lmdb-cookie-writer.js";
import { sweepIndexes } from "../lmdb/sweep-indexes.js";
import type { CookieSlots } from "../zlmdb-layout.js";
import { changeInSteps } from "./change-in-steps.js";
import { judgeUse } from "./judge-use.js";

/** What a repair did in our own tables. */
export interface SessionRepairReport {
  /** Entries of the indexes by user and by expiry that records lacked. */
  readonly added: number;
  /** Entries of these indexes, and last uses, that are of no record, or that it contradicts, or that no writer makes. */
  readonly removed: number;
  /** Last uses of which the part that could be read was kept, or nothing if there was none. */
  readonly mendedUses: number;
}

/**
 * Repairs our tables in a 0.9 database whose pages, tables and marks are known to be in order. Records and marks stay as
 * they are: only a store that is opened as an exclusive one may say that its indexes are exact, and they are afterwards,
 * if one did.
 *
 * @param options.maxSizeBytes as `openCookieStore` takes it
 * @param options.onEntries called with the last uses done so far
 * @returns `undefined` if there are no such tables
 * @throws what `LmdbEnvironment.open` and `write` throw
 */
export async function repairSessionTables(
  path: string,
  options: { readonly maxSizeBytes: number; readonly onEntries?: (done: number) => void },
): Promise<SessionRepairReport | undefined> {
  const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: options.maxSizeBytes });
  try {
    const slots = environment.read((reads) => readCookieSlots(reads, path));
    if (slots.own === undefined) return undefined;
    let mendedUses = 0;
    let done = 0;
    await changeInSteps(
      environment,
      slots.own.uses,
      (transaction, entry) => {
        if (mendUse(transaction, slots, entry)) mendedUses += 1;
      },
      (entries) => {
        done += entries;
        options.onEntries?.(done);
      },
    );
    const writer = new LmdbCookieWriter(environment);
    const { added, removed } = await sweepIndexes({ environment, writer, isExclusive: false });
    return { added, removed, mendedUses };
  } finally {
    await environment.close();
  }
}

/** Readers take no more of it either: a session ends when it would have ended (cookie-uses.ts). */
function mendUse(transaction: LmdbTransaction, slots: CookieSlots, entry: LmdbEntry): boolean {
  const verdict = judgeUse(transaction, slots, entry);
  if (verdict.is !== "malformed") return false;
  if (verdict.readable === undefined) transaction.delete(entry.key);
  else transaction.put(entry.key, verdict.readable);
  return true;
}
