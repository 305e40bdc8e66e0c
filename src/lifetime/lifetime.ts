// When a cookie's time is over: the one rule that look-ups, sessions and live connections share.

import type { Cookie } from "../record/cookie.js";
import type { CookieUse } from "../store/cookie-reader.js";

/** The configured limits, in seconds; `undefined`: none of our own. */
export interface LifetimeLimits {
  /** Longest life from `created`, whatever the record says. */
  readonly maxLifetimeSeconds: number | undefined;
  /** Longest time without use. */
  readonly idleSeconds: number | undefined;
}

/** Why a cookie is not valid at a time. */
export type LifetimeEnd = "cookie-expired" | "cookie-idle" | "cookie-from-future";

const NS_PER_SECOND = 1_000_000_000n;
/** How far another machine's clock may be ahead of ours. */
const FUTURE_TOLERANCE_NS = 300n * NS_PER_SECOND;

/**
 * The absolute end, ns since 1970 UTC: `created` + the record's max_age or the configured longest life, whichever is
 * shorter. `undefined`: never. Use doesn't move it (OWASP ASVS 7.3.2).
 */
export function findExpiryNs(cookie: Cookie, limits: LifetimeLimits): bigint | undefined {
  const own = cookie.maxAgeSeconds;
  const cap = limits.maxLifetimeSeconds;
  if (own === undefined && cap === undefined) return undefined;
  const seconds = Math.min(own ?? Number.POSITIVE_INFINITY, cap ?? Number.POSITIVE_INFINITY);
  return cookie.createdNs + BigInt(seconds) * NS_PER_SECOND;
}

/**
 * The end for want of use, ns since 1970 UTC. The login is a use, and so is the making of the record: the user may have
 * proved who it is long before, elsewhere. `undefined`: no idle time-out is configured.
 */
export function findIdleEndNs(
  cookie: Cookie,
  use: CookieUse | undefined,
  limits: LifetimeLimits,
): bigint | undefined {
  if (limits.idleSeconds === undefined) return undefined;
  return findLastUsedNs(cookie, use) + BigInt(limits.idleSeconds) * NS_PER_SECOND;
}

/** The last use that is known, ns since 1970 UTC: the latest of creation, login and use. */
export function findLastUsedNs(cookie: Cookie, use: CookieUse | undefined): bigint {
  let lastUsedNs = cookie.createdNs;
  for (const timeNs of [cookie.authenticatedNs, use?.lastUsedNs]) {
    if (timeNs !== undefined && timeNs > lastUsedNs) lastUsedNs = timeNs;
  }
  return lastUsedNs;
}

/**
 * Why the cookie isn't valid at `nowNs`, or nothing. A cookie made in the future by more than five minutes is refused:
 * its clock, or ours, is wrong, and its life would be longer than anybody meant.
 *
 * @param use the last use; not looked at without an idle time-out
 */
export function checkLifetime(
  cookie: Cookie,
  use: CookieUse | undefined,
  limits: LifetimeLimits,
  nowNs: bigint,
): LifetimeEnd | undefined {
  const expiryNs = findExpiryNs(cookie, limits);
  if (expiryNs !== undefined && nowNs >= expiryNs) return "cookie-expired";
  const idleEndNs = findIdleEndNs(cookie, use, limits);
  if (idleEndNs !== undefined && nowNs >= idleEndNs) return "cookie-idle";
  return cookie.createdNs > nowNs + FUTURE_TOLERANCE_NS ? "cookie-from-future" : undefined;
}
