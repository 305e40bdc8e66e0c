// Keeps our writes below a size limit that LMDB's own map, a large ceiling, doesn't keep.

import type { RootDatabase } from "lmdb";
import { CookieAuthenticatorError } from "../../errors.js";
import { type LmdbStats, readStats } from "./lmdb-stats.js";

/** Size of a page's header in LMDB 0.9. */
const PAGE_HEADER_BYTES = 16;
/** Pages that a commit may need beside those of its changes: the free list's tree and its records. */
const COMMIT_PAGES = 16;
/** The last part of the limit is only for writes that find free pages to use again. */
const RESERVE = 1 / 16;

/**
 * Counts, before each change, the pages that it can need at worst: the paths of record and index copied and split,
 * and overflow pages for a large record. The count is of pages at the end of the file; pages of the free list, which
 * LMDB takes first, allow changes in the last sixteenth of the limit. So the file can't pass the limit, and a
 * database that was once full goes on working after old sessions were removed.
 */
export class PageBudget {
  readonly #database: RootDatabase<Buffer, Buffer>;
  readonly #maxSizeBytes: number;
  #committed = -1;
  #planned = 0;

  /** @param maxSizeBytes not above Crossbar's `maxsize`: growing past that takes the router down */
  constructor(database: RootDatabase<Buffer, Buffer>, maxSizeBytes: number) {
    this.#database = database;
    this.#maxSizeBytes = maxSizeBytes;
  }

  /**
   * Accounts for storing `valueBytes` under a key.
   *
   * @throws `ERR_STORE_FULL` if that could pass the limit; nothing is changed then
   */
  spendPut(valueBytes: number): void {
    const { stats, planned, needed, limit } = this.#plan(valueBytes);
    const intoReserve = needed > limit * (1 - RESERVE);
    if (needed > limit || (intoReserve && freePages(stats) < planned)) throw full(stats, this.#maxSizeBytes);
    this.#planned = planned;
  }

  /** Accounts for a deletion, which may use the reserve: it is what makes room. @throws `ERR_STORE_FULL` */
  spendDelete(): void {
    const { stats, planned, needed, limit } = this.#plan(0);
    if (needed > limit) throw full(stats, this.#maxSizeBytes);
    this.#planned = planned;
  }

  #plan(valueBytes: number): { stats: LmdbStats; planned: number; needed: number; limit: number } {
    const stats = readStats(this.#database);
    if (stats.lastTxnId !== this.#committed) {
      // Several transactions may share one commit, and the figures are of the last one.
      this.#committed = stats.lastTxnId;
      this.#planned = COMMIT_PAGES;
    }
    const overflow =
      valueBytes > stats.pageSize / 4 ? Math.ceil((PAGE_HEADER_BYTES + valueBytes) / stats.pageSize) : 0;
    const planned = this.#planned + 2 * (stats.treeDepth + 1) + overflow;
    const limit = Math.floor(this.#maxSizeBytes / stats.pageSize);
    return { stats, planned, needed: stats.lastPageNumber + 1 + planned, limit };
  }
}

/** Pages in the file that belong to no tree: what the free list holds. */
function freePages(stats: LmdbStats): number {
  const { free } = stats;
  const inUse =
    2 + // the meta pages
    stats.treeBranchPageCount +
    stats.treeLeafPageCount +
    stats.overflowPages +
    free.treeBranchPageCount +
    free.treeLeafPageCount +
    free.overflowPages;
  return stats.lastPageNumber + 1 - inUse;
}

function full(stats: LmdbStats, maxSizeBytes: number): CookieAuthenticatorError {
  const usedBytes = (stats.lastPageNumber + 1) * stats.pageSize;
  return new CookieAuthenticatorError(
    "ERR_STORE_FULL",
    `the store is full: ${usedBytes} bytes in use, store.maxSize is ${maxSizeBytes}`,
    {
      hint: "remove expired cookies, or raise store.maxSize, and Crossbar's cookie store maxsize at least as far before it",
      details: { usedBytes, maxSizeBytes },
    },
  );
}
