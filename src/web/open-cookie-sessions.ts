// CookieSessions on a database, for a program that has neither a component nor a configuration file of its own.

import type { CookieAuthenticatorError } from "../errors.js";
import { createSteadyClock, type SteadyClock } from "../lifetime/steady-clock.js";
import { createSilentLog, type Log } from "../log/logger.js";
import { CookieSessions } from "../session/cookie-sessions.js";
import type { SessionEvent } from "../session/session.js";
import { argumentError } from "../session/session-errors.js";
import type { SessionPolicy } from "../session/session-policy.js";
import { openLastingStore } from "../store/open-lasting-store.js";

export interface OpenCookieSessionsOptions {
  /** Path of the database directory. */
  readonly path: string;
  /** Our writes stop before the used pages pass this; 1 GiB by default, which is Crossbar's own. */
  readonly maxSizeBytes?: number | undefined;
  /** `shared`, the default: a Crossbar writes into the database too; `exclusive`: nobody but this package. */
  readonly mode?: "shared" | "exclusive" | undefined;
  /** Store the SHA-256 of values; only with `exclusive`. By default as the database says. */
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
 * operation rejects with `ERR_STORE_NOT_FOUND`.
 *
 * @throws what `openCookieStore` throws, but for errors that may pass; `ERR_SESSION_ARGUMENT` if the policy is weak, or
 *   `hashValues` isn't with `exclusive`
 *
 * @example
 * const { sessions, close } = await openCookieSessions({ path: "/var/lib/crossbar/.cookies" });
 */
export async function openCookieSessions(options: OpenCookieSessionsOptions): Promise<OpenCookieSessions> {
  const { path, maxSizeBytes = DEFAULT_MAX_SIZE_BYTES, mode = "shared", hashValues, onReplaced } = options;
  const { policy, clock = createSteadyClock(), onChange, log = createSilentLog() } = options;
  // S-07: a Crossbar would look for values and find hashes.
  if (hashValues === true && mode !== "exclusive")
    throw argumentError("hashValues", "only for a database that no Crossbar shares: set mode to exclusive");
  const store = await openLastingStore({
    path,
    maxSizeBytes,
    sessions: { mode },
    ...(hashValues === undefined ? {} : { hashValues }),
    events: {
      onAvailable: (info) => log.info({ event: "store-available", ...info }, "cookie database open"),
      onUnavailable: ({ code, message }) =>
        log.warn({ event: "store-unavailable", code }, `cookie database unavailable: ${message}`),
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
