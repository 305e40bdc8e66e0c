// Keeps one connection on which changes are told: to the primary, with a sign of life, made anew whenever it is lost.

import { setTimeout as delay } from "node:timers/promises";
import type { CookieAuthenticatorError } from "../../errors.js";
import { askForSign, type SignQuestions } from "./ask-for-sign.js";
import { type InvalidationConnection, openInvalidationConnection } from "./invalidation-connection.js";
import type { ChangeFeed } from "./kept-answers.js";
import type { PrimaryFinder } from "./primary-finder.js";
import type { ConnectionOptions } from "./server-connection.js";
import { isHopeless, toStoreError } from "./server-errors.js";
import { SignOfLife } from "./sign-of-life.js";
import type { ServerAddress } from "./valkey-options.js";

/** A sign of life is asked for so many times within the time that it may be old. */
const BEATS = 4;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;

export interface ListenerOptions extends ConnectionOptions, Omit<SignQuestions, "patienceMs"> {
  readonly finder: PrimaryFinder;
  /** Changes of keys that begin so are told. */
  readonly prefixes: readonly string[];
  readonly maxStaleMs: number;
  /** Longest time that opening a connection may take. */
  readonly timeoutMs: number;
  /** A clock that never goes back, ms. */
  readonly now: () => number;
  readonly onChanged: (key: string) => void;
  readonly onAllChanged: () => void;
  /** What keeps it from listening and won't pass by itself; once for each change of it. */
  readonly onTrouble?: ((error: CookieAuthenticatorError) => void) | undefined;
}

/** Level-triggered: each beat asks anew who the primary is, and no message about a failover is waited for. */
export class InvalidationListener implements ChangeFeed {
  readonly #options: ListenerOptions;
  readonly #sign: SignOfLife;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #connection: InvalidationConnection | undefined;
  #trouble: string | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#sign = new SignOfLife(options);
    this.#running = this.#run();
  }

  isListening(): boolean {
    return this.#connection !== undefined;
  }

  isFresh(): boolean {
    return this.#sign.isFresh();
  }

  /** Calling it again does nothing. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#connection !== undefined) this.#drop(this.#connection);
    this.#options.finder.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#closing.signal.aborted) {
      try {
        const address = await this.#options.finder.find();
        await this.#listen(address, () => {
          pauseMs = FIRST_PAUSE_MS;
          this.#trouble = undefined;
        });
      } catch (error) {
        this.#tell(error);
      }
      // Many authenticators lose the same server at once: they come back one after the other.
      await this.#pause(pauseMs * (0.5 + Math.random() / 2));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** Until the connection is over. @param onFresh called when answers from memory have become possible */
  async #listen(address: ServerAddress, onFresh: () => void): Promise<never> {
    const { prefixes, onChanged, onAllChanged } = this.#options;
    let end: (error: unknown) => void = () => {};
    const ended = new Promise<never>((_, reject) => {
      end = reject;
    });
    ended.catch(() => {}); // it may be over before anybody waits for it
    let connection: InvalidationConnection | undefined;
    const onEnd = (error: unknown): void => {
      if (connection !== undefined) this.#drop(connection);
      end(error ?? new Error("closed"));
    };
    connection = await openInvalidationConnection(address, prefixes, this.#options, {
      onChanged,
      onAllChanged,
      onEnd,
    });
    const over = new AbortController();
    try {
      this.#closing.signal.throwIfAborted();
      this.#connection = connection;
      return await Promise.race([ended, this.#beat(connection, address, over.signal, onFresh)]);
    } finally {
      over.abort();
      this.#drop(connection);
    }
  }

  /** One round of questions after the other, never two at once. */
  async #beat(
    connection: InvalidationConnection,
    address: ServerAddress,
    over: AbortSignal,
    onFresh: () => void,
  ): Promise<never> {
    const { now, maxStaleMs, timeoutMs } = this.#options;
    const patienceMs = Math.max(maxStaleMs, timeoutMs);
    for (;;) {
      const askedMs = now();
      const isShown = await askForSign(connection, address, { ...this.#options, patienceMs });
      // An answer that comes after the connection's end says nothing of the next one.
      over.throwIfAborted();
      if (isShown && this.#connection === connection) {
        this.#sign.answered(askedMs);
        onFresh();
      }
      await delay(Math.max(0, askedMs + maxStaleMs / BEATS - now()), undefined, { signal: over, ref: false });
    }
  }

  /** Off, and nothing is known: at once, before anybody can ask memory. */
  #drop(connection: InvalidationConnection): void {
    connection.close();
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#sign.lost();
    this.#options.onAllChanged();
  }

  #tell(error: unknown): void {
    const told = toStoreError(error, "client tracking");
    // What passes by itself is said by the store, which asks the same servers.
    if (this.#closing.signal.aborted || !isHopeless(told) || told.message === this.#trouble) return;
    this.#trouble = told.message;
    this.#options.onTrouble?.(told);
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {});
  }
}
