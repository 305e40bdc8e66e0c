// The running component: one authenticator attached to every router, health and metrics, and an orderly end.

import type { Authenticator } from "../authenticator/authenticator.js";
import type { Config, RouterConfig } from "../config/config.js";
import type { Log } from "../log/logger.js";
import type { CookieReader } from "../store/cookie-reader.js";
import { createAuthenticatorProcedure } from "../wamp/authenticator-procedure.js";
import { attachRouter, type RouterAttachment, type RouterStatus } from "../wamp/router-attachment.js";
import { createAttachments } from "./attachments.js";
import type { MetricsPage } from "./metrics-page.js";
import { type OpenPages, openPages } from "./open-pages.js";
import type { SessionService, SessionServiceStatus } from "./session-service.js";

export interface ServiceOptions {
  readonly config: Pick<Config, "routers" | "health"> & Partial<Pick<Config, "metrics">>;
  readonly authenticator: Authenticator;
  /** Closed by `stop`, and with it the store that it is part of. */
  readonly reader: CookieReader;
  /** Sessions of our own, if they are configured. */
  readonly sessions?: SessionService | undefined;
  /** What `createMetrics` gives; shown where `config.metrics` says, if it does. */
  readonly metrics?: MetricsPage | undefined;
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
  /** The port with the metrics, while it is listened on. */
  readonly metricsPort: number | undefined;
}

export interface Service {
  /**
   * Resolves when everything is started, not when the routers are joined: they may not even be up yet.
   * @throws CookieAuthenticatorError `ERR_HEALTH_LISTEN`, `ERR_METRICS_LISTEN`: a port can't be opened; nothing runs then.
   */
  start(): Promise<void>;
  /** Ends it in order; calls in flight get their answers. Calling it again gives the same promise. */
  stop(): Promise<void>;
  /**
   * Attaches to these routers and to no others; one that hasn't changed isn't touched. Calls in flight of a router that
   * is let go get their answers. Resolves when all is done.
   */
  follow(routers: readonly RouterConfig[]): Promise<void>;
  status(): ServiceStatus;
}

/** A router with the calls that it has made. */
interface RouterPart extends RouterAttachment {
  readonly inFlight: number;
}

/** How long calls in flight may take to be answered when the service stops, in milliseconds. */
const DRAIN_TIMEOUT_MS = 5000;

/**
 * The service, not yet started. The routers are independent: one that is down never disturbs another.
 * @throws CookieAuthenticatorError `ERR_WAMP_LOGIN`: the login to a router can't be used.
 */
export function createService(options: ServiceOptions): Service {
  const { config, authenticator, reader, sessions, metrics, log } = options;
  const routers = createAttachments(toTargets(config.routers), {
    toKey: ({ name }) => name,
    attach: (router) => attachPart(router, authenticator, log),
  });
  const status = (): ServiceStatus => ({
    routers: routers.parts.map((part) => part.status),
    sessions: sessions?.status(),
    callsInFlight: routers.parts.reduce((sum, { inFlight }) => sum + inFlight, 0),
    healthPort: pages?.healthPort,
    metricsPort: pages?.metricsPort,
  });
  let pages: OpenPages | undefined;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    pages = await openPages({ config, metrics, reader, status, log });
    if (stopping !== undefined) return;
    routers.start();
    sessions?.start();
    log.info({ routers: config.routers.map(({ name }) => name) }, "started");
  };

  const stop = async (): Promise<void> => {
    log.info("stopping");
    // A start that failed has been reported to its caller.
    await starting?.catch(() => {});
    // First no new calls, then the answers to the old ones, and only then GOODBYE: a session that ends with a call
    // in flight gives that call's client ABORT `wamp.error.canceled`.
    await Promise.all([routers.unregister(), sessions?.unregister()]);
    await Promise.all([routers.stop(), sessions?.stop()]);
    // No more calls: what the log owes is all there is.
    authenticator.flush?.();
    await pages?.close();
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
    follow: (next) => routers.follow(toTargets(next)),
    status,
  };
}

/** Session realms are the session service's: a change of them alone is no change of a router. */
function toTargets(routers: readonly RouterConfig[]): RouterConfig[] {
  return routers.map((router) => ({ ...router, sessionRealms: [] }));
}

/** Each router has a procedure of its own, so that one of them can be let go while others call. */
function attachPart(router: RouterConfig, authenticator: Authenticator, log: Log): RouterPart {
  const procedure = createAuthenticatorProcedure(authenticator, log);
  const attachment = attachRouter({ router, endpoint: procedure.endpoint, log });
  return {
    get status() {
      return attachment.status;
    },
    get inFlight() {
      return procedure.inFlight;
    },
    start: () => attachment.start(),
    async unregister() {
      await attachment.unregister();
      if (await procedure.idle(DRAIN_TIMEOUT_MS)) return;
      log.warn({ router: router.name, callsInFlight: procedure.inFlight }, "stopping with calls unanswered");
    },
    stop: () => attachment.stop(),
  };
}
