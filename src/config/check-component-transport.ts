// The transport that this component itself joins on: its role's rights, and pings.

import { checkSessionRealms } from "./check-session-realms.js";
import type { Config, RouterConfig } from "./config.js";
import { findRealmRoles, type NodeFinding, type NodeTransport, trimSlashes } from "./crossbar-node.js";
import { mayDo } from "./crossbar-permission.js";
import { toObject, toText } from "./json-object.js";

/**
 * Findings about the transports that our URLs lead to, found by port and path. With a port mapping or a proxy in
 * between none is found, and nothing is said.
 */
export function checkComponentTransport(
  node: unknown,
  transports: readonly NodeTransport[],
  config: Config,
): NodeFinding[] {
  const pings = new Map<string, NodeFinding>();
  const rights: NodeFinding[] = [];
  for (const router of config.routers) {
    for (const transport of transports) {
      if (!leadsTo(router.url, transport)) continue;
      const ping = checkPings(transport);
      if (ping !== undefined) pings.set(ping.path, ping);
      const role = findLoginRole(router, transport);
      if (role === undefined) continue;
      rights.push(...checkRole(node, router, role));
      if (config.sessions !== undefined) {
        rights.push(...checkSessionRealms(node, router, role, config.sessions));
      }
    }
  }
  return [...pings.values(), ...rights];
}

function leadsTo(routerUrl: string, transport: NodeTransport): boolean {
  const url = new URL(routerUrl);
  const port = url.port === "" ? (url.protocol === "wss:" ? 443 : 80) : Number(url.port);
  if (transport.port !== port) return false;
  return transport.urlPath === undefined || transport.urlPath === trimSlashes(url.pathname);
}

function checkPings({ settings, path }: NodeTransport): NodeFinding | undefined {
  if (toObject(settings.options).auto_ping_interval !== undefined) return undefined;
  return {
    level: "warning",
    path: `${path}.options.auto_ping_interval`,
    message:
      "is missing: the router has no deadline for an authenticator, so it must find out by itself when this " +
      "component is frozen, or clients hang",
    hint: 'add "options": {"auto_ping_interval": 10000, "auto_ping_timeout": 5000} (ms)',
  };
}

/** The role that our login gets on this transport, as far as the file says. */
function findLoginRole({ login }: RouterConfig, { settings }: NodeTransport): string | undefined {
  const method = toObject(toObject(settings.auth)[login.method]);
  if (method.type !== "static") return undefined;
  if (login.method === "anonymous") return toText(method.role);
  const accounts = toObject(login.method === "wampcra" ? method.users : method.principals);
  return login.authid === undefined ? undefined : toText(toObject(accounts[login.authid]).role);
}

function checkRole(node: unknown, router: RouterConfig, roleName: string): NodeFinding[] {
  const roles = findRealmRoles(node, router.realm);
  if (roles.length === 0) return []; // the realm is made elsewhere
  const found = roles.find(({ role }) => role.name === roleName);
  if (found !== undefined && mayDo(found.role, "register", router.procedure) !== false) return [];
  return [
    {
      level: "warning",
      path: found === undefined ? "" : `${found.path}.permissions`,
      message:
        found === undefined
          ? `the realm "${router.realm}" has no role "${roleName}", which this component logs in with`
          : `the role "${roleName}", which this component logs in with, may not register ${router.procedure}`,
      hint: `add {"uri": "${router.procedure}", "allow": {"register": true}} to the role's permissions`,
    },
  ];
}
