// A node for session procedures: two realms, roles of backends, administrators and users, our authenticator, and if
// wanted Crossbar's own login with cookie tracking.

/** Where the authenticator is registered, and the prefix of the session procedures. */
export const PROCEDURE = "com.example.cookie.authenticate";
export const PREFIX = "com.example.session.";
export const REALMS = ["realm1", "realm2"] as const;
export const COOKIE_NAME = "cbtid";

/** Who logs in with a ticket on the transport for components: to either realm, with the role of the same name. */
export const COMPONENT_ROLES = ["authenticator", "backend", "admin", "nobody", "undisclosed"] as const;
export type ComponentRole = (typeof COMPONENT_ROLES)[number];

/** Roles that cookies give. */
export const USER_ROLE = "user";
export const OTHER_USER_ROLE = "guest";
/** One whose actions our authorizer decides. */
export const GUARDED_ROLE = "guarded";

/** Who logs in by WAMP-CRA at Crossbar's own login, where there is one. */
export const CROSSBAR_USER = { authid: "joe", secret: "joe-secret" } as const;

export const ticketOf = (role: ComponentRole): string => `${role}-secret`;

export interface SessionsNodePorts {
  /** Components log in here. */
  readonly component: number;
  /** Our authenticator, no tracking. */
  readonly client: number;
  /** Crossbar's own login, with tracking. */
  readonly login?: number | undefined;
}

/** The configuration. `cookies`: the database's directory, for `ports.login`. */
export function sessionsNode(ports: SessionsNodePorts, cookies: string): object {
  return {
    version: 2,
    controller: {},
    workers: [
      {
        type: "router",
        realms: REALMS.map((name) => ({ name, roles: roles() })),
        transports: [
          transport(ports.component, { auth: { ticket: { type: "static", principals: principals() } } }),
          transport(ports.client, { auth: { ticket: dynamic(), anonymous: dynamic() } }),
          ...(ports.login === undefined ? [] : [loginTransport(ports.login, cookies)]),
        ],
      },
    ],
  };
}

/** The router lets all of them call and subscribe: who may do what is for us to say. */
function roles(): readonly object[] {
  const user = { call: true, subscribe: true };
  return [
    role("authenticator", { register: true, publish: true }, [
      permission("wamp.session.", { call: true, subscribe: true }),
    ]),
    ...["backend", "admin", "nobody", USER_ROLE, OTHER_USER_ROLE].map((name) => role(name, user)),
    { name: GUARDED_ROLE, authorizer: `${PREFIX}authorize` },
    { name: "undisclosed", permissions: [permission("com.example.", user, false)] },
  ];
}

function role(name: string, allow: Record<string, boolean>, others: readonly object[] = []): object {
  return { name, permissions: [permission("com.example.", allow), ...others] };
}

function permission(uri: string, allow: Record<string, boolean>, caller = true): object {
  return { uri, match: "prefix", allow, disclose: { caller, publisher: false }, cache: true };
}

function principals(): object {
  return Object.fromEntries(COMPONENT_ROLES.map((name) => [name, { ticket: ticketOf(name), role: name }]));
}

function dynamic(): object {
  return {
    type: "dynamic",
    authenticator: PROCEDURE,
    "authenticator-realm": REALMS[0],
    "authenticator-role": "trusted",
  };
}

function loginTransport(port: number, cookies: string): object {
  const { authid, secret } = CROSSBAR_USER;
  return transport(port, {
    cookie: {
      name: COOKIE_NAME,
      max_age: 604_800,
      store: { type: "database", path: cookies, maxsize: 1_073_741_824 },
    },
    auth: { cookie: {}, wampcra: { type: "static", users: { [authid]: { secret, role: USER_ROLE } } } },
  });
}

function transport(port: number, rest: object): object {
  return { type: "websocket", endpoint: { type: "tcp", port, interface: "127.0.0.1" }, ...rest };
}
