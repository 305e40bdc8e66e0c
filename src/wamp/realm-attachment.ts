// One realm of one router: a connection of its own, with the session procedures registered and its sessions watched.

import type { RouterConfig } from "../config/config.js";
import type { LiveRealm } from "../live/live-realm.js";
import type { Log } from "../log/logger.js";
import type { Endpoint } from "./autobahn-types.js";
import { createBackoff } from "./backoff.js";
import { createEventPublisher, type EventPublisher } from "./event-publisher.js";
import { killSession } from "./kill-session.js";
import { type KeptProcedures, keepProcedures } from "./procedure-registrations.js";
import { type ConnectionState, createRouterConnection } from "./router-connection.js";
import { type SessionWatch, watchSessions } from "./session-watch.js";

export interface RealmStatus {
  /** The router's name in the configuration. */
  readonly router: string;
  readonly realm: string;
  readonly state: ConnectionState;
  /** Times that it was joined since it is attached; all but the first are reconnects. */
  readonly joins: number;
  /** Whether the router can call all our procedures. */
  readonly registered: boolean;
  /** Whether we know who is joined. */
  readonly watching: boolean;
}

export interface RealmAttachment extends EventPublisher {
  readonly status: RealmStatus;
  /** Begins to join; returns at once. */
  start(): void;
  /** The router sends no new calls after this. Bounded in time. */
  unregister(): Promise<void>;
  /** Says GOODBYE. Bounded in time. */
  stop(): Promise<void>;
}

export interface RealmAttachmentOptions {
  /** The router; its `realm` is another one's matter, ours is that of `realm`. */
  readonly router: RouterConfig;
  readonly realm: LiveRealm;
  /** By their URIs. */
  readonly procedures: Readonly<Record<string, Endpoint>>;
  readonly log: Log;
  /** How often the list of sessions is read again, in milliseconds; for tests. */
  readonly listEveryMs?: number;
}

/**
 * Attaches to a realm: joined, registered and watching again after every kind of end. What the router needs to be
 * told is told in the join handler; nothing is remembered from the session before.
 * @throws CookieAuthenticatorError `ERR_WAMP_LOGIN`: the configured login can't be used.
 */
export function attachSessionRealm(options: RealmAttachmentOptions): RealmAttachment {
  const { router, realm, procedures } = options;
  const log = options.log.child({ router: router.name, realm: realm.realm });
  const { reconnectMinMs: retryMinMs, reconnectMaxMs: retryMaxMs } = router;
  let registrations: KeptProcedures | undefined;
  let watch: SessionWatch | undefined;
  let publisher: EventPublisher | undefined;
  let leaving = false;

  const connection = createRouterConnection({
    router: { ...router, realm: realm.realm },
    log,
    onJoined({ session }, left) {
      if (leaving) return;
      left.addEventListener("abort", () => realm.detached(), { once: true });
      realm.attached((target, reason, message) =>
        killSession({ session, left, log }, target, reason, message),
      );
      publisher = createEventPublisher(session, left, log);
      const { invoke } = router;
      const title = "a session procedure";
      registrations = keepProcedures({
        session,
        procedures,
        invoke,
        left,
        log,
        title,
        retryMinMs,
        retryMaxMs,
      });
      const backoff = createBackoff({ minMs: retryMinMs, maxMs: retryMaxMs });
      const { listEveryMs } = options;
      watch = watchSessions({
        session,
        left,
        realm,
        backoff,
        log,
        ...(listEveryMs === undefined ? {} : { listEveryMs }),
      });
    },
  });

  return {
    get status() {
      return {
        router: router.name,
        realm: realm.realm,
        state: connection.state,
        joins: connection.joins,
        registered: registrations?.registered ?? false,
        watching: watch?.watching ?? false,
      };
    },
    publish: (topic, kwargs) => publisher?.publish(topic, kwargs),
    start: () => connection.start(),
    async unregister() {
      leaving = true;
      await registrations?.unregister();
    },
    stop: () => connection.stop(),
  };
}
