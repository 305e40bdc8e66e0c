// One TCP or TLS connection to one server: opened, asked for its role, let go. ioredis does the protocol.

import { Redis, type RedisOptions } from "ioredis";
import { CookieAuthenticatorError } from "../../errors.js";
import { isLoopback } from "../../is-loopback.js";
import { ServerConnector } from "./server-connector.js";
import type { ServerAddress, ServerLogin, ServerTls } from "./valkey-options.js";

/** What a connection needs to know beside the address. */
export interface ConnectionOptions {
  readonly login?: ServerLogin | undefined;
  readonly tls?: ServerTls | undefined;
  /** Without TLS, go to other machines too. */
  readonly allowPlaintext?: boolean | undefined;
  /** RESP version; 3 by default. With 2 a connection that has subscribed gets the messages of client tracking. */
  readonly protocol?: 2 | 3 | undefined;
  /** Breaks off connecting. */
  readonly signal?: AbortSignal | undefined;
}

/** What a server says of itself in its answer to `HELLO`, which every user may send. */
export interface ServerGreeting {
  /** `"master"` or `"replica"`, in the server's words; `""` if it didn't say. */
  readonly role: string;
}

/** `host:port`, with brackets where the host is an IPv6 address. */
export function formatAddress({ host, port }: ServerAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * A connection that is ready for commands. It never reconnects by itself: where to is not its business.
 *
 * @param onEnd called once, when the connection is over, whoever ended it; not if there was none
 * @throws `ERR_STORE_ACCESS`, before anything is sent, for plain TCP to another machine that isn't allowed; what ioredis,
 *   Node.js or the server said (see `toStoreError`), or `ERR_STORE_UNAVAILABLE` after `timeoutMs`
 */
export async function openConnection(
  address: ServerAddress,
  options: ConnectionOptions,
  timeoutMs: number,
  onEnd: (error: unknown) => void,
): Promise<Redis> {
  // Here, since all connections come by: the address may be a Sentinel's or a Cluster's word (a `MOVED`, a failover),
  // and who can forge that could have the password sent anywhere.
  if (options.tls === undefined && options.allowPlaintext !== true && !isLoopback(address.host)) {
    throw plaintextRefused(address);
  }
  const redis = new Redis({ ...toRedisOptions(address, options, timeoutMs), replyMapping: "legacy" });
  let reason: unknown;
  // Without a listener ioredis prints the error, with the command's arguments.
  redis.on("error", (error) => {
    reason ??= error;
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silence(address, timeoutMs)), timeoutMs);
  });
  const breakOff = (): void => redis.disconnect();
  options.signal?.addEventListener("abort", breakOff, { once: true });
  try {
    await Promise.race([redis.connect(), tooLate]);
  } catch (error) {
    redis.disconnect();
    throw error instanceof CookieAuthenticatorError ? error : (reason ?? error);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", breakOff);
  }
  redis.once("end", () => onEnd(reason));
  if (redis.status !== "ready") {
    redis.disconnect();
    throw reason ?? new Error("closed");
  }
  return redis;
}

/** A server that holds its connections and says nothing: frozen, or the network between is cut. */
export function silence(address: ServerAddress, afterMs: number): CookieAuthenticatorError {
  const where = formatAddress(address);
  return new CookieAuthenticatorError(
    "ERR_STORE_UNAVAILABLE",
    `no answer from ${where} within ${afterMs} ms`,
    {
      hint: "is the server overloaded or stopped, the network cut, or TLS asked of a port without it (store.tls)?",
      details: { address: where },
    },
  );
}

function plaintextRefused(address: ServerAddress): CookieAuthenticatorError {
  const where = formatAddress(address);
  return new CookieAuthenticatorError(
    "ERR_STORE_ACCESS",
    `plain TCP to another machine (${where}) isn't allowed: it sends the password and all records in clear`,
    {
      hint: "add store.tls (for Sentinels store.sentinel.tls), or set store.allowPlaintext",
      details: { address: where },
    },
  );
}

/** Asks the server for its role; also a sign of life. */
export async function greet(redis: Redis): Promise<ServerGreeting> {
  const answer = await redis.call("HELLO");
  const fields = Array.isArray(answer) ? answer : [];
  const at = fields.indexOf("role");
  return { role: at < 0 ? "" : String(fields[at + 1]) };
}

function toRedisOptions(
  { host, port }: ServerAddress,
  { login, tls, protocol }: ConnectionOptions,
  timeoutMs: number,
): RedisOptions {
  return {
    host,
    port,
    lazyConnect: true,
    connectTimeout: timeoutMs,
    Connector: ServerConnector,
    retryStrategy: () => null,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    // INFO would need a right; who loads its data says LOADING anyway.
    enableReadyCheck: false,
    disableClientInfo: true,
    keepAlive: 10_000,
    noDelay: true,
    ...(protocol === undefined ? {} : { protocol }),
    // A user without a password takes any.
    ...(login?.username === undefined ? {} : { username: login.username, password: "" }),
    ...(login?.password === undefined ? {} : { password: login.password }),
    ...(tls === undefined ? {} : { tls: toTlsOptions(tls) }),
  };
}

/** The server's certificate is verified always: there is no option that turns it off. */
function toTlsOptions({ ca, cert, key, servername }: ServerTls): NonNullable<RedisOptions["tls"]> {
  return {
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
  };
}
