// The realm that this component registers on: that it is there, and what our role may do.

import type { ComponentLink } from "./component-link.js";
import { findRealmRoles, type NodeRealm } from "./crossbar-node.js";
import { mayDo } from "./crossbar-permission.js";
import type { NodeFinding } from "./node-finding.js";
import type { NodeScene } from "./node-scene.js";

/** Findings about the realm and role of each link. */
export function checkComponentRealms({ links, realms }: NodeScene): NodeFinding[] {
  return links.flatMap((link) => checkRealm(link, realms));
}

function checkRealm({ router, login }: ComponentLink, realms: readonly NodeRealm[]): NodeFinding[] {
  if (realms.length === 0) return []; // a node of proxies: its realms are elsewhere
  if (!realms.some(({ name }) => name === router.realm)) {
    return [
      {
        kind: "component-realm",
        level: "warning",
        path: "",
        message: `no router worker has the realm "${router.realm}", which our router "${router.name}" joins`,
        hint: "add the realm, or name another `realm` in our configuration",
      },
    ];
  }
  if (login.role === undefined) return [];
  const { role: roleName } = login;
  const found = findRealmRoles(realms, router.realm).find(({ role }) => role.name === roleName);
  const hint = `add {"uri": "${router.procedure}", "allow": {"register": true}} to the role's permissions`;
  if (found === undefined) {
    const message = `the realm "${router.realm}" has no role "${roleName}", which this component logs in with`;
    return [{ kind: "component-role", level: "warning", path: "", message, hint }];
  }
  if (mayDo(found.role, "register", router.procedure) !== false) return [];
  return [
    {
      kind: "component-permissions",
      level: "warning",
      path: `${found.path}.permissions`,
      message: `the role "${roleName}", which this component logs in with, may not register ${router.procedure}`,
      hint,
    },
  ];
}
