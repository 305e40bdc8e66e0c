// Check: the cookie's time isn't over, by our clock. Crossbar stores max_age and never enforces it.

import type { CookieCheck } from "./check-cookie.js";

const NS_PER_SECOND = 1_000_000_000n;

/**
 * Refused from `created + lifetime` on, whatever the browser does with its own copy (OWASP ASVS 7.3.2). The lifetime
 * is the record's max_age and the configured longest one, whichever is shorter; a record without max_age has no
 * expiry of its own.
 */
export const checkExpiry: CookieCheck = ({ cookie, policy, nowNs }) => {
  const ownSeconds = cookie.maxAgeSeconds;
  const capSeconds = policy.maxLifetimeSeconds;
  if (ownSeconds === undefined && capSeconds === undefined) return undefined;
  const lifetimeSeconds = Math.min(
    ownSeconds ?? Number.POSITIVE_INFINITY,
    capSeconds ?? Number.POSITIVE_INFINITY,
  );
  const expiresNs = cookie.createdNs + BigInt(lifetimeSeconds) * NS_PER_SECOND;
  return nowNs >= expiresNs ? "cookie-expired" : undefined;
};
