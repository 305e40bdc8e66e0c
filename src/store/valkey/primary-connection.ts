// A connection to the primary, whoever that is: found, kept, proved alive, made anew for ever.

import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import type { CookieAuthenticatorError } from "../../errors.js";
import { pause, within } from "./bounded-wait.js";
import { closed, deposed, movedTo } from "./primary-faults.js";
import type { PrimaryFinder } from "./primary-finder.js";
import {
  type ConnectionOptions,
  formatAddress,
  greet,
  openConnection,
  silence,
} from "./server-connection.js";
import { remedyOf, replyCode, toStoreError } from "./server-errors.js";
import type { ServerAddress } from "./valkey-options.js";

export interface PrimaryConnectionOptions extends ConnectionOptions {
  readonly finder: PrimaryFinder;
  /** A replica will do: only with one server, named by somebody who wants to read from it. */
  readonly mayBeReplica: boolean;
  /** Longest time without an answer before the connection is given up, ms. */
  readonly silenceMs: number;
  readonly onUp: () => void;
  /** After each failed try and each loss. */
  readonly onDown: (error: CookieAuthenticatorError) => void;
}

/** Shortest and longest pause between two tries, ms. */
const MIN_PAUSE_MS = 20;
const MAX_PAUSE_MS = 500;
/** A connection that lived as long begins with the shortest pause again, ms. */
const STEADY_MS = 100;

/**
 * Holds one connection to the primary. It is given up, and the primary looked for anew, when it breaks, when the
 * server is silent, has become a replica, or isn't the primary any more in the words of the Sentinels or the Cluster:
 * one that is cut off from them would go on answering, with what is old.
 */
export class PrimaryConnection {
  readonly #options: PrimaryConnectionOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #up:
    | { readonly redis: Redis; readonly address: ServerAddress; readonly lose: (reason: unknown) => void }
    | undefined;
  /** Where a `MOVED` has pointed to: tried once, without asking. */
  #pointedTo: ServerAddress | undefined;

  constructor(options: PrimaryConnectionOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** The connection, while it is up. */
  get redis(): Redis | undefined {
    return this.#up?.redis;
  }

  get address(): ServerAddress | undefined {
    return this.#up?.address;
  }

  /** Gives this connection up, if it is still the one, for what a reply on it has said. */
  drop(redis: Redis, reason: unknown): void {
    if (this.#up?.redis !== redis) return;
    // Named as a single server it is to be one: what follows the Cluster only until the next failover would be a trap.
    const isFollowed = this.#options.finder.askEveryMs !== undefined;
    if (isFollowed && replyCode(reason) === "MOVED") this.#pointedTo = movedTo(reason, this.#up.address);
    this.#up.lose(reason);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#up?.lose(undefined);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let pauseMs = MIN_PAUSE_MS;
    while (!signal.aborted) {
      let address: ServerAddress | undefined;
      const begun = performance.now();
      try {
        address = this.#pointedTo ?? (await this.#options.finder.find());
        this.#pointedTo = undefined;
        if (signal.aborted) return;
        await this.#hold(address);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onDown(
          toStoreError(error, "the connection", address === undefined ? undefined : formatAddress(address)),
        );
      }
      if (performance.now() - begun > STEADY_MS) pauseMs = MIN_PAUSE_MS;
      // Clients that lost the same server come back spread out.
      await delay(pauseMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  /** Connects, and lasts as long as the connection. Throws the reason of its end. */
  async #hold(address: ServerAddress): Promise<never> {
    const { finder, silenceMs, onUp } = this.#options;
    const { signal } = this.#closing;
    let lose: (reason: unknown) => void = () => {};
    const lost = new Promise<never>((_, reject) => {
      lose = (reason) => reject(reason ?? closed(address));
    });
    lost.catch(() => {});
    const redis = await openConnection(address, { ...this.#options, signal }, silenceMs, lose);
    try {
      await this.#check(redis, address);
      if (signal.aborted) throw closed(address);
      this.#up = { redis, address, lose };
      onUp();
      const watches = [this.#watch(redis, address, lost)];
      if (finder.askEveryMs !== undefined) watches.push(this.#askOthers(address, finder.askEveryMs, lost));
      return await Promise.race([lost, ...watches]);
    } finally {
      this.#up = undefined;
      redis.disconnect();
    }
  }

  /** Throws when the server falls silent or has become a replica. */
  async #watch(redis: Redis, address: ServerAddress, lost: Promise<never>): Promise<never> {
    const beatMs = this.#options.silenceMs / 4;
    for (;;) {
      await pause(beatMs, lost);
      await this.#check(redis, address);
    }
  }

  /** Throws when those who decide it name another primary. */
  async #askOthers(address: ServerAddress, everyMs: number, lost: Promise<never>): Promise<never> {
    for (;;) {
      await pause(everyMs, lost);
      // Who can't be asked says nothing against this server.
      const primary = await this.#options.finder.find().catch(() => address);
      if (primary.host !== address.host || primary.port !== address.port) throw deposed(address);
    }
  }

  /** A sign of life, and of the right role. */
  async #check(redis: Redis, address: ServerAddress): Promise<void> {
    const { silenceMs, mayBeReplica } = this.#options;
    const answer = greet(redis);
    const greeting = await within(answer, silenceMs, () => silence(address, silenceMs)).catch(
      (error: unknown) => {
        // A server that says something is alive; a command says the rest.
        if (remedyOf(error) === "again") return { role: "" };
        throw error;
      },
    );
    if (!mayBeReplica && greeting.role !== "" && greeting.role !== "master") throw deposed(address);
  }
}
