// Operations that wait for their connection: those of one turn of the event loop go out together.

import type { Redis } from "ioredis";
import type { CookieAuthenticatorError } from "../../errors.js";
import type { Operation } from "./operation.js";
import type { PrimaryConnection } from "./primary-connection.js";
import { formatAddress } from "./server-connection.js";
import { remedyOf, toStoreError } from "./server-errors.js";

/** Sends operations, and ends each: by `succeed`, or by telling the queue its error. */
export type SendOperations = (
  redis: Redis,
  operations: readonly Operation[],
  onError: (operation: Operation, error: unknown) => void,
) => Promise<void>;

export interface OperationQueueOptions {
  readonly connection: () => PrimaryConnection;
  readonly send: SendOperations;
  /** One batch at a time: what comes meanwhile goes with the next. */
  readonly isSerial: boolean;
}

/** Pause before the same server is asked again, ms. */
const AGAIN_MS = 25;
/** From so many waiting operations on it is worth looking which are over. */
const MIN_CROWDED = 1000;

const isUnderWay = ({ isOver }: Operation): boolean => !isOver;

/** Keeps operations until they are answered: over a lost connection, a failover, a server that loads its data. */
export class OperationQueue {
  readonly #options: OperationQueueOptions;
  #waiting: Operation[] = [];
  #crowded = MIN_CROWDED;
  #isScheduled = false;
  #isSending = false;
  #pause: NodeJS.Timeout | undefined;

  constructor(options: OperationQueueOptions) {
    this.#options = options;
  }

  add(operation: Operation): void {
    if (this.#waiting.length > this.#crowded) this.#dropOver();
    this.#waiting.push(operation);
    this.schedule();
  }

  /** While there is no connection, those whose time is over must not pile up. */
  #dropOver(): void {
    this.#waiting = this.#waiting.filter(isUnderWay);
    this.#crowded = Math.max(this.#waiting.length * 2, MIN_CROWDED);
  }

  /** Sends what waits at the end of this turn, when all sockets that have something were read. Once the connection is up. */
  schedule(): void {
    if (this.#isScheduled || this.#pause !== undefined) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  /** Ends what waits with this error. */
  fail(error: CookieAuthenticatorError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const operation of waiting) operation.fail(error);
  }

  close(error: CookieAuthenticatorError): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.fail(error);
  }

  #flush(): void {
    const { send, isSerial, connection } = this.#options;
    const redis = connection().redis;
    if (redis === undefined || this.#pause !== undefined || (isSerial && this.#isSending)) return;
    const operations = this.#waiting.filter(isUnderWay);
    this.#waiting = [];
    if (operations.length === 0) return;
    for (const operation of operations) operation.wasSent = true;
    this.#isSending = true;
    void send(redis, operations, (operation, error) => this.#onError(redis, operation, error)).finally(() => {
      this.#isSending = false;
      if (isSerial && this.#waiting.length > 0) this.schedule();
    });
  }

  #onError(redis: Redis, operation: Operation, error: unknown): void {
    const connection = this.#options.connection();
    const address = connection.redis === redis ? connection.address : undefined;
    const remedy = remedyOf(error);
    const fault = toStoreError(error, operation.name, address && formatAddress(address));
    if (remedy === "reject") operation.fail(fault);
    if (operation.isOver) return;
    if (remedy === "whole") operation.isWhole = true;
    else operation.fault = fault;
    if (remedy === "again") operation.isAlone = true;
    if (remedy === "reconnect") connection.drop(redis, error);
    this.#waiting.push(operation);
    if (remedy === "again") this.#pauseSending();
    else this.schedule();
  }

  #pauseSending(): void {
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.schedule();
    }, AGAIN_MS);
  }
}
