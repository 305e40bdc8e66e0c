// Step 3: the page that opened the WebSocket. A browser sends its cookies to us whatever page asks (CSWSH).

import { findForeignOrigin, type OriginPolicy } from "../http-headers/origin.js";
import { type Denial, deny } from "./outcome.js";
import type { RouterCall } from "./parse-router-call.js";

/** The handshake's `Origin` against the policy, which is also that of the web door. */
export function checkOrigin(call: RouterCall, policy: OriginPolicy): Denial | undefined {
  const foreign = findForeignOrigin(call.origin, call.host, policy);
  return foreign === undefined ? undefined : deny("origin-not-allowed", { detail: foreign });
}
