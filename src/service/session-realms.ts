// The realms in which there are sessions: each a connection of its own, with the procedures and the live view.

import type { RouterConfig, SessionsConfig } from "../config/config.js";
import { createAuthorizer } from "../live/authorize.js";
import type { LiveRealmName } from "../live/live-realm.js";
import type { LiveSessions } from "../live/live-sessions.js";
import type { Log } from "../log/logger.js";
import type { SessionProcedures } from "../procedures/session-procedures.js";
import type { Endpoint } from "../wamp/autobahn-types.js";
import { attachSessionRealm, type RealmAttachment } from "../wamp/realm-attachment.js";
import { toSessionEndpoints } from "../wamp/session-endpoints.js";
import { type Attached, createAttachments } from "./attachments.js";

export interface SessionRealmsOptions {
  readonly routers: readonly RouterConfig[];
  /** What is in force; its `prefix`, and whether it has an authorizer, never change. */
  readonly config: () => SessionsConfig;
  readonly handlers: SessionProcedures["handlers"];
  readonly live: LiveSessions;
  readonly log: Log;
}

/** One realm of one router. */
interface RealmTarget {
  readonly router: RouterConfig;
  readonly realm: string;
}

export interface SessionRealms extends Attached {
  readonly parts: readonly RealmAttachment[];
  /** The realms of these routers and no others; what hasn't changed isn't touched. */
  follow(routers: readonly RouterConfig[]): Promise<void>;
}

/** The realms of `options.routers`, not yet attached. */
export function createSessionRealms(options: SessionRealmsOptions): SessionRealms {
  const { handlers, live, log } = options;
  const { prefix } = options.config();
  const realms = createAttachments(toTargets(options.routers), {
    toKey: ({ router, realm }: RealmTarget) => JSON.stringify([router.name, realm]),
    attach({ router, realm }) {
      const at = { router: router.name, realm };
      const procedures = {
        ...toSessionEndpoints({ handlers }, prefix, at),
        ...authorizerEndpoint(at, options),
      };
      return attachSessionRealm({ router, realm: live.attach(at), procedures, log });
    },
    onDetached: ({ router, realm }) => live.detach({ router: router.name, realm }),
  });
  return {
    get parts() {
      return realms.parts;
    },
    start: () => realms.start(),
    unregister: () => realms.unregister(),
    stop: () => realms.stop(),
    follow: (routers) => realms.follow(toTargets(routers)),
  };
}

/** The router's own realm and procedure are the authenticator's: a change of them is no change for its sessions. */
function toTargets(routers: readonly RouterConfig[]): RealmTarget[] {
  return routers.flatMap((router) =>
    router.sessionRealms.map((realm) => ({
      router: { ...router, sessionRealms: [], realm, procedure: "" },
      realm,
    })),
  );
}

/** `<prefix>authorize`, for roles whose configuration at the router names it as their `authorizer`. */
function authorizerEndpoint(
  at: LiveRealmName,
  parts: Pick<SessionRealmsOptions, "config" | "live" | "log">,
): Readonly<Record<string, Endpoint>> {
  const { config, live, log } = parts;
  const { authorizer, prefix } = config();
  if (authorizer === undefined) return {};
  const authorize = createAuthorizer({
    get permissions() {
      return config().authorizer?.permissions ?? [];
    },
    callerRoles: ["trusted"],
    isEnded: (session) => live.isEnded(at, session),
    log: log.child({ ...at }),
  });
  return {
    [`${prefix}authorize`]: (args, _kwargs, { caller_authrole: authrole }) => authorize(args, { authrole }),
  };
}
