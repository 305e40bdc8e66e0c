// Check: the cookie's time isn't over, by our clock. Crossbar stores max_age and never enforces it.

import { checkLifetime } from "../lifetime/lifetime.js";
import type { CookieCheck } from "./check-cookie.js";

/** Refused once its time is over, whatever the browser does with its own copy (OWASP ASVS 7.3.1, 7.3.2). */
export const checkExpiry: CookieCheck = ({ cookie, use, policy, nowNs }) =>
  checkLifetime(cookie, use, policy, nowNs);
