// The other way out: no valid cookie, and the configuration lets such clients in with a role of their own.

import type { Denial, DenialReason, Outcome } from "./outcome.js";
import type { RouterCall } from "./parse-router-call.js";
import type { AuthenticatorPolicy } from "./policy.js";

/** Reasons that only say that there is no valid cookie. A forbidden page, role or caller stays refused. */
const NO_VALID_COOKIE: ReadonlySet<DenialReason> = new Set<DenialReason>([
  "no-cookie",
  "value-malformed",
  "cookie-unknown",
  "cookie-unauthenticated",
  "cookie-expired",
  "cookie-idle",
  "cookie-from-future",
  "realm-mismatch",
]);

/**
 * With `anonymousRole` configured, a client of the anonymous transport without a valid cookie joins the realm it
 * asked for, under the authid that the router invented. Otherwise the denial stands.
 */
export function toAnonymous(denial: Denial, call: RouterCall, policy: AuthenticatorPolicy): Outcome {
  const { anonymousRole: role, allowedRealms } = policy;
  const { realm, authid } = call;
  if (role === undefined || call.authmethod !== "anonymous" || !NO_VALID_COOKIE.has(denial.denied))
    return denial;
  if (realm === undefined || authid === undefined) return denial;
  if (allowedRealms !== undefined && !allowedRealms.includes(realm)) return denial;
  return { realm, authid, role, extra: {} };
}
