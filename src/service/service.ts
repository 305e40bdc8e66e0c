// The running component: one authenticator attached to every router, the health endpoint, and an orderly end.

import type { Authenticator } from "../authenticator/authenticator.js";
import type { Config } from "../config/config.js";
import type { Log } from "../log/logger.js";
import type { CookieReader } from "../store/cookie-reader.js";
import { createAuthenticatorProcedure } from "../wamp/authenticator-procedure.js";
import { attachRouter, type RouterStatus } from "../wamp/router-attachment.js";
import { type HealthServer, startHealthServer } from "./health-server.js";
import { checkReadiness } from "./readiness.js";
import type { SessionService, SessionServiceStatus } from "./session-service.js";

export interface ServiceOptions {
  readonly config: Pick<Config, "routers" | "health">;
  readonly authenticator: Authenticator;
  /** Closed by `stop`, and with it the store that it is part of. */
  readonly reader: CookieReader;
  /** Sessions of our own, if they are configured. */
  readonly sessions?: SessionService | undefined;
  readonly log: Log;
}

export interface ServiceStatus {
  readonly routers: readonly RouterStatus[];
  /** Realms with session procedures and live connections; `undefined` without sessions. */
  readonly sessions: SessionServiceStatus | undefined;
  /** Calls of routers that are being answered. */
  readonly callsInFlight: number;
  /** The health server's port, while it listens. */
  readonly healthPort: number | undefined;
}

export interface Service {
  /**
   * Resolves when everything is started, not when the routers are joined: they may not even be up yet.
   * @throws CookieAuthenticatorError `ERR_HEALTH_LISTEN`: the health port can't be opened; nothing runs then.
   */
  start(): Promise<void>;
  /** Ends it in order; calls in flight get their answers. Calling it again gives the same promise. */
  stop(): Promise<void>;
  status(): ServiceStatus;
}

/** How long calls in flight may take to be answered when the service stops, in milliseconds. */
const DRAIN_TIMEOUT_MS = 5000;

/**
 * The service, not yet started. The routers are independent: one that is down never disturbs another.
 * @throws CookieAuthenticatorError `ERR_WAMP_LOGIN`: the login to a router can't be used.
 */
export function createService(options: ServiceOptions): Service {
  const { config, authenticator, reader, sessions, log } = options;
  const procedure = createAuthenticatorProcedure(authenticator, log);
  const { endpoint } = procedure;
  const attachments = config.routers.map((router) => attachRouter({ router, endpoint, log }));
  const routerStatus = (): RouterStatus[] => attachments.map((attachment) => attachment.status);
  let health: HealthServer | undefined;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    if (config.health !== undefined) {
      health = await startHealthServer(config.health, () =>
        checkReadiness({ routers: routerStatus(), sessions: sessions?.status(), reader }),
      );
      log.info({ host: config.health.host, port: health.port }, "health server listening");
    }
    if (stopping !== undefined) return;
    for (const attachment of attachments) attachment.start();
    sessions?.start();
    log.info({ routers: config.routers.map(({ name }) => name) }, "started");
  };

  const stop = async (): Promise<void> => {
    log.info("stopping");
    // A start that failed has been reported to its caller.
    await starting?.catch(() => {});
    // First no new calls, then the answers to the old ones, and only then GOODBYE: a session that ends with a call
    // in flight gives that call's client ABORT `wamp.error.canceled`.
    await Promise.all(
      [...attachments, ...(sessions === undefined ? [] : [sessions])].map((part) => part.unregister()),
    );
    if (!(await procedure.idle(DRAIN_TIMEOUT_MS))) {
      log.warn({ callsInFlight: procedure.inFlight }, "stopping with calls unanswered");
    }
    await Promise.all([...attachments.map((attachment) => attachment.stop()), sessions?.stop()]);
    // No more calls: what the log owes is all there is.
    authenticator.flush?.();
    await health?.close();
    await reader.close();
    log.info("stopped");
  };

  return {
    start() {
      starting ??= start();
      return starting;
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
    status: () => ({
      routers: routerStatus(),
      sessions: sessions?.status(),
      callsInFlight: procedure.inFlight,
      healthPort: health?.port,
    }),
  };
}
