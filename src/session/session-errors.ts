// The errors of the session operations. None holds a cookie value, an authCode, or any text that a caller gave.

import { CookieAuthenticatorError } from "../errors.js";

/** An argument that no operation takes. `field` is the key of the argument. */
export function argumentError(field: string, why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_SESSION_ARGUMENT", `${field}: ${why}`, {
    details: { field, why },
  });
}

/** A role or realm that the policy doesn't let sessions have. */
export function notAllowed(field: "authrole" | "authrealm"): CookieAuthenticatorError {
  const what = field === "authrole" ? "role" : "realm";
  return new CookieAuthenticatorError("ERR_SESSION_ROLE", `a session may not have this ${what}`, {
    hint: `the configuration lists the ${what}s that are allowed`,
    details: { field },
  });
}

/** The user has as many sessions as one may have. */
export function tooManySessions(limit: number): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_SESSION_LIMIT", `the user has ${limit} sessions already`, {
    hint: "end one of them first",
    details: { limit },
  });
}
