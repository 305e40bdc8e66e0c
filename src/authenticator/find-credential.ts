// Step 6: the cookie value that the client presents, as a ticket or in its Cookie header.

import { findCookieValues } from "../http-headers/cookie-header.js";
import { isCookieValue } from "../record/cookie-value.js";
import { type Denial, deny } from "./outcome.js";
import type { RouterCall } from "./parse-router-call.js";
import type { AuthenticatorPolicy } from "./policy.js";

/** A cookie value that is worth a look-up. In an object, so that it isn't taken for text to print. */
export interface Credential {
  readonly value: string;
}

/**
 * The value presented. It is checked before the database sees it: cookie-octets only, no longer than a key.
 * Two different values under our name are refused: which of them a server takes must not depend on their order, and
 * a neighbouring domain could have set the second.
 */
export function findCredential(call: RouterCall, policy: AuthenticatorPolicy): Credential | Denial {
  if (call.authmethod === "ticket") return toCredential(call.ticket);
  const values =
    call.cookieHeader === undefined ? [] : findCookieValues(call.cookieHeader, policy.cookieName);
  if (values.length > 1) return deny("cookie-ambiguous");
  return values.length === 0 ? deny("no-cookie") : toCredential(values[0]);
}

function toCredential(value: unknown): Credential | Denial {
  return typeof value === "string" && isCookieValue(value) ? { value } : deny("value-malformed");
}
