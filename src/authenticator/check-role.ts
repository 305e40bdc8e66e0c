// Check: the cookie's role may be given.

import type { CookieCheck } from "./check-cookie.js";

/** The router's own role. Crossbar doesn't check it in our answer: a browser that got it would have every right. */
const TRUSTED_ROLE = "trusted";

/** `trusted` only if the configuration allows it in so many words; denied roles never; else the list, if there is one. */
export const checkRole: CookieCheck = ({ cookie, policy }) => {
  const role = cookie.authrole ?? "";
  const isAllowed =
    (role !== TRUSTED_ROLE || policy.allowTrustedRole) &&
    !policy.deniedRoles.includes(role) &&
    (policy.allowedRoles === undefined || policy.allowedRoles.includes(role));
  return isAllowed ? undefined : "role-not-allowed";
};
