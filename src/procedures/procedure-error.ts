// Errors of procedures as callers see them: a URI, a text, and for a wrong argument its name.

/** What a procedure refuses with. No part of it ever holds a cookie value. */
export class ProcedureError extends Error {
  override readonly name = "ProcedureError";
  readonly uri: string;
  /** The keyword argument that is wrong. */
  readonly field: string | undefined;

  constructor(uri: string, text: string, field?: string) {
    super(text);
    this.uri = uri;
    this.field = field;
  }
}

/** URIs of WAMP's own, and the last parts of those under our prefix. */
export const ERROR_URIS = {
  notAuthorized: "wamp.error.not_authorized",
  invalidArgument: "wamp.error.invalid_argument",
  unavailable: "wamp.error.unavailable",
  notDisclosed: "error.not_disclosed",
  noSuchSession: "error.no_such_session",
  tooManySessions: "error.too_many_sessions",
  roleNotAllowed: "error.role_not_allowed",
} as const;

export function notAuthorized(text: string): ProcedureError {
  return new ProcedureError(ERROR_URIS.notAuthorized, text);
}

export function invalidArgument(text: string, field?: string): ProcedureError {
  return new ProcedureError(ERROR_URIS.invalidArgument, text, field);
}

export function unavailable(): ProcedureError {
  return new ProcedureError(ERROR_URIS.unavailable, "sessions are not available at the moment");
}

export function notDisclosed(prefix: string): ProcedureError {
  const text =
    `the router doesn't say who calls: the caller's role needs "disclose": {"caller": true} in its permission ` +
    `for ${prefix}`;
  return new ProcedureError(prefix + ERROR_URIS.notDisclosed, text);
}

/** One text for a session that isn't there and for one that is another's. */
export function noSuchSession(prefix: string): ProcedureError {
  return new ProcedureError(prefix + ERROR_URIS.noSuchSession, "there is no such session");
}
