// From whatever an operation throws to what the caller may see of it.

import { CookieAuthenticatorError } from "../errors.js";
import { ERROR_URIS, invalidArgument, ProcedureError, unavailable } from "./procedure-error.js";

/** The error for the caller. What isn't about the call itself becomes one constant text: it is for the log. */
export function toProcedureError(error: unknown, prefix: string): ProcedureError {
  if (error instanceof ProcedureError) return error;
  if (!(error instanceof CookieAuthenticatorError)) return unavailable();
  switch (error.code) {
    case "ERR_SESSION_ARGUMENT":
    case "ERR_COOKIE_FIELD": {
      const { field, why } = error.details;
      if (typeof field !== "string") return invalidArgument("an argument can't be stored");
      const name = toSnakeCase(field);
      return invalidArgument(`${name}: ${typeof why === "string" ? why : "it can't be stored"}`, name);
    }
    case "ERR_SESSION_LIMIT":
      return new ProcedureError(
        prefix + ERROR_URIS.tooManySessions,
        "the user has as many sessions as it may have",
      );
    case "ERR_SESSION_ROLE":
      return new ProcedureError(
        prefix + ERROR_URIS.roleNotAllowed,
        "sessions may not have this role or realm: see authenticator.allowedRoles and its neighbours",
        typeof error.details.field === "string" ? error.details.field : undefined,
      );
    default:
      return unavailable();
  }
}

/** `maxAgeSeconds` is `max_age` here: names of arguments have no units. */
function toSnakeCase(field: string): string {
  return field.replace(/Seconds$/, "").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
