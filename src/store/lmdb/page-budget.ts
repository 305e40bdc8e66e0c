// Keeps our writes below a size limit that LMDB's own map, a large ceiling, doesn't keep.

import type { RootDatabase } from "lmdb";
import { CookieAuthenticatorError } from "../../errors.js";
import { type LmdbStats, readStats } from "./lmdb-stats.js";

/** Sizes in LMDB 0.9 (mdb.c): a page's header; a node's header and its pointer. */
const PAGE_HEADER_BYTES = 16;
const NODE_BYTES = 10;
/** Pages that a commit may need beside those of its changes: the free list's tree, new roots. */
const COMMIT_PAGES = 16;
/** The last part of the limit is only for writes that find free pages to use again. */
const RESERVE = 1 / 16;

/** What the transactions of the next commit have changed so far. */
interface Pending {
  /** The commit that they follow. */
  readonly after: number;
  changes: number;
  nodeBytes: number;
  overflowPages: number;
}

/**
 * Counts, before each change, the pages that the commit can need at worst. The count is of pages at the end of the
 * file; pages of the free list, which LMDB takes first, allow changes in the last sixteenth of the limit. So the file
 * can't pass the limit, and a database that was once full goes on working after old sessions were removed.
 */
export class PageBudget {
  readonly #database: RootDatabase<Buffer, Buffer>;
  readonly #maxSizeBytes: number;
  #stats: LmdbStats;
  #pending: Pending;

  /** @param maxSizeBytes not above Crossbar's `maxsize`: growing past that takes the router down */
  constructor(database: RootDatabase<Buffer, Buffer>, maxSizeBytes: number) {
    this.#database = database;
    this.#maxSizeBytes = maxSizeBytes;
    this.#stats = readStats(database);
    this.#pending = newPending(this.#stats);
  }

  /**
   * To be called first in each write transaction, with the lock held: nobody else changes the figures then.
   *
   * @returns what to call if the transaction is undone, so that its changes don't count any more
   */
  beginTransaction(): () => void {
    this.#stats = readStats(this.#database);
    // Several transactions may share one commit, and the figures are of the last one.
    if (this.#stats.lastTxnId !== this.#pending.after) this.#pending = newPending(this.#stats);
    const before = { ...this.#pending };
    return () => {
      this.#pending = before;
    };
  }

  /** To be called when a commit failed: what was counted for it isn't there. */
  commitFailed(): void {
    this.#pending = newPending(this.#stats);
  }

  /**
   * Accounts for storing `valueBytes` under a key of `keyBytes`.
   *
   * @throws `ERR_STORE_FULL` if that could pass the limit; nothing is changed then
   */
  spendPut(keyBytes: number, valueBytes: number): void {
    const { pageSize } = this.#stats;
    // Larger nodes go to pages of their own (me_nodemax: two nodes must fit into a page).
    const isLarge = NODE_BYTES + keyBytes + valueBytes > (pageSize - PAGE_HEADER_BYTES) / 2 - 2;
    this.#pending.changes += 1;
    this.#pending.nodeBytes += NODE_BYTES + keyBytes + (isLarge ? 8 : valueBytes);
    this.#pending.overflowPages += isLarge ? Math.ceil((PAGE_HEADER_BYTES + valueBytes) / pageSize) : 0;
    const { needed, limit, pages } = this.#plan();
    const isInReserve = needed > limit * (1 - RESERVE);
    if (needed > limit || (isInReserve && freePages(this.#stats) < pages)) throw this.#full();
  }

  /** Accounts for a deletion, which may use the reserve: it is what makes room. @throws `ERR_STORE_FULL` */
  spendDelete(): void {
    this.#pending.changes += 1;
    const { needed, limit } = this.#plan();
    if (needed > limit) throw this.#full();
  }

  /** Pages that the next commit adds at worst, the file's pages then, and the most that it may have. */
  #plan(): { pages: number; needed: number; limit: number } {
    const { pageSize, treeDepth, lastPageNumber } = this.#stats;
    const { changes, nodeBytes, overflowPages } = this.#pending;
    const treePages = this.#stats.treeBranchPageCount + this.#stats.treeLeafPageCount;
    // A page that is there is copied once in a commit, and split once for the first node that doesn't fit. Splits
    // after that are paid by bytes: both halves are half empty.
    const copies = Math.min(changes * treeDepth, treePages);
    const splits =
      Math.min(changes * treeDepth, treePages) + (2 * nodeBytes) / (pageSize - PAGE_HEADER_BYTES);
    // The ids of the pages copied go to the free list, 8 bytes each.
    const freeListPages = ((copies + overflowPages) * 8) / pageSize;
    const pages = COMMIT_PAGES + Math.ceil(copies + 1.1 * splits + freeListPages) + treeDepth + overflowPages;
    return { pages, needed: lastPageNumber + 1 + pages, limit: Math.floor(this.#maxSizeBytes / pageSize) };
  }

  #full(): CookieAuthenticatorError {
    const usedBytes = (this.#stats.lastPageNumber + 1) * this.#stats.pageSize;
    const { pages } = this.#plan();
    return new CookieAuthenticatorError(
      "ERR_STORE_FULL",
      `the store is full: of ${this.#maxSizeBytes} bytes (store.maxSize) ${usedBytes} are in use, and the write may need ` +
        `${pages * this.#stats.pageSize} more`,
      {
        hint:
          "remove expired cookies, write less in one transaction, or raise store.maxSize, and before it the maxsize of " +
          "Crossbar's cookie store at least as far",
        details: { usedBytes, maxSizeBytes: this.#maxSizeBytes, neededBytes: pages * this.#stats.pageSize },
      },
    );
  }
}

function newPending(stats: LmdbStats): Pending {
  return { after: stats.lastTxnId, changes: 0, nodeBytes: 0, overflowPages: 0 };
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
