// The roles that our answers may give, held against the roles of the realms.

import type { Config } from "../config/config.js";
import type { NodeFinding } from "./node-finding.js";
import type { NodeScene } from "./node-scene.js";

/** Crossbar gives these without looking whether the realm has them. */
const UNCHECKED = ["trusted", "anonymous"];

/** Findings about `authenticator.allowedRoles` and `anonymousRole`. */
export function checkGrantedRoles({ links, realms, config }: NodeScene): NodeFinding[] {
  const names = [
    ...new Set(
      config.policy.allowedRealms ??
        links.flatMap(({ router: { realm, sessionRealms } }) => [realm, ...sessionRealms]),
    ),
  ];
  const known = realms.filter(({ name }) => names.includes(name));
  if (known.length === 0) return [];
  const roles = known.flatMap((realm) => realm.roles.map(({ role }) => role.name));
  return grantedRoles(config)
    .filter(([, role]) => !UNCHECKED.includes(role) && !roles.includes(role))
    .map(([key, role]) => ({
      kind: "granted-role",
      level: "warning",
      path: `${known[0]?.path ?? ""}.roles`,
      message: `our ${key} has "${role}", which ${known.map(({ name }) => `"${name}"`).join(" and ")} doesn't have: the router refuses whom we give it`,
      hint: `add {"name": "${role}", "permissions": […]}, or drop it from ${key}`,
    }));
}

function grantedRoles({ policy }: Config): (readonly [key: string, role: string])[] {
  const allowed = (policy.allowedRoles ?? []).map((role) => ["authenticator.allowedRoles", role] as const);
  const { anonymousRole } = policy;
  return anonymousRole === undefined
    ? allowed
    : [...allowed, ["authenticator.anonymousRole", anonymousRole] as const];
}
