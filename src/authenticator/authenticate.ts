// The spine: a router's call becomes a principal or a denial. Read it from top to bottom.

import type { Cookie } from "../record/cookie.js";
import type { MaybePromise, UsedCookie } from "../store/cookie-reader.js";
import type { Caller } from "./authenticator.js";
import { checkCaller } from "./check-caller.js";
import { checkCookie } from "./check-cookie.js";
import { checkOrigin } from "./check-origin.js";
import { checkSecure } from "./check-secure.js";
import type { FailureLimiter } from "./failure-limiter.js";
import { findCredential } from "./find-credential.js";
import { type Denial, deny, isDenial, type Outcome } from "./outcome.js";
import { parseRouterCall, type RouterCall } from "./parse-router-call.js";
import type { AuthenticatorPolicy } from "./policy.js";
import type { LookUpReader } from "./timed-reader.js";
import { toAnonymous } from "./to-anonymous.js";
import { toPrincipal } from "./to-principal.js";
import { withDeadline } from "./with-deadline.js";

/** What the steps need from outside. `nowNs`: the clock, ns since 1970 UTC, which doesn't go back. */
export interface AuthenticateInput {
  readonly reader: LookUpReader;
  readonly policy: AuthenticatorPolicy;
  readonly failures: FailureLimiter;
  readonly nowNs: () => bigint;
  /** Is told what was found where a cookie opens a connection; then the last use is looked up as well. */
  readonly onAccepted?: ((found: UsedCookie, call: RouterCall) => void) | undefined;
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
  const { policy, failures, nowNs, onAccepted } = input;
  const foreignCaller = checkCaller(caller, policy);
  if (foreignCaller !== undefined) return foreignCaller;

  const call = parseRouterCall(args, policy.trustedProxies);
  if (isDenial(call)) return call;

  const foreignPage = checkOrigin(call, policy.origin);
  if (foreignPage !== undefined) return foreignPage;

  const plainTransport = checkSecure(call, policy);
  if (plainTransport !== undefined) return plainTransport;

  const tooManyFailures = failures.check(call.peer);
  if (tooManyFailures !== undefined) return tooManyFailures;

  const credential = findCredential(call, policy);
  if (isDenial(credential)) return fail(credential, call, input);

  const look = lookUp(credential.value, input);
  const found = look instanceof Promise ? await withDeadline(look, policy.deadlineMs) : look;
  if (found === undefined) return fail(deny("cookie-unknown"), call, input);

  const { cookie, use } = found;
  const reason = checkCookie({ cookie, use, call, policy, nowNs: nowNs() });
  if (reason !== undefined) return fail(deny(reason, { oid: cookie.oid }), call, input);

  const principal = toPrincipal(cookie, policy);
  if (!isDenial(principal)) onAccepted?.(found, call);
  return principal;
}

/** The last use costs a look-up more: an idle time-out needs it, and whoever notes uses. */
function lookUp(
  value: string,
  { reader, policy, onAccepted }: AuthenticateInput,
): MaybePromise<UsedCookie | undefined> {
  if (policy.idleSeconds !== undefined || onAccepted !== undefined) return reader.findUsed({ value });
  const found = reader.findByValue(value);
  if (found instanceof Promise) return found.then(withoutUse);
  return withoutUse(found);
}

function withoutUse(cookie: Cookie | undefined): UsedCookie | undefined {
  return cookie === undefined ? undefined : { cookie, use: undefined };
}

/** No valid cookie: a wrong one counts against the peer, and either way the client may still be a visitor. */
function fail(denial: Denial, call: RouterCall, { policy, failures }: AuthenticateInput): Outcome {
  if (denial.denied !== "no-cookie") failures.count(call.peer);
  return toAnonymous(denial, call, policy);
}
