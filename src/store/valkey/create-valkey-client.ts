// The client: operations with a time limit, over two connections to the primary, one for reads and one for writes.

import type { Redis } from "ioredis";
import { CookieAuthenticatorError } from "../../errors.js";
import { Deadlines } from "./deadlines.js";
import { type Command, Operation } from "./operation.js";
import { OperationQueue } from "./operation-queue.js";
import { PrimaryConnection } from "./primary-connection.js";
import { createPrimaryFinder } from "./primary-finder.js";
import { sendReads, sendWrites } from "./send-operations.js";
import { formatAddress } from "./server-connection.js";
import { isHopeless, replyCode } from "./server-errors.js";
import { parseServerFacts } from "./server-facts.js";
import type { Reply, ServerFacts, ValkeyClient, ValkeyClientEvents } from "./valkey-client.js";
import type { ValkeyOptions } from "./valkey-options.js";

/** Shortest and longest silence after which a connection is given up, ms: half of an operation's time lies between. */
const MIN_SILENCE_MS = 100;
const MAX_SILENCE_MS = 2000;

/** One way to the primary. */
interface Lane {
  readonly connection: PrimaryConnection;
  readonly queue: OperationQueue;
  /** Why there is no connection now; `undefined` while there is one. */
  fault: CookieAuthenticatorError | undefined;
  wasUp: boolean;
}

/**
 * A client for `options.servers`. It begins to connect at once and goes on for ever; until there has been a connection
 * once, what no further try can mend (a wrong password, a certificate) fails at once.
 */
export function createValkeyClient(options: ValkeyOptions, events?: ValkeyClientEvents): ValkeyClient {
  const finder = createPrimaryFinder(options);
  const deadlines = new Deadlines();
  const lanes: Lane[] = [];
  const silenceMs = Math.min(Math.max(options.timeoutMs / 2, MIN_SILENCE_MS), MAX_SILENCE_MS);
  let isUp: boolean | undefined;
  let closing: Promise<void> | undefined;
  let areSavesSecret = false;

  const openLane = (send: typeof sendReads, waitMs: number, isSerial: boolean): Lane => {
    const queue = new OperationQueue({ send, isSerial, connection: () => connection });
    const connection = new PrimaryConnection({
      finder,
      login: options.login,
      tls: options.tls,
      allowPlaintext: options.allowPlaintext,
      mayBeReplica: options.readOnly === true && options.topology.kind === "single",
      // The server answers nothing on a connection that waits for replicas.
      silenceMs: silenceMs + waitMs,
      onUp() {
        lane.fault = undefined;
        lane.wasUp = true;
        queue.schedule();
        if (isUp !== true && lanes.every(({ fault }) => fault === undefined)) {
          isUp = true;
          events?.onUp();
        }
      },
      onDown(error) {
        lane.fault = error;
        if (!lane.wasUp && isHopeless(error)) queue.fail(error);
        if (isUp !== false) {
          isUp = false;
          events?.onDown(error);
        }
      },
    });
    const lane: Lane = { connection, queue, fault: notYet(), wasUp: false };
    lanes.push(lane);
    return lane;
  };
  const reads = openLane(sendReads, 0, false);
  const { wait } = options;
  const writes = options.readOnly
    ? undefined
    : openLane(sendWrites(wait), wait?.timeoutMs ?? 0, wait !== undefined);

  const run = (lane: Lane, command: Command): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (closing !== undefined) return reject(closedError());
      const operation = new Operation(command, performance.now() + options.timeoutMs, {
        resolve,
        reject,
        onOver,
        onExpire: (late) => late.fail(tooLate(late, lane, options.timeoutMs)),
      });
      deadlines.add(operation);
      lane.queue.add(operation);
    });
  const onOver = (operation: Operation): void => deadlines.delete(operation);

  const readFacts = async (redis: Redis): Promise<ServerFacts> => {
    const info = await redis.info();
    const saves = areSavesSecret
      ? undefined
      : await redis.config("GET", "save").catch((error: unknown) => error);
    // Asked once: each refusal is an entry in the server's ACL LOG.
    if (replyCode(saves) === "NOPERM") areSavesSecret = true;
    const save = Array.isArray(saves) ? String(saves[1] ?? "") : undefined;
    const address = reads.connection.address ?? options.servers[0];
    return parseServerFacts(info, save, address === undefined ? "" : formatAddress(address));
  };

  return {
    getMany: (keys) => run(reads, { kind: "get", keys }) as Promise<readonly (Buffer | null)[]>,
    read: (script, keys, args) => run(reads, { kind: "script", script, keys, args }),
    async write(script, keys, args) {
      if (writes === undefined) throw readOnlyError();
      return run(writes, { kind: "script", script, keys, args });
    },
    async facts() {
      let facts: ServerFacts | undefined;
      const ask = async (redis: Redis): Promise<Reply> => {
        facts = await readFacts(redis);
        return null;
      };
      await run(reads, { kind: "call", name: "INFO", run: ask });
      return facts as ServerFacts;
    },
    close() {
      closing ??= (async () => {
        for (const operation of deadlines.waiting) (operation as Operation).fail(closedError());
        for (const { queue } of lanes) queue.close(closedError());
        deadlines.close();
        finder.close();
        await Promise.all(lanes.map(({ connection }) => connection.close()));
      })();
      return closing;
    },
  };
}

/** Without a connection its fault is the answer; else the server was asked and is late. */
function tooLate(operation: Operation, lane: Lane, timeoutMs: number): CookieAuthenticatorError {
  const fault = lane.fault ?? operation.fault;
  const mayBeWritten = operation.wasSent;
  if (fault !== undefined) {
    return new CookieAuthenticatorError(fault.code, fault.message, {
      ...(fault.hint === undefined ? {} : { hint: fault.hint }),
      details: { ...fault.details, operation: operation.name, mayBeWritten },
    });
  }
  return new CookieAuthenticatorError(
    "ERR_STORE_TIMEOUT",
    `no answer to ${operation.name} within ${timeoutMs} ms`,
    {
      hint: "is the server overloaded, or the network slow? store.timeout is the limit",
      details: { operation: operation.name, mayBeWritten },
    },
  );
}

function notYet(): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_UNAVAILABLE", "no connection to the server yet", {
    hint: "is the server running, and does a firewall let this machine through?",
  });
}

function closedError(): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_CLOSED", "the store is closed");
}

function readOnlyError(): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_READ_ONLY", "the store is open for reading only", {
    hint: "open it without readOnly",
  });
}
