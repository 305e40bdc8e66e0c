// One LMDB environment through lmdb-js: gets, ranges, one way to write. What lmdb-js does surprisingly ends here.

import { isMainThread } from "node:worker_threads";
import type { RootDatabase } from "lmdb";
import { CookieAuthenticatorError, errorCodeOf } from "../../errors.js";
import { dataFilePath, findDatabaseIdentity } from "../database-identity.js";
import type { SnapshotEngine, SnapshotReads } from "../snapshot-engine.js";
import { LMDB_MAX_KEY_BYTES } from "../zlmdb-layout.js";
import { loadEngine } from "./engine.js";
import { readStats } from "./lmdb-stats.js";
import { PageBudget } from "./page-budget.js";

/**
 * Size of the memory map: address space only. A map smaller than the file that another process made breaks every read;
 * Crossbar allows a `maxsize` of 128 GiB at most. Not more than twice that: a process has 128 TiB, and lmdb-js never
 * gives a map back.
 */
const MAP_CEILING_BYTES = 2 ** 38;
/** LMDB's own default, and Crossbar's: the reader table is shared, the first to open makes it. */
const MAX_READERS = 126;

const ANY_KEY = Buffer.from([0]);

/** What `StoreInfo.engine` says of it. */
export const NATIVE_ENGINE = "lmdb-js";

/** Gets, puts and deletes inside one write transaction; sees its own changes. */
export interface LmdbTransaction {
  get(key: Uint8Array): Buffer | undefined;
  range(start: Uint8Array, end: Uint8Array, limit: number): LmdbEntry[];
  put(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): boolean;
}

export interface LmdbEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

export interface LmdbFigures {
  readonly pageSize: number;
  readonly entries: number;
  readonly usedBytes: number;
}

interface OpenEnvironment {
  readonly database: RootDatabase<Buffer, Buffer>;
  readonly writable: boolean;
  inUse: boolean;
}

/**
 * Environments of this process by device and inode, also closed ones: lmdb-js's `close` closes nothing, and opening
 * a file a second time in one process would set its lock file up anew under the first. So a closed environment is
 * kept and handed out again. On globalThis, since this module may be loaded twice.
 */
const REGISTRY = Symbol.for("wamp-cookie-authenticator.lmdb-environments");
const registry = findRegistry();

function findRegistry(): Map<string, OpenEnvironment> {
  const home = globalThis as { [REGISTRY]?: Map<string, OpenEnvironment> };
  const found = home[REGISTRY] ?? new Map<string, OpenEnvironment>();
  home[REGISTRY] = found;
  return found;
}

export class LmdbEnvironment implements SnapshotEngine {
  readonly name = NATIVE_ENGINE;
  readonly format = "0.9";
  readonly path: string;
  readonly writable: boolean;
  readonly maxSizeBytes: number | undefined;
  readonly #database: RootDatabase<Buffer, Buffer>;
  readonly #entry: OpenEnvironment;
  readonly #reads: SnapshotReads;
  readonly #transaction: LmdbTransaction;
  readonly #budget: PageBudget | undefined;
  #fresh = false;
  #writes = 0;
  #idle: (() => void) | undefined;
  #closed = false;

  private constructor(path: string, entry: OpenEnvironment, maxSizeBytes: number | undefined) {
    this.path = path;
    this.writable = entry.writable;
    this.maxSizeBytes = maxSizeBytes;
    this.#entry = entry;
    this.#database = entry.database;
    this.#budget = maxSizeBytes === undefined ? undefined : new PageBudget(this.#database, maxSizeBytes);
    this.#reads = {
      get: (key) => this.#get(key),
      range: (start, end, limit) => this.#range(start, end, limit),
      generation: 0,
    };
    this.#transaction = {
      get: this.#reads.get,
      range: this.#reads.range,
      put: (key, value) => this.#put(key, value),
      delete: (key) => this.#delete(key),
    };
  }

  /**
   * Opens the environment in `path`. The caller has looked at data.mdb: it is of data version 1, or
   * absent: then LMDB makes it. A read-write open waits for the write lock once, as LMDB itself does.
   *
   * @throws `ERR_STORE_OPEN_TWICE`, `ERR_STORE_ACCESS`, `ERR_ENGINE_MISSING`, `ERR_ENGINE_WRONG_VERSION`
   */
  static open(options: {
    readonly path: string;
    readonly writable: boolean;
    readonly maxSizeBytes?: number | undefined;
  }): LmdbEnvironment {
    const { path, writable } = options;
    if (!isMainThread) throw notInWorker(path);
    const known = findDatabaseIdentity(path);
    const existing = known === undefined ? undefined : registry.get(known);
    if (existing !== undefined && (existing.inUse || (writable && !existing.writable))) throw openTwice(path);
    let entry = existing;
    if (entry === undefined) {
      entry = { database: openDatabase(path, writable), writable, inUse: true };
      const identity = findDatabaseIdentity(path);
      if (identity !== undefined) registry.set(identity, entry);
    }
    entry.inUse = true;
    entry.database.resetReadTxn();
    return new LmdbEnvironment(path, entry, options.maxSizeBytes);
  }

  /**
   * Runs `look` on one committed state, which has every commit of any process from before this turn of the event loop.
   * Left to itself lmdb-js goes on with a read transaction until a timer of 1 ms fires, over several turns. Renewing it
   * for every look-up would double the look-up's time.
   *
   * @throws `ERR_STORE_CLOSED`
   */
  read<T>(look: (reads: SnapshotReads) => T): T {
    if (this.#closed) throw closed(this.path);
    if (!this.#fresh) {
      this.#database.resetReadTxn();
      this.#fresh = true;
      setImmediate(this.#expire);
    }
    try {
      return look(this.#reads);
    } catch (error) {
      throw this.#toReadError(error);
    }
  }

  readonly #expire = (): void => {
    this.#fresh = false;
  };

  /**
   * Runs `change` in one write transaction; resolves after the commit is synced to disk. A throw in `change` undoes
   * all of it. The wait for LMDB's write lock, which the router may hold, is in lmdb-js's own thread.
   *
   * @throws what `change` throws; `ERR_STORE_ASYNC_WRITE`, `ERR_STORE_COMMIT`, `ERR_STORE_CLOSED`
   */
  async write<T>(change: (transaction: LmdbTransaction) => T): Promise<T> {
    if (this.#closed) throw closed(this.path);
    this.#writes += 1;
    try {
      let result: { value: T } | undefined;
      // A plain transaction keeps the puts of a callback that throws: only a child transaction undoes them.
      await this.#database.childTransaction(() => {
        const undo = this.#budget?.beginTransaction();
        try {
          const value = change(this.#transaction);
          if (isThenable(value)) throw asyncWrite();
          result = { value };
        } catch (error) {
          undo?.();
          throw error;
        }
      });
      if (result === undefined) throw commitError(this.path, new Error("the transaction was not run"));
      return result.value;
    } catch (error) {
      throw await this.#toWriteError(error);
    } finally {
      this.#fresh = false;
      this.#writes -= 1;
      if (this.#writes === 0) this.#idle?.();
    }
  }

  /**
   * The id of the transaction that made the snapshot which `read` gives now. Not that of the newest commit: LMDB shows
   * a commit in its figures while it is still being synced, and in snapshots only afterwards.
   */
  version(): string {
    return this.read(() => {
      this.#database.doesExist(ANY_KEY); // the snapshot is taken with the first read
      const own = findSnapshotId(this.#database.readerList());
      return own ?? String(readStats(this.#database).lastTxnId);
    });
  }

  figures(): LmdbFigures {
    const stats = readStats(this.#database);
    return {
      pageSize: stats.pageSize,
      entries: stats.entryCount,
      usedBytes: (stats.lastPageNumber + 1) * stats.pageSize,
    };
  }

  /**
   * Copies one committed state, without the free pages, to `data.mdb` in an existing empty directory: mdb_env_copy2 with
   * MDB_CP_COMPACT, in a thread of its own. Until it ends, its snapshot keeps pages from being used again. The copy isn't
   * synced to disk, and begins anew with transaction 1.
   *
   * @throws `ERR_STORE_COMMIT` if it can't be written; `ERR_STORE_DAMAGED` if LMDB refuses, as with pages that belong to
   *   nothing (MDB_INCOMPATIBLE)
   */
  async copyCompacted(directory: string): Promise<void> {
    if (this.#closed) throw closed(this.path);
    try {
      await this.#database.backup(directory, true);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (!text.startsWith("MDB_")) throw commitError(directory, error);
      throw new CookieAuthenticatorError("ERR_STORE_DAMAGED", `${this.path} can't be compacted: ${text}`, {
        hint: "`db verify` shows pages that belong to nothing, or damage; `db backup` copies it without compacting",
        details: { path: this.path },
        cause: error,
      });
    }
  }

  /** Waits for the writes under way, then refuses all use. The native environment stays for the next open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#writes > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    this.#database.resetReadTxn();
    this.#entry.inUse = false;
  }

  #get(key: Uint8Array): Buffer | undefined {
    // lmdb-js's own buffer, which the next read overwrites. Its `length` is set by hand and its array is longer, so
    // that it is copied through a view of the right length, which is also faster than `getBinary`.
    const shared = this.#database.getBinaryFast(key as Buffer) as Uint8Array | undefined;
    if (shared === undefined) return undefined;
    const copy = Buffer.allocUnsafe(shared.length);
    copy.set(new Uint8Array(shared.buffer, shared.byteOffset, shared.length));
    return copy;
  }

  #range(start: Uint8Array, end: Uint8Array, limit: number): LmdbEntry[] {
    return [...this.#database.getRange({ start: start as Buffer, end: end as Buffer, limit })].map(
      (entry) => ({
        key: Buffer.from(entry.key),
        value: Buffer.from(entry.value),
      }),
    );
  }

  #put(key: Uint8Array, value: Uint8Array): void {
    if (key.length > LMDB_MAX_KEY_BYTES) {
      // lmdb-js takes 1978 bytes; Crossbar's LMDB could not read them.
      throw new CookieAuthenticatorError(
        "ERR_STORE_KEY",
        `a key of ${key.length} bytes, LMDB's limit is 511`,
      );
    }
    this.#budget?.spendPut(key.length, value.length);
    this.#database.put(key as Buffer, value as Buffer);
  }

  #delete(key: Uint8Array): boolean {
    if (!this.#database.doesExist(key as Buffer)) return false;
    this.#budget?.spendDelete();
    this.#database.remove(key as Buffer);
    return true;
  }

  /** LMDB's own errors have a number as code: MDB_CORRUPTED, MDB_PAGE_NOTFOUND and their like. */
  #toReadError(error: unknown): unknown {
    const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code !== "number") return error;
    return new CookieAuthenticatorError(
      "ERR_STORE_DAMAGED",
      `${this.path} can't be read: ${(error as Error).message}`,
      {
        hint: "the database is damaged: `wamp-cookie-authenticator db verify` finds out how far",
        details: { path: this.path, lmdb: code },
        cause: error,
      },
    );
  }

  async #toWriteError(error: unknown): Promise<unknown> {
    if (error instanceof CookieAuthenticatorError) return error;
    const failed = (error as { commitError?: Promise<unknown> } | undefined)?.commitError;
    if (failed === undefined) return this.#toReadError(error);
    this.#budget?.commitFailed();
    // lmdb-js rejects this second promise with the cause; unhandled, it would end the process.
    return commitError(this.path, await failed.catch((cause: unknown) => cause));
  }
}

function openDatabase(path: string, writable: boolean): RootDatabase<Buffer, Buffer> {
  const engine = loadEngine();
  try {
    return engine.open<Buffer, Buffer>({
      path,
      noSubdir: false,
      keyEncoding: "binary",
      encoding: "binary",
      overlappingSync: false,
      // Batches of an event-loop turn hold the lock over several turns, and their failed commits end the process.
      eventTurnBatching: false,
      maxReaders: MAX_READERS,
      mapSize: MAP_CEILING_BYTES,
      readOnly: !writable,
    } as Parameters<typeof engine.open>[0]) as RootDatabase<Buffer, Buffer>;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CookieAuthenticatorError(
      "ERR_STORE_ACCESS",
      `${dataFilePath(path)} can't be opened: ${cause}`,
      {
        hint: cause.includes("allocate memory")
          ? "the map takes 256 GiB of address space, not of memory: raise the limit on it (ulimit -v)"
          : "LMDB needs to write lock.mdb also for reading: check owner and mode of the directory and its files",
        details: { path, cause: errorCodeOf(error) },
        cause: error,
      },
    );
  }
}

/** The newest snapshot that this process has open, from LMDB's table of readers (mdb_reader_list: pid, thread, txnid). */
function findSnapshotId(readers: string): string | undefined {
  let newest: bigint | undefined;
  for (const [, pid, txnId = ""] of readers.matchAll(/^\s*(\d+)\s+\S+\s+(\d+)$/gm)) {
    if (Number(pid) !== process.pid) continue;
    const id = BigInt(txnId);
    if (newest === undefined || id > newest) newest = id;
  }
  return newest?.toString();
}

function isThenable(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

function closed(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_CLOSED", `the store ${path} has been closed`);
}

function notInWorker(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_OPEN_TWICE", `${path} can't be opened in a worker thread`, {
    hint: "LMDB allows one environment per process and database: open it in the main thread, or in a child process",
  });
}

function openTwice(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_OPEN_TWICE", `this process has ${path} open already`, {
    hint: "LMDB allows one environment per process and database: share the open store, or use another process",
  });
}

function asyncWrite(): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_ASYNC_WRITE", "a write callback returned a promise", {
    hint: "do what must wait before the write: the router waits on the same lock",
  });
}

function commitError(path: string, cause: unknown): CookieAuthenticatorError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new CookieAuthenticatorError(
    "ERR_STORE_COMMIT",
    `a write to ${path} failed, nothing of it is stored: ${text}`,
    {
      hint: "is the disk full, or the file system read-only?",
      cause,
    },
  );
}
