// A call for the log: who asked for what, with a fingerprint in the place of the cookie.

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
  const call = parseRouterCall(args);
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
