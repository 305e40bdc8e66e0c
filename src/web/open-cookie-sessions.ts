// CookieSessions on a store, for a program that has neither a component nor a configuration file of its own.

import type { CookieAuthenticatorError } from "../errors.js";
import { createSteadyClock, type SteadyClock } from "../lifetime/steady-clock.js";
import { createSilentLog, type Log } from "../log/logger.js";
import { CookieSessions } from "../session/cookie-sessions.js";
import type { SessionEvent } from "../session/session.js";
import { argumentError } from "../session/session-errors.js";
import type { SessionPolicy } from "../session/session-policy.js";
import { openLastingTarget } from "../store/open-store-target.js";
import type { StoreTarget } from "../store/store-target.js";
import type { ValkeyOptions } from "../store/valkey/valkey-options.js";

export interface OpenCookieSessionsOptions {
  /** Path of the database directory; this or `valkey`. */
  readonly path?: string | undefined;
  /** A Valkey or Redis, which several machines share. Of the other options of the store only `hashValues` is for it too. */
  readonly valkey?: ValkeyOptions | undefined;
  /** Our writes stop before the used pages pass this; 1 GiB by default, which is Crossbar's own. */
  readonly maxSizeBytes?: number | undefined;
  /**
   * `shared`: a Crossbar writes into the database too; `exclusive`: nobody but this package. By default `shared` with
   * `path`, and with `valkey` `exclusive`, since no Crossbar can write there.
   */
  readonly mode?: "shared" | "exclusive" | undefined;
  /** Store the SHA-256 of values; only with `exclusive`. By default as the store says. */
  readonly hashValues?: boolean | undefined;
  readonly policy?: Partial<SessionPolicy> | undefined;
  readonly clock?: SteadyClock | undefined;
  readonly onChange?: ((event: SessionEvent) => unknown) | undefined;
  /** Another database is in the place of the open one: nothing works until the process is started again. */
  readonly onReplaced?: ((error: CookieAuthenticatorError) => void) | undefined;
  readonly log?: Log | undefined;
}

/** Open sessions; `close` waits for writes under way. */
export interface OpenCookieSessions {
  readonly sessions: CookieSessions;
  close(): Promise<void>;
}

/** Crossbar's default `maxsize`. */
const DEFAULT_MAX_SIZE_BYTES = 1_073_741_824;

/**
 * Opens them, once in a process for a database. It may come later, and go and come back: while it isn't there each
 * operation rejects with `ERR_STORE_NOT_FOUND`, on a Valkey or Redis with `ERR_STORE_UNAVAILABLE` or `ERR_STORE_TIMEOUT`.
 *
 * @throws what `openCookieStore` or `openValkeyStore` throws, but for errors that may pass; `ERR_SESSION_ARGUMENT` if the
 *   policy is weak, or options contradict each other
 *
 * @example
 * const { sessions, close } = await openCookieSessions({ path: "/var/lib/crossbar/.cookies" });
 */
export async function openCookieSessions(options: OpenCookieSessionsOptions): Promise<OpenCookieSessions> {
  const { target, mode } = toTarget(options);
  const { onReplaced, policy, clock = createSteadyClock(), onChange, log = createSilentLog() } = options;
  const store = await openLastingTarget(target, {
    mode,
    events: {
      onAvailable: (info) => log.info({ event: "store-available", ...info }, "cookie database open"),
      onUnavailable: ({ code, message }) =>
        log.warn({ event: "store-unavailable", code }, `cookie database unavailable: ${message}`),
      onWarning: (message) => log.warn({ event: "store-warning" }, message),
      onReplaced(error) {
        log.error({ event: "store-replaced", code: error.code }, error.message);
        onReplaced?.(error);
      },
    },
  });
  try {
    const sessions = new CookieSessions({ store, policy, clock, onChange });
    return { sessions, close: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** @throws `ERR_SESSION_ARGUMENT` if options contradict each other */
function toTarget(options: OpenCookieSessionsOptions): { target: StoreTarget; mode: "shared" | "exclusive" } {
  const { path, valkey, maxSizeBytes = DEFAULT_MAX_SIZE_BYTES, hashValues } = options;
  const { mode = valkey === undefined ? "shared" : "exclusive" } = options;
  if (valkey !== undefined) {
    if (path !== undefined)
      throw argumentError("valkey", "there is a path too: one of them says where the cookies are");
    if (mode === "shared") throw argumentError("mode", "no Crossbar writes to a Valkey or Redis: drop it");
    return {
      target: { type: "valkey", ...valkey, ...(hashValues === undefined ? {} : { hashValues }) },
      mode,
    };
  }
  if (path === undefined) throw argumentError("path", "expected the path of a database, or valkey");
  // S-07: a Crossbar would look for values and find hashes.
  if (hashValues === true && mode !== "exclusive")
    throw argumentError("hashValues", "only for a database that no Crossbar shares: set mode to exclusive");
  return { target: { type: "lmdb", path, maxSizeBytes, hashValues }, mode };
}
