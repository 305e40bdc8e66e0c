// A node with real logins: one transport makes and authenticates the cookies, others ask our authenticator about them.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the service in the test's own process is registered, and the one in a process of its own. */
export const PROCEDURE = "com.example.cookie.authenticate";
export const OTHER_PROCEDURE = "com.example.other.authenticate";

export const REALM = "realm1";
export const OTHER_REALM = "realm2";

/** Who can log in by WAMP-CRA on the login transport; each has the role `user`. */
export const USERS = { joe: "joe-secret", jane: "jane-secret" } as const;
export const USER_ROLE = "user";
/** A role that the node knows and that no login gives. */
export const VISITOR_ROLE = "visitor";

/** Tickets on the component transport: the component itself, and a client that may call what it registers. */
export const COMPONENT_TICKET = "component-secret";
export const INTRUDER_TICKET = "intruder-secret";

export const COOKIE_NAME = "cbtid";
/** Crossbar's default. */
export const COOKIE_MAX_AGE_SECONDS = 604_800;

export interface CookieNodePorts {
  /** Components log in here. */
  readonly component: number;
  /** WAMP-CRA and Crossbar's own cookie method, with cookie tracking. */
  readonly login: number;
  /** Our authenticator, no tracking. */
  readonly client: number;
  /** The authenticator of the other procedure, no tracking. */
  readonly other: number;
  /** Our authenticator WITH tracking: what must not be done. */
  readonly trap: number;
}

/** The configuration; `cookies` is the database directory. */
export function cookieNode(ports: CookieNodePorts, cookies: string): object {
  const cookie = {
    name: COOKIE_NAME,
    max_age: COOKIE_MAX_AGE_SECONDS,
    store: { type: "database", path: cookies, maxsize: 1_073_741_824 },
  };
  return {
    version: 2,
    controller: {},
    workers: [
      {
        type: "router",
        realms: [
          {
            name: REALM,
            roles: [
              role("authenticator", { call: true, register: true }),
              role("intruder", { call: true }),
              role(USER_ROLE, { subscribe: true }),
              role(VISITOR_ROLE, {}),
            ],
          },
          { name: OTHER_REALM, roles: [role(USER_ROLE, { subscribe: true })] },
        ],
        transports: [
          transport(ports.component, { auth: { ticket: componentLogins() } }),
          transport(ports.login, { cookie, auth: { cookie: {}, wampcra: userLogins() } }),
          transport(ports.client, { auth: { ticket: dynamic(PROCEDURE), anonymous: dynamic(PROCEDURE) } }),
          transport(ports.other, { auth: { ticket: dynamic(OTHER_PROCEDURE) } }),
          transport(ports.trap, { cookie, auth: { ticket: dynamic(PROCEDURE) } }),
        ],
      },
    ],
  };
}

/** Why no real router can run here, for the title of skipped tests; `undefined` if one can. */
export function crossbarMissing(): string | undefined {
  const path = process.env.CROSSBAR ?? fileURLToPath(new URL("../../.venv/bin/crossbar", import.meta.url));
  return existsSync(path) ? undefined : `no Crossbar at ${path}: make .venv or set CROSSBAR`;
}

function dynamic(procedure: string): object {
  return {
    type: "dynamic",
    authenticator: procedure,
    "authenticator-realm": REALM,
    "authenticator-role": "trusted",
  };
}

function componentLogins(): object {
  return {
    type: "static",
    principals: {
      component: { ticket: COMPONENT_TICKET, role: "authenticator" },
      intruder: { ticket: INTRUDER_TICKET, role: "intruder" },
    },
  };
}

function userLogins(): object {
  const users = Object.entries(USERS).map(([authid, secret]) => [authid, { secret, role: USER_ROLE }]);
  return { type: "static", users: Object.fromEntries(users) };
}

function role(name: string, allow: Record<string, boolean>): object {
  return {
    name,
    permissions: [
      {
        uri: "com.example.",
        match: "prefix",
        allow,
        disclose: { caller: true, publisher: true },
        cache: true,
      },
    ],
  };
}

function transport(port: number, rest: object): object {
  return { type: "websocket", endpoint: { type: "tcp", port, interface: "127.0.0.1" }, ...rest };
}
