// The realms that our sessions live in: what our own role needs there, and what the roles that call us need.

import type { SessionsConfig } from "../config/config.js";
import { type JsonObject, toText } from "../config/json-object.js";
import type { ComponentLink } from "./component-link.js";
import { findRealmRoles, type NodeRealm } from "./crossbar-node.js";
import { type CrossbarAction, disclosesCaller, mayDo } from "./crossbar-permission.js";
import type { NodeFinding } from "./node-finding.js";
import type { NodeScene } from "./node-scene.js";

/** What we do with the meta API, beside our own procedures and topics. */
export const META_RIGHTS: readonly (readonly [action: CrossbarAction, uri: string])[] = [
  ["subscribe", "wamp.session.on_join"],
  ["subscribe", "wamp.session.on_leave"],
  ["call", "wamp.session.list"],
  ["call", "wamp.session.get"],
  ["call", "wamp.session.kill"],
];

/** Findings about the session realms of each link; none without `sessions`. */
export function checkSessionRealms({ links, realms, config: { sessions } }: NodeScene): NodeFinding[] {
  // A node of proxies has no realms, and a realm that isn't there is said once, not for each transport.
  if (sessions === undefined || realms.length === 0) return [];
  const seen = new Set<string>();
  return links.flatMap((link) =>
    link.router.sessionRealms.flatMap((realm) => {
      const key = JSON.stringify([realm, link.login.role]);
      if (seen.has(key)) return [];
      seen.add(key);
      return checkRealm(realm, link, realms, sessions);
    }),
  );
}

function checkRealm(
  realmName: string,
  { router, login }: ComponentLink,
  realms: readonly NodeRealm[],
  sessions: SessionsConfig,
): NodeFinding[] {
  const realm = realms.find(({ name }) => name === realmName);
  if (realm === undefined) return realmName === router.realm ? [] : [missingRealm(realmName)];
  const findings: NodeFinding[] = [];
  if (realm.options.enable_meta_api === false) {
    findings.push({
      kind: "meta-api-off",
      level: "error",
      path: `${realm.path}.options.enable_meta_api`,
      message: "without the meta API live connections can't be seen, nor ended when their cookie is",
      hint: "drop it: the meta API is on by default, and permissions say who may use it",
    });
  }
  const roles = findRealmRoles(realms, realmName);
  if (login.role !== undefined) {
    const own = roles.find(({ role }) => role.name === login.role);
    if (own !== undefined) findings.push(...checkOwnRole(own.role, `${own.path}.permissions`, sessions));
    // The check of the registration has said it already where it is the router's own realm.
    else if (realmName !== router.realm) findings.push(missingRole(realm, login.role));
  }
  return [
    ...findings,
    ...roles.flatMap(({ role, path }) => checkCallingRole(role, `${path}.permissions`, sessions)),
  ];
}

function missingRealm(realm: string): NodeFinding {
  return {
    kind: "session-realm",
    level: "warning",
    path: "",
    message: `no router worker has the realm "${realm}" of our sessionRealms`,
    hint: "add the realm, or drop it from sessionRealms",
  };
}

function missingRole(realm: NodeRealm, roleName: string): NodeFinding {
  return {
    kind: "session-realm",
    level: "warning",
    path: `${realm.path}.roles`,
    message: `the realm "${realm.name}" of our sessionRealms has no role "${roleName}", which this component logs in with`,
    hint: "add the role with the permissions that it has in the other realm, or drop the realm from sessionRealms",
  };
}

function checkOwnRole(role: JsonObject, path: string, sessions: SessionsConfig): NodeFinding[] {
  const needs: readonly (readonly [CrossbarAction, string])[] = [
    ["register", `${sessions.prefix}login`],
    ...(sessions.events ? ([["publish", `${sessions.prefix}on_login`]] as const) : []),
    ...META_RIGHTS,
  ];
  const missing = needs.filter(([action, uri]) => mayDo(role, action, uri) === false);
  if (missing.length === 0) return [];
  const list = missing.map(([action, uri]) => `${action} ${uri}`).join(", ");
  return [
    {
      kind: "session-permissions",
      level: "warning",
      path,
      message: `the role "${toText(role.name) ?? ""}", which this component logs in with, may not: ${list}`,
      hint:
        `add {"uri": "${sessions.prefix}", "match": "prefix", "allow": {"register": true, "publish": true}} and ` +
        '{"uri": "wamp.session.", "match": "prefix", "allow": {"call": true, "subscribe": true}}',
    },
  ];
}

/** R-30 and R-31 rest on who calls: a role whose callers aren't disclosed is refused every time. */
function checkCallingRole(role: JsonObject, path: string, sessions: SessionsConfig): NodeFinding[] {
  const name = toText(role.name) ?? "";
  const uris = (sessions.roles.get(name) ?? []).map((procedure) => sessions.prefix + procedure);
  const barred = uris.filter((uri) => mayDo(role, "call", uri) === false);
  const hidden = uris.filter(
    (uri) => mayDo(role, "call", uri) === true && disclosesCaller(role, uri) === false,
  );
  if (barred.length === 0 && hidden.length === 0) return [];
  const allow = '"allow": {"call": true}, "disclose": {"caller": true}';
  return [
    {
      kind: "calling-role",
      level: "warning",
      path,
      message: [
        ...(barred.length === 0 ? [] : [`the router doesn't let "${name}" call ${barred.join(", ")}`]),
        ...(hidden.length === 0 ? [] : [`it doesn't tell us who calls ${hidden.join(", ")}: we refuse`]),
      ].join("; "),
      hint: `add {"uri": "${uris.length === 1 ? uris[0] : `${sessions.prefix}", "match": "prefix`}", ${allow}}`,
    },
  ];
}
