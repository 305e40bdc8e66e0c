// Check: somebody logged in with this cookie.

import type { CookieCheck } from "./check-cookie.js";

/**
 * Crossbar makes a record for every visitor and adds authid and authrole when one logs in. Its `setAuth` leaves the
 * field `authenticated` empty, so the two names are what tells a session from a mere tracking cookie.
 */
export const checkAuthenticated: CookieCheck = ({ cookie }) =>
  cookie.isAuthenticated ? undefined : "cookie-unauthenticated";
