// Check: the cookie is for the realm that the client asks for, or the client may be sent to the cookie's realm.

import type { CookieCheck } from "./check-cookie.js";

/**
 * A cookie of realm A never opens realm B. With `realm: "redirect"` the client is given realm A instead, which is
 * then the router's to find; a client that names no realm is given the cookie's.
 */
export const checkRealm: CookieCheck = ({ cookie, call, policy }) => {
  const { authrealm } = cookie;
  if (authrealm === undefined) return "realm-mismatch";
  if (policy.realm === "match" && call.realm !== undefined && call.realm !== authrealm)
    return "realm-mismatch";
  if (policy.allowedRealms !== undefined && !policy.allowedRealms.includes(authrealm))
    return "realm-not-allowed";
  return undefined;
};
