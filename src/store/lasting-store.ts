// The database of a running service: it outlives one that isn't there yet, goes away, or is made anew.

import { resolve } from "node:path";
import { CookieAuthenticatorError } from "../errors.js";
import type { CookieReader } from "./cookie-reader.js";
import type { CookieStore, SweepReport } from "./cookie-store.js";
import type { CookieTransaction, CookieWriter } from "./cookie-writer.js";
import { findDatabaseIdentity } from "./database-identity.js";
import { CRASHES_BEFORE_PURE_READER, CrashGuard, SETTLED_AFTER_MS } from "./lmdb/crash-guard.js";
import { NATIVE_ENGINE } from "./lmdb/environment.js";

/** What happens to the database while the service runs; each is called once for each change. */
export interface LastingStoreEvents {
  /** It can be read (again). `crashes` above 0: by the pure reader, since the native engine died so often on it. */
  onAvailable(info: {
    readonly format: string | undefined;
    readonly engine: string;
    readonly crashes: number;
  }): void;
  /** It can't be read; every look-up fails with this error until `onAvailable`. */
  onUnavailable(error: CookieAuthenticatorError): void;
  /** Another database is in its place, and the native engine can't let go of the old one: the process must end. */
  onReplaced(error: CookieAuthenticatorError): void;
}

/** How often the data file is looked at, in milliseconds. */
const CHECK_EVERY_MS = 500;
/**
 * What is waited for at the start; other errors are the configuration's and are thrown. Later all are waited out.
 * Without tables: Crossbar is making the database just now.
 */
const PASSING_AT_START: ReadonlySet<string> = new Set([
  "ERR_STORE_NOT_FOUND",
  "ERR_STORE_BUSY",
  "ERR_STORE_TABLES",
]);

/** An open database: with `store` one that can be written. */
export interface OpenDatabase {
  readonly reader: CookieReader;
  readonly store?: CookieStore;
}

/** What a `LastingStore` works on. */
export interface LastingStoreOptions {
  /** Path of the database directory. */
  readonly path: string;
  readonly events: LastingStoreEvents;
  readonly checkEveryMs?: number | undefined;
  /** Opens the database that is there. `isPure`: without native code, since that died on it so often. */
  open(path: string, isPure: boolean): Promise<OpenDatabase>;
}

/** Both ports of a database that comes and goes. Where it was opened for reading alone, writes are refused. */
export class LastingStore implements CookieStore {
  readonly reader: CookieReader;
  readonly writer: CookieWriter;
  readonly #path: string;
  readonly #options: LastingStoreOptions;
  #timer: NodeJS.Timeout | undefined;
  #settled: NodeJS.Timeout | undefined;
  #guard: CrashGuard | undefined;
  #open: (OpenDatabase & { readonly isNative: boolean; readonly identity: string }) | undefined;
  #fault: CookieAuthenticatorError | undefined;
  #isOpening = false;
  #isReplaced = false;
  #isClosed = false;

  private constructor(options: LastingStoreOptions) {
    this.#path = resolve(options.path);
    this.#options = options;
    this.reader = {
      findByValue: (value) => this.#get().reader.findByValue(value),
      findByOid: (oid) => this.#get().reader.findByOid(oid),
      findUsed: (key) => this.#get().reader.findUsed(key),
      list: (listOptions) => this.#get().reader.list(listOptions),
      marks: () => this.#get().reader.marks(),
      version: () => this.#get().reader.version(),
      changesSince: (version) => this.#get().reader.changesSince(version),
      info: () => this.#get().reader.info(),
      close: () => this.close(),
    };
    this.writer = { write: (change) => this.#write(change) };
  }

  /** @throws what `options.open` throws, but for errors that may pass */
  static async start(options: LastingStoreOptions): Promise<LastingStore> {
    const store = new LastingStore(options);
    await store.#openNow();
    if (store.#fault !== undefined && !PASSING_AT_START.has(store.#fault.code)) throw store.#fault;
    store.#timer = setInterval(() => void store.#check(), options.checkEveryMs ?? CHECK_EVERY_MS);
    store.#timer.unref();
    return store;
  }

  async sweepIndexes(options?: { readonly signal?: AbortSignal }): Promise<SweepReport> {
    return this.#getStore().sweepIndexes(options);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#settled);
    this.#guard?.end();
    await this.#open?.reader.close();
  }

  #get(): OpenDatabase {
    if (this.#isClosed)
      throw new CookieAuthenticatorError("ERR_STORE_CLOSED", `the store ${this.#path} has been closed`);
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#open === undefined) throw notThere(this.#path);
    return this.#open;
  }

  #getStore(): CookieStore {
    const { store } = this.#get();
    if (store === undefined) throw readOnly(this.#path);
    return store;
  }

  async #write<T>(change: (transaction: CookieTransaction) => T): Promise<T> {
    const store = this.#getStore();
    // A file that was removed can still be written: what is answered as durable must be in the database that is there.
    this.#checkPresence();
    const result = await store.writer.write(change);
    this.#checkPresence();
    return result;
  }

  /** @throws `ERR_STORE_NOT_FOUND`, `ERR_STORE_REPLACED` if the database in place isn't the open one */
  #checkPresence(): void {
    const identity = findDatabaseIdentity(this.#path);
    if (identity === this.#open?.identity) return;
    throw identity === undefined ? notThere(this.#path) : replaced(this.#path);
  }

  /** Level-triggered: compares what is open with what is there, whatever happened in between. */
  async #check(): Promise<void> {
    if (this.#isClosed || this.#isReplaced || this.#isOpening) return;
    if (this.#open === undefined) return this.#openNow();
    const identity = findDatabaseIdentity(this.#path);
    if (identity === undefined) return this.#setFault(notThere(this.#path));
    if (this.#open.isNative && identity !== this.#open.identity) {
      this.#isReplaced = true;
      this.#fault = replaced(this.#path);
      return this.#options.events.onReplaced(this.#fault);
    }
    try {
      await this.#open.reader.info();
      this.#clearFault();
    } catch (error) {
      if (!(error instanceof CookieAuthenticatorError)) throw error;
      this.#setFault(error);
    }
  }

  async #openNow(): Promise<void> {
    this.#isOpening = true;
    try {
      const identity = findDatabaseIdentity(this.#path);
      if (identity === undefined) return this.#setFault(notThere(this.#path));
      this.#guard = CrashGuard.begin(this.#path);
      const isPure = this.#guard.crashes >= CRASHES_BEFORE_PURE_READER;
      const database = await this.#options.open(this.#path, isPure);
      if (this.#isClosed) return database.reader.close(); // meanwhile
      const { engine } = await database.reader.info();
      this.#open = { ...database, isNative: engine === NATIVE_ENGINE, identity };
      if (this.#open.isNative) this.#settleLater(this.#guard);
      else this.#guard.end();
      this.#clearFault();
    } catch (error) {
      // An error isn't a death: a mark that stayed would be counted as one by the next process.
      this.#guard?.end();
      if (!(error instanceof CookieAuthenticatorError)) throw error;
      this.#setFault(error);
    } finally {
      this.#isOpening = false;
    }
  }

  #settleLater(guard: CrashGuard): void {
    this.#settled = setTimeout(() => guard.settle(), SETTLED_AFTER_MS);
    this.#settled.unref();
  }

  #setFault(error: CookieAuthenticatorError): void {
    const isNew = this.#fault?.code !== error.code;
    this.#fault = error;
    if (isNew) this.#options.events.onUnavailable(error);
  }

  #clearFault(): void {
    const wasAvailable = this.#fault === undefined && this.#timer !== undefined;
    this.#fault = undefined;
    if (wasAvailable || this.#open === undefined) return;
    void Promise.resolve(this.#open.reader.info()).then(({ format, engine }) => {
      this.#options.events.onAvailable({ format, engine, crashes: this.#guard?.crashes ?? 0 });
    });
  }
}

function readOnly(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_READ_ONLY", `${path} can only be read now`, {
    hint:
      "the native engine died repeatedly on this database, and the reader without native code can't write: run " +
      "`db verify`; the native engine is tried again after an hour, at the next start",
    details: { path },
  });
}

function notThere(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_NOT_FOUND", `there is no database in ${path}`, {
    hint: "it is taken up when it is there: Crossbar makes it when it starts with this cookie store, or `db init`",
    details: { path },
  });
}

function replaced(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_REPLACED", `another database is in the place of ${path}`, {
    hint: "this process ends and must be started again, as systemd does with Restart=always (a guest worker of Crossbar isn't)",
    details: { path },
  });
}
