/*
 * A reader of LMDB environments in plain TypeScript: no native code, no memory map, no lock file, no reader slot.
 * It knows nothing of what is stored.
 *
 * WHAT IT PROMISES
 * - It reads data versions 1 (LMDB 0.9) and 3 (LMDB 1.0), live beside any number of writing processes, and never
 *   makes one of them wait. The unnamed main database only: no named databases, no sorted duplicates, no encryption,
 *   no page checksums; those are refused with ERR_STORE_FORMAT.
 * - `read(callback)` gives the callback ONE committed state, the newest of when the read began, or a newer one.
 * - Every number of the file is checked before it is used. Whatever the file has in it, the outcome is an answer or
 *   an error with a code: no crash, no endless walk, no memory beyond VALUE_MAX_BYTES for a value and RANGE_MAX_BYTES
 *   for a range.
 * - An error about the file is raised only if the snapshot that it was met in still stood: never because a writer was
 *   using the page again.
 * - A database that is removed and made anew is found again: until it is complete, reads fail with
 *   ERR_STORE_NOT_FOUND or ERR_STORE_BUSY, then they answer from the new file, in whatever format, and
 *   `snapshot.generation` has gone up. Nothing needs to be opened again.
 *
 * WHY IT IS RIGHT (the snapshot rule; names of LMDB's mdb.c, checked in 1.0.2, 0.9.36 and lmdb-js's 0.9.29)
 * - Transaction T writes its meta page into slot T & 1, after its pages (mdb_env_write_meta; mdb_page_flush comes
 *   before it in mdb_txn_commit). Readers take the slot with the larger T (mdb_env_pick_meta).
 * - Pages are never changed in place: T+1 and later write copies (mdb_page_touch) and put what they replace on the
 *   free list, under their own id F > T. mdb_page_alloc of transaction N takes records with F < mdb_find_oldest() only,
 *   which is at most N - 1. So T+3 is the first that can write on a page of T, and it begins after T+2 has committed,
 *   which has written slot T & 1 anew.
 * - So: read the newest slot, then the other one. If the other is older still, no T+2 was being committed when the
 *   first was read: it was at rest, and whole. Walk the pages. Read the slot again: if its 136 bytes are the same, no
 *   T+2 has committed, and every page that was read belonged to T. If not, do it all again, at most MAX_TRIES times.
 * - The walk itself is mdb_page_search and mdb_node_search; values are mdb_node_read.
 *
 * ON WHAT ASSUMPTIONS
 * - A local file system, where a read sees what another process has written, in the order in which it wrote. Never
 *   NFS, SMB or a file that a virtual machine shares.
 * - 64-bit little-endian writers.
 * - Writers that keep LMDB's locks. No writer uses MDB_PREVSNAPSHOT or mdb_env_incr_load, which overwrite the newest
 *   snapshot's pages; after mdb_env_rollback, or after a commit that failed while its meta page was synced, a second
 *   transaction has the same id, and a read that began before may take it for the first if all 136 bytes are alike.
 * - Data files are replaced by another file (rename, remove and make anew), not overwritten in place.
 */

import { join } from "node:path";
import { CurrentFile } from "./current-file.js";
import { type LmdbInfo, toInfo } from "./lmdb-info.js";
import type { PageSource } from "./page-source.js";
import { busy, readerClosed } from "./reader-errors.js";
import { type LmdbEntry, type LmdbSnapshot, Snapshot } from "./snapshot.js";
import { SnapshotRule } from "./snapshot-rule.js";

/** Writers at 12,000 commits a second made 12 tries necessary at most. */
const MAX_TRIES = 100;

/** How often reads had to be done again since the reader was opened. */
export interface LmdbReadCounters {
  readonly reads: number;
  readonly retries: number;
  /** Most retries of one read. */
  readonly mostRetries: number;
}

/** For the test of the tests. */
export interface LmdbReaderOptions {
  /** @internal False: believe what was read, without asking whether the snapshot still stood or who wrote a page. */
  readonly checkSnapshot?: boolean;
}

/**
 * Opens the environment in `directory`, after looking in constant time at: magic, data version, page size, both meta
 * pages, encryption, the roots, and the file's length against the last page (see file-length.ts). Reads look at the
 * length again when the last page has grown.
 *
 * @throws `ERR_STORE_NOT_FOUND` (no data.mdb, or an empty one), `ERR_STORE_ACCESS`, `ERR_STORE_NOT_LMDB`,
 *   `ERR_STORE_FORMAT`, `ERR_STORE_TRUNCATED`, `ERR_STORE_DAMAGED`, `ERR_STORE_BUSY`
 *
 * @example
 * const reader = openLmdbReader("/var/lib/crossbar/.cookies");
 * const record = reader.read((snapshot) => {
 *   const key = snapshot.get(indexKey);
 *   return key === undefined ? undefined : snapshot.get(key);
 * });
 */
export function openLmdbReader(directory: string, options: LmdbReaderOptions = {}): LmdbReader {
  const reader = new LmdbReader(directory, options);
  try {
    reader.read(() => undefined);
    return reader;
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** Reads one environment, synchronously. Keeps a file descriptor and page buffers, and no data. */
export class LmdbReader {
  /** Path of the data file. */
  readonly path: string;
  readonly #checkSnapshot: boolean;
  readonly #file: CurrentFile;
  readonly #rule = new SnapshotRule();
  readonly #counters = { reads: 0, retries: 0, mostRetries: 0 };
  #current: Snapshot | undefined;
  #isClosed = false;

  /** Use `openLmdbReader`, which looks at more. @throws as `DatabaseFile.open` */
  constructor(directory: string, options: LmdbReaderOptions = {}) {
    this.path = join(directory, "data.mdb");
    this.#checkSnapshot = options.checkSnapshot ?? true;
    this.#file = new CurrentFile(this.path);
  }

  get counters(): LmdbReadCounters {
    return { ...this.#counters };
  }

  /**
   * Runs `callback` on one committed state. It may run several times, since only afterwards is it known whether the
   * state still stood: it must have no side effects. A read inside of a read has the same snapshot.
   *
   * @throws what `callback` throws; `ERR_STORE_BUSY` if no state stood long enough in 100 tries, or the database is
   *   being made anew; `ERR_STORE_NOT_FOUND`, `ERR_STORE_ACCESS`, `ERR_STORE_NOT_LMDB`, `ERR_STORE_FORMAT`,
   *   `ERR_STORE_TRUNCATED`, `ERR_STORE_DAMAGED`, `ERR_STORE_CLOSED`
   */
  read<T>(callback: (snapshot: LmdbSnapshot) => T): T {
    return this.#read((snapshot) => callback(snapshot));
  }

  /** The value of a key in the newest snapshot. @throws as `read` */
  get(key: Uint8Array): Buffer | undefined {
    return this.#read((snapshot) => snapshot.get(key));
  }

  /** Up to `limit` entries with start <= key < end, in order, of the newest snapshot. @throws as `read` */
  range(start: Uint8Array, end: Uint8Array, limit: number): LmdbEntry[] {
    return this.#read((snapshot) => snapshot.range(start, end, limit));
  }

  /** @throws as `read` */
  info(): LmdbInfo {
    return this.#read((snapshot, pages) => toInfo(pages, snapshot));
  }

  /** Closes the file. Any further use throws `ERR_STORE_CLOSED`. */
  close(): void {
    this.#isClosed = true;
    this.#file.close();
  }

  #read<T>(callback: (snapshot: Snapshot, pages: PageSource) => T): T {
    if (this.#isClosed) throw readerClosed(this.path, "the reader has been closed");
    if (this.#current !== undefined) return callback(this.#current, this.#current.pages);
    this.#counters.reads += 1;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      if (tries > 0) this.#countRetry(tries);
      const pages = this.#file.pages();
      const choice = this.#rule.choose(pages.file);
      if (choice === "replaced") this.#file.close();
      if (choice !== "at rest") continue;
      const outcome = this.#attempt(pages, callback);
      // Errors too are believed only now: a page that a writer used again looks like damage.
      if (this.#checkSnapshot && !this.#rule.stillStands(pages.file)) continue;
      if ("error" in outcome) throw outcome.error;
      pages.wholeUpTo = Math.max(pages.wholeUpTo, pages.lastPage);
      return outcome.value;
    }
    throw busy(this.path, `it was written to during each of ${MAX_TRIES} tries to read it`);
  }

  #attempt<T>(
    pages: PageSource,
    callback: (snapshot: Snapshot, pages: PageSource) => T,
  ): { readonly value: T } | { readonly error: unknown } {
    try {
      this.#current = new Snapshot(pages, this.#rule.meta, this.#rule.slot, this.#file.generation);
      // The ids in the pages would give away what the check is for.
      if (!this.#checkSnapshot) pages.txnId = Number.POSITIVE_INFINITY;
      if (this.#current.lastPage > pages.wholeUpTo) this.#current.checkFileLength();
      return { value: callback(this.#current, pages) };
    } catch (error) {
      return { error };
    } finally {
      this.#current?.end();
      this.#current = undefined;
    }
  }

  #countRetry(retries: number): void {
    this.#counters.retries += 1;
    this.#counters.mostRetries = Math.max(this.#counters.mostRetries, retries);
  }
}
