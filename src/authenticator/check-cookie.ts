// Step 8: the checks of the cookie that was found, an ordered list; the first reason to refuse wins.

import type { Cookie } from "../record/cookie.js";
import type { CookieUse } from "../store/cookie-reader.js";
import { checkAuthenticated } from "./check-authenticated.js";
import { checkAuthid } from "./check-authid.js";
import { checkExpiry } from "./check-expiry.js";
import { checkRealm } from "./check-realm.js";
import { checkRole } from "./check-role.js";
import type { DenialReason } from "./outcome.js";
import type { RouterCall } from "./parse-router-call.js";
import type { AuthenticatorPolicy } from "./policy.js";

/** What a check sees. `nowNs`: ns since 1970 UTC. */
export interface CheckInput {
  readonly cookie: Cookie;
  /** Its last use; looked up only where an idle time-out is configured. */
  readonly use: CookieUse | undefined;
  readonly call: RouterCall;
  readonly policy: AuthenticatorPolicy;
  readonly nowNs: bigint;
}

/** A reason to refuse, or nothing. */
export type CookieCheck = (input: CheckInput) => DenialReason | undefined;

const CHECKS: readonly CookieCheck[] = [checkAuthenticated, checkExpiry, checkRealm, checkAuthid, checkRole];

/** The first reason to refuse the cookie, or nothing. */
export function checkCookie(input: CheckInput): DenialReason | undefined {
  for (const check of CHECKS) {
    const reason = check(input);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
