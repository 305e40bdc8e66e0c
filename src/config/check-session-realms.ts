// The realms that our sessions live in: what our own role needs there, and what the roles that call us need.

import type { RouterConfig, SessionsConfig } from "./config.js";
import { findRealmRoles, type NodeFinding } from "./crossbar-node.js";
import { type CrossbarAction, disclosesCaller, mayDo } from "./crossbar-permission.js";
import { type JsonObject, toText } from "./json-object.js";

/** What we do with the meta API, beside our own procedures and topics. */
const META: readonly (readonly [action: CrossbarAction, uri: string])[] = [
  ["subscribe", "wamp.session.on_join"],
  ["subscribe", "wamp.session.on_leave"],
  ["call", "wamp.session.list"],
  ["call", "wamp.session.get"],
  ["call", "wamp.session.kill"],
];

/**
 * Findings about one router's session realms. A realm that the file doesn't have is made elsewhere: nothing is said.
 *
 * @param roleName the role that our login gets
 */
export function checkSessionRealms(
  node: unknown,
  router: RouterConfig,
  roleName: string,
  sessions: SessionsConfig,
): NodeFinding[] {
  return router.sessionRealms.flatMap((realm) => {
    const roles = findRealmRoles(node, realm);
    if (roles.length === 0) return [];
    const own = roles.find(({ role }) => role.name === roleName);
    return [
      ...(own === undefined
        ? missingRole(realm, roleName, router)
        : checkOwnRole(own.role, `${own.path}.permissions`, sessions)),
      ...roles.flatMap(({ role, path }) => checkCallingRole(role, `${path}.permissions`, sessions)),
    ];
  });
}

/** The check of the registration has said it already where it is the router's own realm. */
function missingRole(realm: string, roleName: string, router: RouterConfig): NodeFinding[] {
  if (realm === router.realm) return [];
  return [
    {
      level: "warning",
      path: "",
      message: `the realm "${realm}" of our sessionRealms has no role "${roleName}", which this component logs in with`,
      hint: "add the role with the permissions that it has in the other realm, or drop the realm from sessionRealms",
    },
  ];
}

function checkOwnRole(role: JsonObject, path: string, sessions: SessionsConfig): NodeFinding[] {
  const needs: readonly (readonly [CrossbarAction, string])[] = [
    ["register", `${sessions.prefix}login`],
    ...(sessions.events ? ([["publish", `${sessions.prefix}on_login`]] as const) : []),
    ...META,
  ];
  const missing = needs.filter(([action, uri]) => mayDo(role, action, uri) === false);
  if (missing.length === 0) return [];
  const list = missing.map(([action, uri]) => `${action} ${uri}`).join(", ");
  return [
    {
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
