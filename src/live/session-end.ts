// Whether a live session has lost its ground: one session, its cookie, the time.

import { checkLifetime, findExpiryNs, findIdleEndNs, type LifetimeLimits } from "../lifetime/lifetime.js";
import type { UsedCookie } from "../store/cookie-reader.js";
import type { LiveSession } from "./live-session.js";

/** Why a live session is ended; the last part of the URI in its GOODBYE. */
export type LiveEndReason = "revoked" | "expired" | "idle" | "rights_changed";

export interface LiveRules extends LifetimeLimits {
  /** A cookie whose session is connected counts as used: the idle time-out never ends a live session. */
  readonly liveIsUse: boolean;
  /** How long a client that was told to leave may take before it is an alarm, ns. */
  readonly leaveTimeoutNs: bigint;
}

/**
 * Why this session must end, or nothing. It must when its cookie is gone, is over, or says another user, role or
 * realm than the session has.
 *
 * @param used the cookie as the store has it now; `undefined`: it has none
 */
export function findSessionEnd(
  session: LiveSession,
  realm: string,
  used: UsedCookie | undefined,
  rules: LiveRules,
  nowNs: bigint,
): LiveEndReason | undefined {
  if (session.oid === undefined) return undefined;
  if (used === undefined) return "revoked";
  if (session.isTracked) return undefined;
  const { cookie, use } = used;
  // Crossbar's own logout leaves the record and takes the user out of it.
  if (cookie.authid === undefined) return "revoked";
  const isSame =
    cookie.authid === session.authid && cookie.authrole === session.authrole && cookie.authrealm === realm;
  if (!isSame) return "rights_changed";
  switch (checkLifetime(cookie, use, toLimits(rules), nowNs)) {
    case "cookie-expired":
      return "expired";
    case "cookie-idle":
      return "idle";
    // It wasn't when the session joined: somebody has written the record anew.
    case "cookie-from-future":
      return "revoked";
    case undefined:
      return undefined;
  }
}

/** When this cookie's time will be over for a live session, ns since 1970 UTC; `undefined`: never. */
export function findSessionEndNs({ cookie, use }: UsedCookie, rules: LiveRules): bigint | undefined {
  const limits = toLimits(rules);
  return earlier(findExpiryNs(cookie, limits), findIdleEndNs(cookie, use, limits));
}

/** The earlier one of two times, either of which may be never. */
export function earlier(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

function toLimits(rules: LiveRules): LifetimeLimits {
  return rules.liveIsUse ? { ...rules, idleSeconds: undefined } : rules;
}
