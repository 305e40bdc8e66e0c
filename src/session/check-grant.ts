// Which roles and realms a session may have.

import { notAllowed } from "./session-errors.js";
import type { SessionPolicy } from "./session-policy.js";

/** The router's own role: a browser that got it would have every right (it isn't checked in our answer). */
const TRUSTED_ROLE = "trusted";

/** A role and a realm that a session has, or is to have. */
export interface Grant {
  readonly authrole: string;
  readonly authrealm: string;
}

/** What the policy doesn't allow of it, or nothing. The same rule as the authenticator's. */
export function findGrantProblem(grant: Grant, policy: SessionPolicy): "authrole" | "authrealm" | undefined {
  const { authrole, authrealm } = grant;
  if (authrole === TRUSTED_ROLE && !policy.allowTrustedRole) return "authrole";
  if (policy.deniedRoles.includes(authrole)) return "authrole";
  if (policy.allowedRoles?.includes(authrole) === false) return "authrole";
  return policy.allowedRealms?.includes(authrealm) === false ? "authrealm" : undefined;
}

/**
 * @param onlyRealm the realm that the caller is bound to; `undefined`: any
 * @throws `ERR_SESSION_ROLE` if the policy or the caller's realm doesn't allow it
 */
export function checkGrant(grant: Grant, policy: SessionPolicy, onlyRealm: string | undefined): void {
  const problem = findGrantProblem(grant, policy);
  if (problem !== undefined) throw notAllowed(problem);
  if (onlyRealm !== undefined && grant.authrealm !== onlyRealm) throw notAllowed("authrealm");
}
