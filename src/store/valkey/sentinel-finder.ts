// Finds the primary by the Sentinels: the one of the newest configuration that they know.

import type { Redis } from "ioredis";
import { CookieAuthenticatorError } from "../../errors.js";
import type { PrimaryFinder } from "./primary-finder.js";
import { ServerPanel } from "./server-panel.js";
import { sharedCall } from "./shared-call.js";
import type { ServerAddress, ValkeyOptions, ValkeyTopology } from "./valkey-options.js";

/** Longest time that a Sentinel may take, ms. */
const ASK_MS = 500;
/** The old primary takes writes until the Sentinels have told it; those are lost. */
const ASK_EVERY_MS = 250;

interface Answer {
  readonly address: ServerAddress;
  /** Grows with each failover that a majority of the Sentinels has allowed. */
  readonly epoch: number;
}

/**
 * Asks all Sentinels, and believes the newest of what more than half of them say: one that is cut off from the others
 * goes on naming the old primary.
 */
export function sentinelFinder(
  options: ValkeyOptions,
  topology: Extract<ValkeyTopology, { kind: "sentinel" }>,
): PrimaryFinder {
  const { name, login, tls } = topology;
  const panel = new ServerPanel(
    { login, tls, allowPlaintext: options.allowPlaintext },
    Math.min(ASK_MS, options.timeoutMs),
  );
  return {
    askEveryMs: ASK_EVERY_MS,
    find: sharedCall(async () => {
      const asked = panel.ask(options.servers, (redis) => askSentinel(redis, name));
      const answers = await asked.catch((error: unknown) => {
        throw ofSentinel(error);
      });
      return answers.reduce((newest, answer) => (answer.epoch > newest.epoch ? answer : newest)).address;
    }),
    close: () => panel.close(),
  };
}

async function askSentinel(redis: Redis, name: string): Promise<Answer | undefined> {
  let replies: readonly [unknown, unknown];
  try {
    // In this order: an address must not be older than its epoch. While a failover is under way `MASTER` has the new epoch
    // and still the old address; `GET-MASTER-ADDR-BY-NAME` names the new primary as soon as it is promoted.
    replies = await Promise.all([
      redis.call("SENTINEL", "MASTER", name),
      redis.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name),
    ]);
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    if (/No such master/i.test(message)) throw unknownName();
    if (/unknown command/i.test(message)) throw noSentinel();
    throw error;
  }
  const [state, current] = replies;
  if (!Array.isArray(state) || !Array.isArray(current)) return undefined;
  const [host, port] = current.map(String);
  if (host === undefined || !(Number(port) > 0)) return undefined;
  const epoch = Number(state[state.indexOf("config-epoch") + 1]);
  return { address: { host, port: Number(port) }, epoch };
}

/** The Sentinels have a login of their own. */
function ofSentinel(error: unknown): unknown {
  if (!(error instanceof CookieAuthenticatorError) || error.code !== "ERR_STORE_ACCESS") return error;
  if (typeof error.details.reply !== "string") return error; // TLS, or plain text that isn't allowed
  return new CookieAuthenticatorError(error.code, `${error.message}, a Sentinel`, {
    hint: "compare store.sentinel.username and store.sentinel.password with the Sentinels' users; docs/valkey.md has their ACL line",
    details: error.details,
  });
}

function noSentinel(): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_SERVER", "a server of store.servers is no Sentinel", {
    hint: 'with store.topology "sentinel" they are the Sentinels, by default on port 26379, and not the servers themselves',
  });
}

function unknownName(): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_SERVER", "the Sentinels watch no primary of this name", {
    hint: "compare store.sentinel.name with `sentinel monitor` in their configuration",
  });
}
