// The store of a running service on a Valkey or Redis: the server may come late, go, or come back.

import { CookieAuthenticatorError } from "../../errors.js";
import type { CookieStore } from "../cookie-store.js";
import { findServerWarnings } from "./check-server.js";
import { createValkeyClient } from "./create-valkey-client.js";
import { createValkeyStore, type ValkeyStore, type ValkeyStoreParts } from "./open-valkey-store.js";
import type { ServerFacts } from "./valkey-client.js";
import { NEVER_WRITTEN } from "./valkey-marks.js";
import type { ValkeyOptions } from "./valkey-options.js";

/** What happens to the store while the service runs; each is called once for each change. */
export interface ValkeyStoreEvents {
  /** It can be used (again). */
  onAvailable(info: { readonly engine: string; readonly version: string; readonly address: string }): void;
  /**
   * It can't be used; every operation fails until `onAvailable`, after waiting for as long as it may. Called again when
   * the reason is another one.
   */
  onUnavailable(error: CookieAuthenticatorError): void;
  /** It works, but a setting of the server may lose sessions, or all of them are gone. */
  onWarning(message: string): void;
}

/** What is waited for at the start; other errors are the configuration's and are thrown. Later all are waited out. */
const PASSING_AT_START: ReadonlySet<string> = new Set(["ERR_STORE_UNAVAILABLE", "ERR_STORE_TIMEOUT"]);
/** How often the server is asked whether it answers, in milliseconds. */
const CHECK_EVERY_MS = 500;
/** A reason that was told isn't told again so soon, in milliseconds: two that alternate would fill the log. */
const SAME_REASON_MS = 60_000;
const EMPTIED = "the store is empty: it was flushed or made anew, all must log in again";

/**
 * Opens the store for a service. A server that can't be reached is no error but told by the events, at the start too.
 *
 * @throws what `openValkeyStore` throws, but for errors that may pass
 */
export async function openLastingValkeyStore(
  options: ValkeyOptions & { readonly events: ValkeyStoreEvents; readonly checkEveryMs?: number | undefined },
): Promise<CookieStore> {
  const watch = new Watch(options);
  await watch.start();
  return watch.store;
}

/** Compares, again and again, what was told with what is: whatever happened in between. */
class Watch {
  readonly store: CookieStore;
  readonly #store: ValkeyStore;
  readonly #events: ValkeyStoreEvents;
  readonly #checkEveryMs: number;
  readonly #warned = new Set<string>();
  /** The reasons of this outage, and when each was told, by `performance.now()`. */
  readonly #told = new Map<string, number>();
  #lastTold: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAvailable = false;
  #fault: CookieAuthenticatorError | undefined;
  #wasWritten = false;
  #isChecking = false;
  #isClosed = false;

  constructor({
    events,
    checkEveryMs = CHECK_EVERY_MS,
    ...options
  }: ValkeyOptions &
    Pick<ValkeyStoreParts, "client"> & {
      readonly events: ValkeyStoreEvents;
      readonly checkEveryMs?: number | undefined;
    }) {
    this.#events = events;
    this.#checkEveryMs = checkEveryMs;
    // What the client sees is only when to look: the look itself says what is.
    const look = (): void => void this.#look();
    const client = createValkeyClient(options, { onUp: look, onDown: look });
    const store = createValkeyStore(options, { client, onWarning: (message) => this.#warn(message) });
    this.#store = store;
    const close = async (): Promise<void> => {
      this.#isClosed = true;
      clearInterval(this.#timer);
      await store.close();
    };
    const { reader } = store;
    this.store = {
      reader: {
        findByValue: (value) => reader.findByValue(value),
        findByOid: (oid) => reader.findByOid(oid),
        findUsed: (key) => reader.findUsed(key),
        list: (listOptions) => reader.list(listOptions),
        marks: () => reader.marks(),
        version: () => reader.version(),
        changesSince: (version) => reader.changesSince(version),
        info: () => reader.info(),
        knownFault: () => this.#fault,
        close,
      },
      writer: store.writer,
      sweepIndexes: (sweepOptions) => store.sweepIndexes(sweepOptions),
      close,
    };
  }

  async start(): Promise<void> {
    const fault = await this.#look();
    if (fault !== undefined && !PASSING_AT_START.has(fault.code)) {
      await this.store.close();
      throw fault;
    }
    if (this.#isClosed) return;
    this.#timer = setInterval(() => void this.#look(), this.#checkEveryMs);
    this.#timer.unref();
  }

  async #look(): Promise<CookieAuthenticatorError | undefined> {
    if (this.#isChecking || this.#isClosed) return undefined;
    this.#isChecking = true;
    try {
      // Fit or not is asked whenever it comes back: it may be another server now. Else only whether it answers.
      const facts = this.#isAvailable ? undefined : await this.#store.check();
      const version = await this.#store.reader.version();
      if (this.#isClosed) return undefined;
      if (facts !== undefined) this.#becomeAvailable(facts);
      this.#lookForLoss(version);
      return undefined;
    } catch (error) {
      if (!(error instanceof CookieAuthenticatorError)) throw error;
      if (this.#isClosed) return undefined;
      this.#isAvailable = false;
      this.#fault = error;
      // At the start what doesn't pass is thrown instead of told.
      if (this.#timer !== undefined || PASSING_AT_START.has(error.code)) this.#tellFault(error);
      return error;
    } finally {
      this.#isChecking = false;
    }
  }

  /** Who mends the first reason of an outage has to know of the next. */
  #tellFault(error: CookieAuthenticatorError): void {
    const reason = `${error.code} ${error.message}`;
    const now = performance.now();
    const isRecent = now - (this.#told.get(reason) ?? Number.NEGATIVE_INFINITY) < SAME_REASON_MS;
    if (reason === this.#lastTold || isRecent) return;
    this.#lastTold = reason;
    this.#told.set(reason, now);
    this.#events.onUnavailable(error);
  }

  #becomeAvailable(facts: ServerFacts): void {
    this.#isAvailable = true;
    this.#fault = undefined;
    this.#lastTold = undefined;
    this.#told.clear();
    this.#events.onAvailable({ engine: facts.server, version: facts.version, address: facts.address });
    for (const warning of findServerWarnings(facts)) this.#warn(warning);
  }

  /** Whoever did it, e.g. FLUSHALL, or a restart of a server that saves nothing: nobody else would say it. */
  #lookForLoss(version: string): void {
    const isWritten = version !== NEVER_WRITTEN;
    if (this.#wasWritten && !isWritten) this.#events.onWarning(EMPTIED);
    this.#wasWritten = isWritten;
  }

  /** Once each: a failover back and forth says nothing new. */
  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#events.onWarning(message);
  }
}
