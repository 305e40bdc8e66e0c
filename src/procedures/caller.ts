// Who calls a procedure, as the router says it: none of it comes from the client.

import { notAuthorized, notDisclosed } from "./procedure-error.js";
import type { ProcedureName } from "./procedure-names.js";
import type { ProcedureRules } from "./procedure-rules.js";

export interface Caller {
  /** Name of the router that the call came over. */
  readonly router: string;
  /** Realm of the connection that the call came over, which is the caller's. */
  readonly realm: string;
  /** WAMP session id, authid and role; absent unless the router discloses its caller. */
  readonly session?: number | undefined;
  readonly authid?: string | undefined;
  readonly authrole?: string | undefined;
}

/**
 * Checks the role in code, beside the router's permissions: whoever isn't named may do nothing.
 *
 * @throws a `ProcedureError`: not disclosed, or not authorized
 */
export function checkRole(name: ProcedureName, caller: Caller, rules: ProcedureRules): void {
  if (caller.authrole === undefined) throw notDisclosed(rules.prefix);
  if (rules.roles.get(caller.authrole)?.includes(name) === true) return;
  throw notAuthorized(
    "the role may not call this procedure: see sessions.roles of the component's configuration",
  );
}

/** The realm that whatever a caller asks for is bound to, however it asks; none for callers of every realm. */
export function findLimit(caller: Caller, rules: ProcedureRules): { readonly authrealm?: string } {
  return rules.everyRealm.includes(caller.realm) ? {} : { authrealm: caller.realm };
}

/**
 * The realm whose sessions a call is about; `undefined`: those of every realm. A caller of one realm sees and changes
 * nothing of another unless its own is named in the configuration.
 *
 * @param asked the argument: absent for the caller's own, `null` for every realm
 * @throws a `ProcedureError`: not authorized
 */
export function findRealm(
  asked: string | null | undefined,
  caller: Caller,
  rules: ProcedureRules,
): string | undefined {
  if (asked === undefined || asked === caller.realm) return caller.realm;
  if (rules.everyRealm.includes(caller.realm)) return asked ?? undefined;
  throw notAuthorized("callers of this realm may only manage sessions of this realm");
}
