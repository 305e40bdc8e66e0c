// The realms of a node, with the roles that we need and those that we know of.

import type { SessionsConfig } from "../config/config.js";
import { ADMINISTRATION_NAMES } from "../procedures/procedure-names.js";
import type { NodeRequest } from "./node-request.js";

type Permissions = readonly object[];

/** Every realm that we join, watch or send clients to. `ownRole`: the name of our own role. */
export function makeRealms({ config, router }: NodeRequest, ownRole: string): object[] {
  const { policy, sessions } = config;
  const names = new Set([router.realm, ...router.sessionRealms, ...(policy.allowedRealms ?? [])]);
  const granted = [
    ...(policy.allowedRoles ?? []),
    ...(policy.anonymousRole === undefined ? [] : [policy.anonymousRole]),
  ];
  return [...names].map((name) => {
    const hasSessions = sessions !== undefined && router.sessionRealms.includes(name);
    const own: Permissions = [
      ...(name === router.realm ? [{ uri: router.procedure, allow: { register: true } }] : []),
      ...(hasSessions ? ownSessionRights(sessions) : []),
    ];
    const callers = new Map<string, Permissions>(
      hasSessions ? [...sessions.roles.keys()].map((role) => [role, callerRights(role, sessions)]) : [],
    );
    const others = granted.filter((role) => !callers.has(role) && role !== "trusted");
    const roles = [
      ...(own.length === 0 ? [] : [[ownRole, own] as const]),
      ...callers,
      ...[...new Set(others)].map((role) => [role, []] as const),
    ];
    return { name, roles: roles.map(([role, permissions]) => ({ name: role, permissions })) };
  });
}

/** Procedures, events, and the meta API, which shows and ends live connections. */
function ownSessionRights({ prefix, events }: SessionsConfig): Permissions {
  return [
    { uri: prefix, match: "prefix", allow: { register: true, ...(events ? { publish: true } : {}) } },
    { uri: "wamp.session.", match: "prefix", allow: { call: true, subscribe: true } },
  ];
}

/** each procedure by its name and no more, and with the caller disclosed, by whom we judge. */
function callerRights(role: string, { prefix, roles, events }: SessionsConfig): Permissions {
  const procedures = roles.get(role) ?? [];
  const calls = procedures.map((procedure) => ({
    uri: `${prefix}${procedure}`,
    allow: { call: true },
    disclose: { caller: true },
    cache: true,
  }));
  // Events name users and realms: for those who manage sessions, not for those who have one.
  const manages = procedures.some((name) => (ADMINISTRATION_NAMES as readonly string[]).includes(name));
  if (!events || !manages) return calls;
  return [...calls, { uri: `${prefix}on_`, match: "prefix", allow: { subscribe: true }, cache: true }];
}
