// Step 4: the transport. A cookie that came over a plain one may have been read on the way.

import { type Denial, deny } from "./outcome.js";
import type { RouterCall } from "./parse-router-call.js";
import type { AuthenticatorPolicy } from "./policy.js";

/** With `requireSecure`, clients of an encrypted connection only: the router's word, or that of a trusted proxy. */
export function checkSecure(call: RouterCall, { requireSecure }: AuthenticatorPolicy): Denial | undefined {
  return requireSecure && !call.isSecure ? deny("insecure-transport") : undefined;
}
