// Step 1: who calls. Only the router itself may ask, not any client that is allowed to call the URI.

import type { Caller } from "./authenticator.js";
import { type Denial, deny } from "./outcome.js";
import type { AuthenticatorPolicy } from "./policy.js";

/**
 * The caller's role must be in the configured list. Crossbar calls dynamic authenticators as `trusted`; the role in
 * the invocation details is the router's word, not the client's. Without this, a client that may call the procedure
 * could try cookies against it, past the Origin check.
 */
export function checkCaller(caller: Caller, policy: AuthenticatorPolicy): Denial | undefined {
  const { authrole } = caller;
  if (authrole !== undefined && policy.callerRoles.includes(authrole)) return undefined;
  // What comes over the wire may be no text, whatever its type says here.
  return deny("caller-not-allowed", {
    detail: typeof authrole === "string" ? `role ${authrole}` : "role undisclosed",
  });
}
