// The reader of a running service: it outlives a database that isn't there yet, goes away, or is made anew.

import { resolve } from "node:path";
import { CookieAuthenticatorError } from "../errors.js";
import type { CookieReader } from "./cookie-reader.js";
import { findDatabaseIdentity } from "./database-identity.js";
import { CRASHES_BEFORE_PURE_READER, CrashGuard, SETTLED_AFTER_MS } from "./lmdb/crash-guard.js";
import { NATIVE_ENGINE } from "./lmdb/environment.js";
import { openCookieReader } from "./open-store.js";

/** What happens to the database while the service runs; each is called once for each change. */
export interface LastingReaderEvents {
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
/** What is waited for at the start; other errors are the configuration's and are thrown. Later all are waited out. */
const PASSING_AT_START: ReadonlySet<string> = new Set(["ERR_STORE_NOT_FOUND", "ERR_STORE_BUSY"]);

/**
 * Opens the cookie database in the directory `path` for a service. A database that isn't there yet is waited for
 * (Crossbar may start later than we); one that is removed, or can't be read for a time, makes look-ups fail with a coded
 * fault and is taken up again by itself.
 *
 * @throws what `openCookieReader` throws, but for errors that may pass
 */
export async function openLastingReader(options: {
  readonly path: string;
  readonly events: LastingReaderEvents;
  readonly checkEveryMs?: number;
}): Promise<CookieReader> {
  const reader = new LastingReader(resolve(options.path), options.events);
  await reader.start(options.checkEveryMs ?? CHECK_EVERY_MS);
  return reader;
}

class LastingReader implements CookieReader {
  readonly #path: string;
  readonly #events: LastingReaderEvents;
  #timer: NodeJS.Timeout | undefined;
  #settled: NodeJS.Timeout | undefined;
  #guard: CrashGuard | undefined;
  #open: { readonly reader: CookieReader; readonly isNative: boolean; readonly identity: string } | undefined;
  #fault: CookieAuthenticatorError | undefined;
  #isOpening = false;
  #isReplaced = false;
  #isClosed = false;

  constructor(path: string, events: LastingReaderEvents) {
    this.#path = path;
    this.#events = events;
  }

  async start(checkEveryMs: number): Promise<void> {
    await this.#openNow();
    if (this.#fault !== undefined && !PASSING_AT_START.has(this.#fault.code)) throw this.#fault;
    this.#timer = setInterval(() => void this.#check(), checkEveryMs);
    this.#timer.unref();
  }

  findByValue(value: string): ReturnType<CookieReader["findByValue"]> {
    return this.#reader().findByValue(value);
  }

  findByOid(oid: string): ReturnType<CookieReader["findByOid"]> {
    return this.#reader().findByOid(oid);
  }

  list(options: Parameters<CookieReader["list"]>[0]): ReturnType<CookieReader["list"]> {
    return this.#reader().list(options);
  }

  info(): ReturnType<CookieReader["info"]> {
    return this.#reader().info();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#settled);
    this.#guard?.end();
    await this.#open?.reader.close();
  }

  #reader(): CookieReader {
    if (this.#isClosed)
      throw new CookieAuthenticatorError("ERR_STORE_CLOSED", `the store ${this.#path} has been closed`);
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#open === undefined) throw notThere(this.#path);
    return this.#open.reader;
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
      return this.#events.onReplaced(this.#fault);
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
      const reader = await openCookieReader({ path: this.#path, ...(isPure ? { engine: "pure" } : {}) });
      const { engine } = await reader.info();
      this.#open = { reader, isNative: engine === NATIVE_ENGINE, identity };
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
    if (isNew) this.#events.onUnavailable(error);
  }

  #clearFault(): void {
    const wasAvailable = this.#fault === undefined && this.#timer !== undefined;
    this.#fault = undefined;
    if (wasAvailable || this.#open === undefined) return;
    void Promise.resolve(this.#open.reader.info()).then(({ format, engine }) => {
      this.#events.onAvailable({ format, engine, crashes: this.#guard?.crashes ?? 0 });
    });
  }
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
