// The session part of the component: the session class, its procedures and events in every realm, live connections, upkeep.

import type { AcceptedUse } from "../authenticator/create-authenticator.js";
import type { RouterConfig, SessionsConfig } from "../config/config.js";
import { errorCodeOf } from "../errors.js";
import type { SteadyClock } from "../lifetime/steady-clock.js";
import { createLiveSessions } from "../live/live-sessions.js";
import type { LiveRealmStatus } from "../live/live-status.js";
import type { Log } from "../log/logger.js";
import type { RepeatLimit } from "../log/repeat-windows.js";
import { toEventMessage } from "../procedures/event-message.js";
import type { CookieSessions } from "../session/cookie-sessions.js";
import type { SessionEvent } from "../session/session.js";
import type { CookieStore, SweepReport } from "../store/cookie-store.js";
import type { RealmStatus } from "../wamp/realm-attachment.js";
import { toLiveLookup } from "./live-lookup.js";
import { createSessionGeneration, toLastingHandlers, toLiveOptions } from "./session-generation.js";
import type { SessionObserver } from "./session-observer.js";
import { createSessionRealms } from "./session-realms.js";
import { sessionUpkeep } from "./session-upkeep.js";
import { createUpkeep } from "./upkeep.js";

export interface SessionServiceOptions {
  readonly config: SessionsConfig;
  readonly routers: readonly RouterConfig[];
  readonly store: CookieStore;
  /** Shared with the authenticator: all judge lifetimes by one clock. */
  readonly clock: SteadyClock;
  readonly log: Log;
  readonly repeatLimit: RepeatLimit;
  /** What `createMetrics` gives as `sessions`. */
  readonly observer?: SessionObserver | undefined;
}

export interface SessionServiceStatus {
  readonly realms: readonly RealmStatus[];
  readonly live: readonly LiveRealmStatus[];
}

/** A use of a cookie; without `found` its session is looked up. */
export type NotedUse = Pick<AcceptedUse, "oid"> & Partial<AcceptedUse>;

export interface SessionService {
  /** Of the configuration that is in force. */
  readonly sessions: CookieSessions;
  /** Notes that a cookie opened a connection. Returns at once, never throws. */
  used(use: NotedUse): void;
  start(): void;
  /** No new calls after this; those in flight are answered. */
  unregister(): Promise<void>;
  /** GOODBYE to every realm; resolves when nothing uses the store any more. */
  stop(): Promise<void>;
  /**
   * Another configuration: its rules from the next call on, its realms attached and no others. `mode`, `prefix` and
   * whether there is an authorizer must be as they were. Resolves when all is done.
   */
  configure(next: Pick<SessionServiceOptions, "config" | "routers" | "repeatLimit">): Promise<void>;
  status(): SessionServiceStatus;
}

/** @throws CookieAuthenticatorError `ERR_WAMP_LOGIN`: the login to a router can't be used */
export function createSessionService(options: SessionServiceOptions): SessionService {
  const { store, clock, log, observer } = options;
  const { prefix } = options.config;

  const live = createLiveSessions({
    reader: store.reader,
    clock,
    ...toLiveOptions(options.config),
    uriPrefix: prefix,
    log,
    onTold: (at, { reason }) => observer?.told(at, reason),
    onUsed: (used) => {
      for (const found of used) touch({ oid: found.cookie.oid, found });
    },
  });
  const common = { store, clock, log, live: toLiveLookup(live), onChange: changed, observer };
  let current = createSessionGeneration({ ...common, ...options });
  const purge: CookieSessions["purge"] = (purging) => current.sessions.purge(purging);
  const onSwept = (report: SweepReport): void => observer?.swept(report);
  const toJobs = (config: SessionsConfig) =>
    sessionUpkeep({ config, sessions: { purge }, store, clock, log, onSwept });
  const isStoreAway = (): boolean => store.reader.knownFault?.() !== undefined;
  const upkeep = createUpkeep(toJobs(options.config), log, (run) => observer?.ran(run), isStoreAway);
  const realms = createSessionRealms({
    routers: options.routers,
    config: () => current.config,
    handlers: toLastingHandlers(() => current),
    live,
    log,
  });

  /** After the commit: first the live connections, then whoever listens. */
  function changed(event: SessionEvent): void {
    observer?.changed(event.kind, event.reason);
    live.changed([event.oid]);
    const { config } = current;
    if (!config.events) return;
    const { topic, kwargs } = toEventMessage(event, prefix);
    for (const attachment of realms.parts) {
      const { realm } = attachment.status;
      // A realm hears of its own sessions, and of all others only if it manages them.
      if (realm === event.authrealm || config.everyRealm.includes(realm)) attachment.publish(topic, kwargs);
    }
  }

  let hasTouchFailed = false;
  function touch({ oid, peer, userAgent, found }: NotedUse): void {
    current.sessions.touch({ oid }, { peer, userAgent }, {}, found).then(
      (isWritten) => {
        hasTouchFailed = false;
        observer?.touched(isWritten ? "written" : "fresh");
      },
      (fault: unknown) => {
        observer?.touched("failed");
        // The client is in already; at worst its idle time-out comes early.
        log[hasTouchFailed ? "debug" : "warn"](
          { code: errorCodeOf(fault) ?? "unknown", oid },
          "the last use of a session can't be stored",
        );
        hasTouchFailed = true;
      },
    );
  }

  return {
    get sessions() {
      return current.sessions;
    },
    used: touch,
    start() {
      live.start();
      upkeep.start();
      realms.start();
    },
    unregister: () => realms.unregister(),
    async stop() {
      await Promise.all([upkeep.stop(), live.stop()]);
      await realms.stop();
      current.procedures.flush();
    },
    async configure(next) {
      const { config: before, procedures } = current;
      current = createSessionGeneration({ ...common, ...next });
      procedures.flush();
      live.configure(toLiveOptions(next.config));
      await Promise.all([
        hasSamePauses(before, next.config) ? undefined : upkeep.replace(toJobs(next.config)),
        realms.follow(next.routers),
      ]);
    },
    status: () => ({ realms: realms.parts.map(({ status }) => status), live: live.status() }),
  };
}

function hasSamePauses(a: SessionsConfig, b: SessionsConfig): boolean {
  return a.purgeIntervalMs === b.purgeIntervalMs && a.sweepIntervalMs === b.sweepIntervalMs;
}
