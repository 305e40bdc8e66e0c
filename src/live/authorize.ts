// A dynamic authorizer: the configured permissions, and nothing at all for sessions whose cookie session is over.

import { errorCodeOf } from "../errors.js";
import type { Log } from "../log/logger.js";
import type { LiveSession } from "./live-session.js";
import { parseSessionDetails } from "./parse-session-details.js";
import { findGrant, type Permission, type WampAction } from "./permissions.js";

/** What Crossbar takes as an answer. Never cached: its cache knows roles, not sessions. */
export interface Authorization {
  readonly allow: boolean;
  readonly disclose: boolean;
  readonly cache: false;
}

/** @param args `session_details`, `uri`, `action`, `options`, as Crossbar sends them */
export type Authorizer = (
  args: readonly unknown[],
  caller: { readonly authrole?: string | undefined },
) => Promise<Authorization>;

export interface AuthorizerOptions {
  /** Read at each call. */
  readonly permissions: readonly Permission[];
  /** Roles that may ask. Crossbar asks as `trusted`. */
  readonly callerRoles: readonly string[];
  /** Whether the session has lost its rights; see `LiveSessions.isEnded`. */
  readonly isEnded: (session: LiveSession) => Promise<boolean>;
  readonly log: Log;
}

const ACTIONS: readonly string[] = ["call", "register", "publish", "subscribe"] satisfies WampAction[];
const DENIED: Authorization = { allow: false, disclose: false, cache: false };

/**
 * An authorizer for one realm. It denies what it can't judge: a client that ignores GOODBYE has no other hindrance,
 * and a fault must not be its way around. It never rejects.
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { log } = options;
  return async (args, caller) => {
    const [details, uri, action] = args;
    // A client that may call the procedure could ask it which cookies are still good.
    if (caller.authrole === undefined || !options.callerRoles.includes(caller.authrole)) return DENIED;
    const session = parseSessionDetails(details);
    if (session === undefined || typeof uri !== "string" || !isAction(action)) return DENIED;
    const grant = findGrant(options.permissions, uri, action);
    // First what is free of charge.
    if (!grant.allow) return DENIED;
    try {
      return (await options.isEnded(session)) ? DENIED : { ...grant, cache: false };
    } catch (fault) {
      const code = errorCodeOf(fault) ?? "unknown";
      log.error({ code, session: session.session }, "an action is denied: its session can't be checked");
      return DENIED;
    }
  };
}

function isAction(action: unknown): action is WampAction {
  return typeof action === "string" && ACTIONS.includes(action);
}
