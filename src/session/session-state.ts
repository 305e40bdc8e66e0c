// What a record is as a session: the one rule behind every operation and every count.

import { isDamage } from "../errors.js";
import { checkLifetime, type LifetimeEnd, type LifetimeLimits } from "../lifetime/lifetime.js";
import type { Cookie } from "../record/cookie.js";
import type { CookieUse } from "../store/cookie-reader.js";

/** Every state that a record can have. */
export const SESSION_STATES = [
  "valid",
  "expired",
  "idle",
  "from-future", // made by a clock that is ahead of ours
  "unauthenticated", // a tracking cookie: nobody has logged in with it
  "damaged", // a field that can't be decoded
] as const;

export type SessionState = (typeof SESSION_STATES)[number];

const STATE_OF_END: { readonly [end in LifetimeEnd]: SessionState } = {
  "cookie-expired": "expired",
  "cookie-idle": "idle",
  "cookie-from-future": "from-future",
};

/** The record's state at `nowNs`, ns since 1970 UTC. */
export function findState(
  cookie: Cookie,
  use: CookieUse | undefined,
  limits: LifetimeLimits,
  nowNs: bigint,
): SessionState {
  try {
    // Without a realm nobody can join: the authenticator refuses it too.
    if (!cookie.isAuthenticated || cookie.authrealm === undefined) return "unauthenticated";
    const end = checkLifetime(cookie, use, limits, nowNs);
    return end === undefined ? "valid" : STATE_OF_END[end];
  } catch (error) {
    if (isDamage(error)) return "damaged";
    throw error;
  }
}
