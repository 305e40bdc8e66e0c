// The procedures that we register under the configured prefix, in the order of the documentation.

/** What an administrator or a backend calls: about any session of the realm. */
export const ADMINISTRATION_NAMES = [
  "login",
  "get_user",
  "update",
  "rotate",
  "logout",
  "list",
  "logout_user",
  "delete_all",
  "purge",
  "stats",
] as const;

/** What a client calls about itself. */
export const SELF_SERVICE_NAMES = ["my_sessions", "logout_mine"] as const;

export const PROCEDURE_NAMES = [...ADMINISTRATION_NAMES, ...SELF_SERVICE_NAMES] as const;

/** The last part of a procedure's URI, after the prefix. */
export type ProcedureName = (typeof PROCEDURE_NAMES)[number];

export function isProcedureName(text: string): text is ProcedureName {
  return (PROCEDURE_NAMES as readonly string[]).includes(text);
}
