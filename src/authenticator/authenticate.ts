// The spine: a router's call becomes a principal or a denial. Read it from top to bottom.

import type { CookieReader } from "../store/cookie-reader.js";
import type { Caller } from "./authenticator.js";
import { checkCaller } from "./check-caller.js";
import { checkCookie } from "./check-cookie.js";
import { checkOrigin } from "./check-origin.js";
import type { FailureLimiter } from "./failure-limiter.js";
import { findCredential } from "./find-credential.js";
import { type Denial, deny, isDenial, type Outcome } from "./outcome.js";
import { parseRouterCall, type RouterCall } from "./parse-router-call.js";
import type { AuthenticatorPolicy } from "./policy.js";
import { toAnonymous } from "./to-anonymous.js";
import { toPrincipal } from "./to-principal.js";
import { withDeadline } from "./with-deadline.js";

/** What the steps need from outside. `nowNs`: the clock, ns since 1970 UTC. */
export interface AuthenticateInput {
  readonly reader: CookieReader;
  readonly policy: AuthenticatorPolicy;
  readonly failures: FailureLimiter;
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
  input: AuthenticateInput,
): Promise<Outcome> {
  const { reader, policy, failures, nowNs } = input;
  const foreignCaller = checkCaller(caller, policy);
  if (foreignCaller !== undefined) return foreignCaller;

  const call = parseRouterCall(args);
  if (isDenial(call)) return call;

  const foreignPage = checkOrigin(call, policy.origin);
  if (foreignPage !== undefined) return foreignPage;

  const tooManyFailures = failures.check(call.peer);
  if (tooManyFailures !== undefined) return tooManyFailures;

  const credential = findCredential(call, policy);
  if (isDenial(credential)) return fail(credential, call, input);

  const found = reader.findByValue(credential.value);
  const cookie = found instanceof Promise ? await withDeadline(found, policy.deadlineMs) : found;
  if (cookie === undefined) return fail(deny("cookie-unknown"), call, input);

  const reason = checkCookie({ cookie, call, policy, nowNs: nowNs() });
  if (reason !== undefined) return fail(deny(reason, { oid: cookie.oid }), call, input);

  return toPrincipal(cookie, policy);
}

/** No valid cookie: a wrong one counts against the peer, and either way the client may still be a visitor. */
function fail(denial: Denial, call: RouterCall, { policy, failures }: AuthenticateInput): Outcome {
  if (denial.denied !== "no-cookie") failures.count(call.peer);
  return toAnonymous(denial, call, policy);
}
