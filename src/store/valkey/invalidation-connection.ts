// One connection on which a server tells what changes, and answers pings in the same order.
//
// Client tracking in broadcast mode: the server remembers no keys for us, tells every change under the prefixes, and
// look-ups may use any other connection. ioredis drops the messages of RESP3. In RESP2 they come as those of a channel,
// to the connection that tracking redirects to, which may be the same one: so there is one connection, and no second one
// whose loss would silence the first.

import type { Redis } from "ioredis";
import { CookieAuthenticatorError } from "../../errors.js";
import { type ConnectionOptions, formatAddress, openConnection, silence } from "./server-connection.js";
import { IDENTITY_SECTIONS, parseIdentity, type ServerIdentity } from "./server-identity.js";
import type { ServerAddress } from "./valkey-options.js";

/** The channel's name is the server's (Redis and Valkey, "Client-side caching"). */
const CHANNEL = "__redis__:invalidate";

export interface InvalidationConnection {
  /** The server at its other end, when it was opened. */
  readonly identity: ServerIdentity;
  /** Resolves with the answer. Changes that the server told before it have been handed on by then. */
  ping(): Promise<void>;
  /** Ends it; pings under way are rejected. */
  close(): void;
}

export interface InvalidationEvents {
  /** A key under one of the prefixes was changed, deleted or has expired. */
  readonly onChanged: (key: string) => void;
  /** All keys may have changed: the server was emptied, or has taken over another's data. */
  readonly onAllChanged: () => void;
  /** Called once, when the connection is over, whoever ended it. */
  readonly onEnd: (error: unknown) => void;
}

/**
 * Resolves when changes are told.
 *
 * @throws what ioredis, Node.js or the server said (see `toStoreError`); `ERR_STORE_UNAVAILABLE`, also after `timeoutMs`
 */
export async function openInvalidationConnection(
  address: ServerAddress,
  prefixes: readonly string[],
  options: ConnectionOptions & { readonly timeoutMs: number; readonly mayBeReplica: boolean },
  events: InvalidationEvents,
): Promise<InvalidationConnection> {
  const redis = await openConnection(address, { ...options, protocol: 2 }, options.timeoutMs, events.onEnd);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    redis.disconnect();
  }, options.timeoutMs);
  redis.on("messageBuffer", (_channel: unknown, keys: unknown) => tell(keys, events));
  try {
    const identity = parseIdentity(await redis.info(...IDENTITY_SECTIONS));
    if (identity === undefined || !(identity.isPrimary || options.mayBeReplica)) throw noPrimary(address);
    await track(redis, prefixes);
    return { identity, ping: async () => void (await redis.ping()), close: () => redis.disconnect() };
  } catch (error) {
    redis.disconnect();
    throw isLate ? silence(address, options.timeoutMs) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** A replica tells changes too, but only when it has got them itself. */
function noPrimary(address: ServerAddress): CookieAuthenticatorError {
  const where = formatAddress(address);
  return new CookieAuthenticatorError("ERR_STORE_UNAVAILABLE", `${where} isn't the primary`, {
    hint: "nothing: the primary is looked for again",
    details: { address: where },
  });
}

async function track(redis: Redis, prefixes: readonly string[]): Promise<void> {
  const id = String(await redis.client("ID"));
  const watched = prefixes.flatMap((prefix) => ["PREFIX", prefix]);
  await redis.call("CLIENT", "TRACKING", "ON", "REDIRECT", id, "BCAST", ...watched);
  // Last: what is told before it is lost, and afterwards hardly any other command is allowed.
  await redis.subscribe(CHANNEL);
}

/** @param keys an array of keys, or `null` for all: ioredis hands the message on as it came */
function tell(keys: unknown, { onChanged, onAllChanged }: InvalidationEvents): void {
  if (!Array.isArray(keys)) onAllChanged();
  else for (const key of keys) onChanged(String(key));
}
