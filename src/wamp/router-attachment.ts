// One router with the authenticator registered on it: connection and registration together.

import type { RouterConfig } from "../config/config.js";
import type { Log } from "../log/logger.js";
import type { Endpoint } from "./autobahn-types.js";
import { createBackoff } from "./backoff.js";
import { type KeptRegistration, keepRegistered } from "./registration.js";
import { type ConnectionState, createRouterConnection } from "./router-connection.js";

export interface RouterStatus {
  /** The router's name in the configuration. */
  readonly name: string;
  readonly realm: string;
  readonly state: ConnectionState;
  /** Times that it was joined since it is attached; all but the first are reconnects. */
  readonly joins: number;
  /** Whether the router can call us. */
  readonly registered: boolean;
}

export interface RouterAttachment {
  readonly status: RouterStatus;
  /** Begins to join; returns at once. */
  start(): void;
  /** The router sends no new calls after this; those in flight can still be answered. Bounded in time. */
  unregister(): Promise<void>;
  /** Says GOODBYE. Bounded in time. */
  stop(): Promise<void>;
}

/**
 * Attaches `endpoint` to a router: joined and registered again after every kind of end.
 * @throws CookieAuthenticatorError `ERR_WAMP_LOGIN`: the configured login can't be used.
 */
export function attachRouter(options: {
  readonly router: RouterConfig;
  readonly endpoint: Endpoint;
  readonly log: Log;
}): RouterAttachment {
  const { router, endpoint } = options;
  const log = options.log.child({ router: router.name });
  let registration: KeptRegistration | undefined;
  let leaving = false;

  const connection = createRouterConnection({
    router,
    log,
    onJoined({ session }, left) {
      if (leaving) return;
      const backoff = createBackoff({ minMs: router.reconnectMinMs, maxMs: router.reconnectMaxMs });
      const { procedure, invoke } = router;
      registration = keepRegistered({ session, procedure, invoke, endpoint, backoff, left, log });
    },
  });

  return {
    get status() {
      const { state, joins } = connection;
      const { name, realm } = router;
      return { name, realm, state, joins, registered: registration?.registered ?? false };
    },
    start: () => connection.start(),
    async unregister() {
      leaving = true;
      await registration?.unregister();
    },
    stop: () => connection.stop(),
  };
}
