// Check: the authid that the client asks for, if any, is the cookie's.

import type { CookieCheck } from "./check-cookie.js";

/** On the anonymous transport the router makes the authid up, so only the ticket's is the client's wish. */
export const checkAuthid: CookieCheck = ({ cookie, call }) =>
  call.authmethod === "ticket" && call.authid !== undefined && call.authid !== cookie.authid
    ? "authid-mismatch"
    : undefined;
