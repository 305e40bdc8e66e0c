// The spine: a router's call becomes a principal or a denial. Read it from top to bottom.

import type { CookieReader } from "../store/cookie-reader.js";
import type { Caller } from "./authenticator.js";
import { checkCaller } from "./check-caller.js";
import { checkCookie } from "./check-cookie.js";
import { checkOrigin } from "./check-origin.js";
import { findCredential } from "./find-credential.js";
import { deny, isDenial, type Outcome } from "./outcome.js";
import { parseRouterCall } from "./parse-router-call.js";
import type { AuthenticatorPolicy } from "./policy.js";
import { toAnonymous } from "./to-anonymous.js";
import { toPrincipal } from "./to-principal.js";
import { withDeadline } from "./with-deadline.js";

/** What the steps need from outside. `nowNs`: the clock, ns since 1970 UTC. */
export interface AuthenticateInput {
  readonly reader: CookieReader;
  readonly policy: AuthenticatorPolicy;
  readonly nowNs: () => bigint;
}

/**
 * Who may join, and as whom.
 *
 * @param args the router's `[realm, authid, details]`, untrusted
 * @throws a coded fault of the store, or `ERR_AUTHENTICATE_TIMEOUT`; a refusal is a returned `Denial`
 */
export async function authenticate(
  args: readonly unknown[],
  caller: Caller,
  { reader, policy, nowNs }: AuthenticateInput,
): Promise<Outcome> {
  const foreignCaller = checkCaller(caller, policy);
  if (foreignCaller !== undefined) return foreignCaller;

  const call = parseRouterCall(args);
  if (isDenial(call)) return call;

  const foreignPage = checkOrigin(call, policy.origin);
  if (foreignPage !== undefined) return foreignPage;

  const credential = findCredential(call, policy);
  if (isDenial(credential)) return toAnonymous(credential, call, policy);

  const found = reader.findByValue(credential.value);
  const cookie = found instanceof Promise ? await withDeadline(found, policy.deadlineMs) : found;
  if (cookie === undefined) return toAnonymous(deny("cookie-unknown"), call, policy);

  const reason = checkCookie({ cookie, call, policy, nowNs: nowNs() });
  if (reason !== undefined) return toAnonymous(deny(reason, { oid: cookie.oid }), call, policy);

  return toPrincipal(cookie, policy);
}
