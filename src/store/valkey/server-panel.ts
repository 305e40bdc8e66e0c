// Asks several servers the same question at once: none of them has to be up, none is believed alone.

import type { Redis } from "ioredis";
import { CookieAuthenticatorError } from "../../errors.js";
import { type ConnectionOptions, formatAddress, openConnection, silence } from "./server-connection.js";
import { toStoreError } from "./server-errors.js";
import type { ServerAddress } from "./valkey-options.js";

/** Connections to servers that are asked now and then. */
export class ServerPanel {
  readonly #options: ConnectionOptions;
  readonly #timeoutMs: number;
  readonly #connections = new Map<string, Promise<Redis>>();
  readonly #closing = new AbortController();

  /** @param timeoutMs longest time that one server may take to answer, connecting included */
  constructor(options: ConnectionOptions, timeoutMs: number) {
    this.#options = options;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Answers of the servers, as soon as more than half of them have one, or when all have answered, failed or taken too
   * long: one that is frozen or cut off holds nobody up while the others are well.
   *
   * @throws the first fault, if nobody had an answer
   */
  ask<T>(
    servers: readonly ServerAddress[],
    question: (redis: Redis, server: ServerAddress) => Promise<T | undefined>,
  ): Promise<readonly T[]> {
    const answers: T[] = [];
    let fault: CookieAuthenticatorError | undefined;
    let left = servers.length;
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (answers.length > servers.length / 2) resolve(answers);
        else if (left === 0 && answers.length > 0) resolve(answers);
        else if (left === 0) reject(fault ?? nobodyKnows(servers));
      };
      for (const server of servers) {
        this.#askOne(server, question)
          .then(
            (answer) => void (answer !== undefined && answers.push(answer)),
            (error: unknown) => {
              fault ??= toStoreError(error, "the question for the primary", formatAddress(server));
            },
          )
          .finally(() => {
            left--;
            check();
          });
      }
      check();
    });
  }

  /** Lets go of servers that aren't asked any more. */
  keepOnly(servers: readonly ServerAddress[]): void {
    const keys = new Set(servers.map(formatAddress));
    for (const key of this.#connections.keys()) if (!keys.has(key)) this.#drop(key);
  }

  close(): void {
    this.#closing.abort();
    for (const key of this.#connections.keys()) this.#drop(key);
  }

  async #askOne<T>(
    server: ServerAddress,
    question: (redis: Redis, server: ServerAddress) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const key = formatAddress(server);
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => setImmediate(() => reject(silence(server, this.#timeoutMs))), this.#timeoutMs);
    });
    const answer = this.#connect(server).then((redis) => question(redis, server));
    try {
      return await Promise.race([answer, tooLate]);
    } catch (error) {
      this.#drop(key);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #connect(server: ServerAddress): Promise<Redis> {
    const key = formatAddress(server);
    let connection = this.#connections.get(key);
    if (connection === undefined) {
      const { signal } = this.#closing;
      connection = openConnection(server, { ...this.#options, signal }, this.#timeoutMs, () => {
        if (this.#connections.get(key) === connection) this.#connections.delete(key);
      });
      this.#connections.set(key, connection);
      if (signal.aborted) this.#drop(key);
    }
    return connection;
  }

  #drop(key: string): void {
    const connection = this.#connections.get(key);
    this.#connections.delete(key);
    connection?.then(
      (redis) => redis.disconnect(),
      () => {},
    );
  }
}

function nobodyKnows(servers: readonly ServerAddress[]): CookieAuthenticatorError {
  const names = servers.map(formatAddress).join(", ");
  return new CookieAuthenticatorError("ERR_STORE_UNAVAILABLE", `none of ${names} knows a primary`, {
    hint: "nothing, if a failover is under way; if not, look at the servers' logs",
    details: { servers: names },
  });
}
