// A call for the log: who asked for what, with a fingerprint in the place of the cookie.

import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import { toLogText } from "../log/log-text.js";
import type { Caller } from "./authenticator.js";
import { findCredential } from "./find-credential.js";
import type { Fingerprint } from "./fingerprint.js";
import { isDenial } from "./outcome.js";
import { parseRouterCall } from "./parse-router-call.js";
import type { AuthenticatorPolicy } from "./policy.js";

/** Fields of a log line. All client text has gone through `toLogText`. */
export function describeCall(
  args: readonly unknown[],
  caller: Caller,
  policy: AuthenticatorPolicy,
  fingerprint: Fingerprint,
): { readonly [field: string]: string | number } {
  const call = parseRouterCall(args, policy.trustedProxies);
  if (isDenial(call)) return { callerRole: toLogText(caller.authrole) };
  const credential = findCredential(call, policy);
  return {
    callerRole: toLogText(caller.authrole),
    authmethod: call.authmethod,
    realm: toLogText(call.realm),
    ...(call.authmethod === "ticket" ? { askedAuthid: toLogText(call.authid) } : {}),
    ...(call.origin === undefined ? {} : { origin: toLogText(call.origin) }),
    peer: toLogText(call.peer),
    ...(isDenial(credential) ? {} : { cookie: fingerprint(credential.value) }),
  };
}

/**
 * Fields of a fault's log line. Our own errors hold no cookie value; one that comes from elsewhere may quote what was
 * looked up, so the value presented is taken out of its text.
 */
export function describeFault(
  error: unknown,
  args: readonly unknown[],
  policy: AuthenticatorPolicy,
): { readonly [field: string]: string | undefined } {
  const call = parseRouterCall(args, policy.trustedProxies);
  const credential = isDenial(call) ? call : findCredential(call, policy);
  const text = error instanceof Error ? error.message : "unknown";
  const code = errorCodeOf(error);
  return {
    code: code === undefined ? undefined : toLogText(code),
    error: toLogText(isDenial(credential) ? text : text.replaceAll(credential.value, "[cookie]")),
    hint: error instanceof CookieAuthenticatorError ? error.hint : undefined,
  };
}
