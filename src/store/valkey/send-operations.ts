// How operations go out: look-ups share one MGET, scripts go by their SHA-1, and one WAIT serves the writes of a turn.

import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { CookieAuthenticatorError } from "../../errors.js";
import type { Operation } from "./operation.js";
import type { SendOperations } from "./operation-queue.js";
import type { Reply, Script } from "./valkey-client.js";
import type { ReplicaWait } from "./valkey-options.js";

/** Keys of one MGET at most: the server does nothing else meanwhile. */
const MAX_KEYS = 512;

const shas = new WeakMap<Script, string>();

/** Sends look-ups and scripts that change nothing. */
export const sendReads: SendOperations = async (redis, operations, onError) => {
  const answers: Promise<void>[] = [];
  // Everything of a turn in one packet.
  redis.stream.cork();
  let group: Operation[] = [];
  let count = 0;
  for (const operation of operations) {
    if (operation.command.kind !== "get" || operation.isAlone) {
      answers.push(sendOne(redis, operation, true, onError));
      continue;
    }
    if (count > 0 && count + operation.command.keys.length > MAX_KEYS) {
      answers.push(sendGets(redis, group, onError));
      group = [];
      count = 0;
    }
    group.push(operation);
    count += operation.command.keys.length;
  }
  if (group.length > 0) answers.push(sendGets(redis, group, onError));
  redis.stream.uncork();
  await Promise.all(answers);
};

/** Sends scripts that change something. With `wait`, one WAIT after them counts the replicas that have them all. */
export function sendWrites(wait: ReplicaWait | undefined): SendOperations {
  return async (redis, operations, onError) => {
    redis.stream.cork();
    if (wait === undefined) {
      const answers = operations.map((operation) => sendOne(redis, operation, false, onError));
      redis.stream.uncork();
      await Promise.all(answers);
      return;
    }
    const replies = operations.map((operation) => runOne(redis, operation, false));
    const waited = redis.wait(wait.replicas, wait.timeoutMs);
    redis.stream.uncork();
    const outcomes = await Promise.allSettled(replies);
    const confirmed = await waited.then(
      (replicas) => replicas,
      (error: unknown) => error,
    );
    for (const [index, outcome] of outcomes.entries()) {
      const operation = operations[index];
      if (operation === undefined) continue;
      if (outcome.status === "rejected") onError(operation, outcome.reason);
      else finish(operation, outcome.value, confirmed, wait, onError);
    }
  };
}

/**
 * A write is done when enough replicas have it; a script that has written nothing is done. Without an answer to WAIT it is sent again, and the script recognises it;
 * a repetition has to change something too, if only the expiry of its token: WAIT counts the replicas that have the last
 * change of its own connection, and Valkey confirms at once where a new connection has made none.
 */
function finish(
  operation: Operation,
  reply: Reply,
  confirmed: unknown,
  wait: ReplicaWait,
  onError: (operation: Operation, error: unknown) => void,
): void {
  if (!isWritten(operation, reply)) operation.succeed(reply);
  else if (typeof confirmed !== "number") onError(operation, confirmed);
  else if (confirmed >= wait.replicas) operation.succeed(reply);
  else operation.fail(tooFewReplicas(confirmed, wait));
}

function isWritten({ command }: Operation, reply: Reply): boolean {
  return command.kind !== "script" || (command.script.isWritten?.(reply) ?? true);
}

function tooFewReplicas(confirmed: number, wait: ReplicaWait): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_REPLICAS",
    `the write is made, but ${confirmed} replicas confirmed it within ${wait.timeoutMs} ms, and ${wait.replicas} must`,
    {
      hint: "bring the replicas back, or lower store.wait.replicas; until then a failover may undo this write",
      details: { isWritten: true, asked: wait.replicas, confirmed },
    },
  );
}

async function sendGets(
  redis: Redis,
  operations: readonly Operation[],
  onError: (operation: Operation, error: unknown) => void,
): Promise<void> {
  const keys = operations.flatMap(({ command }) => (command.kind === "get" ? command.keys : []));
  try {
    const values = await redis.mgetBuffer(keys);
    let from = 0;
    for (const operation of operations) {
      const length = operation.command.kind === "get" ? operation.command.keys.length : 0;
      operation.succeed(values.slice(from, from + length));
      from += length;
    }
  } catch (error) {
    for (const operation of operations) onError(operation, error);
  }
}

async function sendOne(
  redis: Redis,
  operation: Operation,
  isRead: boolean,
  onError: (operation: Operation, error: unknown) => void,
): Promise<void> {
  try {
    operation.succeed(await runOne(redis, operation, isRead));
  } catch (error) {
    onError(operation, error);
  }
}

async function runOne(redis: Redis, operation: Operation, isRead: boolean): Promise<Reply> {
  const { command } = operation;
  if (command.kind === "call") return command.run(redis);
  if (command.kind === "get") return redis.mgetBuffer([...command.keys]);
  const { script, keys, args } = command;
  const name = `${operation.isWhole ? "EVAL" : "EVALSHA"}${isRead ? "_RO" : ""}`;
  const source = operation.isWhole ? script.source : shaOf(script);
  // One array: each argument of a call is on the stack, which has no room for some 120,000.
  return (await redis.callBuffer(name, [source, keys.length, ...keys, ...args])) as Reply;
}

function shaOf(script: Script): string {
  let sha = shas.get(script);
  if (sha === undefined) {
    sha = createHash("sha1").update(script.source).digest("hex");
    shas.set(script, sha);
  }
  return sha;
}
