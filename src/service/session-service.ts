// The session part of the component: the session class, its procedures and events in every realm, live connections, upkeep.

import type { AcceptedUse } from "../authenticator/create-authenticator.js";
import type { RouterConfig, SessionsConfig } from "../config/config.js";
import { errorCodeOf } from "../errors.js";
import type { SteadyClock } from "../lifetime/steady-clock.js";
import { createAuthorizer } from "../live/authorize.js";
import type { LiveRealmName } from "../live/live-realm.js";
import { createLiveSessions, type LiveRealmStatus, type LiveSessions } from "../live/live-sessions.js";
import type { Log } from "../log/logger.js";
import type { RepeatLimit } from "../log/repeat-windows.js";
import { toEventMessage } from "../procedures/event-message.js";
import { createSessionProcedures } from "../procedures/session-procedures.js";
import { CookieSessions } from "../session/cookie-sessions.js";
import type { SessionEvent } from "../session/session.js";
import type { CookieStore } from "../store/cookie-store.js";
import type { Endpoint } from "../wamp/autobahn-types.js";
import { attachSessionRealm, type RealmAttachment, type RealmStatus } from "../wamp/realm-attachment.js";
import { toSessionEndpoints } from "../wamp/session-endpoints.js";
import { toLiveLookup } from "./live-lookup.js";
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
}

export interface SessionServiceStatus {
  readonly realms: readonly RealmStatus[];
  readonly live: readonly LiveRealmStatus[];
}

export interface SessionService {
  readonly sessions: CookieSessions;
  /** Notes that a cookie opened a connection. Returns at once, never throws. */
  used(use: AcceptedUse): void;
  start(): void;
  /** No new calls after this; those in flight are answered. */
  unregister(): Promise<void>;
  /** GOODBYE to every realm; resolves when nothing uses the store any more. */
  stop(): Promise<void>;
  status(): SessionServiceStatus;
}

const NS_PER_MS = 1_000_000n;

/** @throws CookieAuthenticatorError `ERR_WAMP_LOGIN`: the login to a router can't be used */
export function createSessionService(options: SessionServiceOptions): SessionService {
  const { config, store, clock, log } = options;
  const { policy, prefix } = config;
  const attachments: RealmAttachment[] = [];

  const sessions = new CookieSessions({ store, policy, clock, onChange: changed });
  const live = createLiveSessions({
    reader: store.reader,
    clock,
    rules: {
      maxLifetimeSeconds: policy.maxLifetimeSeconds,
      idleSeconds: policy.idleSeconds,
      liveIsUse: config.liveIsUse,
      leaveTimeoutNs: BigInt(config.leaveTimeoutMs) * NS_PER_MS,
    },
    checkIntervalMs: config.checkIntervalMs,
    uriPrefix: prefix,
    log,
    onUsed: (oids) => {
      for (const oid of oids) touch({ oid, peer: undefined, userAgent: undefined });
    },
  });
  const procedures = createSessionProcedures({
    sessions,
    live: toLiveLookup(live),
    rules: config,
    log,
    repeatLimit: options.repeatLimit,
  });
  const upkeep = createUpkeep(sessionUpkeep({ config, sessions, store, clock, log }), log);

  for (const router of options.routers) {
    for (const realm of router.sessionRealms) {
      const at = { router: router.name, realm };
      const endpoints = {
        ...toSessionEndpoints(procedures, prefix, at),
        ...authorizerEndpoint(at, { config, live, log }),
      };
      attachments.push(attachSessionRealm({ router, realm: live.attach(at), procedures: endpoints, log }));
    }
  }

  /** After the commit: first the live connections, then whoever listens. */
  function changed(event: SessionEvent): void {
    live.changed([event.oid]);
    if (!config.events) return;
    const { topic, kwargs } = toEventMessage(event, prefix);
    for (const attachment of attachments) {
      const { realm } = attachment.status;
      // A realm hears of its own sessions, and of all others only if it manages them.
      if (realm === event.authrealm || config.everyRealm.includes(realm)) attachment.publish(topic, kwargs);
    }
  }

  let hasTouchFailed = false;
  function touch({ oid, peer, userAgent }: AcceptedUse): void {
    sessions.touch({ oid }, { peer, userAgent }).then(
      () => {
        hasTouchFailed = false;
      },
      (fault: unknown) => {
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
    sessions,
    used: touch,
    start() {
      live.start();
      upkeep.start();
      for (const attachment of attachments) attachment.start();
    },
    async unregister() {
      await Promise.all(attachments.map((attachment) => attachment.unregister()));
    },
    async stop() {
      await Promise.all([upkeep.stop(), live.stop()]);
      await Promise.all(attachments.map((attachment) => attachment.stop()));
      procedures.flush();
    },
    status: () => ({ realms: attachments.map(({ status }) => status), live: live.status() }),
  };
}

/** `<prefix>authorize`, for roles whose configuration at the router names it as their `authorizer`. */
function authorizerEndpoint(
  at: LiveRealmName,
  parts: { readonly config: SessionsConfig; readonly live: LiveSessions; readonly log: Log },
): Readonly<Record<string, Endpoint>> {
  const { config, live, log } = parts;
  if (config.authorizer === undefined) return {};
  const authorize = createAuthorizer({
    permissions: config.authorizer.permissions,
    callerRoles: ["trusted"],
    isEnded: (session) => live.isEnded(at, session),
    log: log.child({ ...at }),
  });
  return {
    [`${config.prefix}authorize`]: (args, _kwargs, { caller_authrole: authrole }) =>
      authorize(args, { authrole }),
  };
}
