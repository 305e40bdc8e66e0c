// The router of the bench `router`: a component transport for an echo, and a login transport that tracks cookies.

export const REALM = "realm1";
export const ECHO = "com.example.echo";
export const COMPONENT = { authid: "component", ticket: "bench" } as const;
export const USER = { authid: "joe", secret: "bench" } as const;

export interface RouterBenchPorts {
  readonly component: number;
  /** Each connection that brings no known cookie makes one: a write of Crossbar's. */
  readonly login: number;
}

/** @param cookies the database directory, shared with us */
export function routerNode({ component, login }: RouterBenchPorts, cookies: string): object {
  const transport = (port: number, rest: object): object => ({
    type: "websocket",
    endpoint: { type: "tcp", port, interface: "127.0.0.1" },
    ...rest,
  });
  const role = (name: string, allow: object): object => ({
    name,
    permissions: [{ uri: "com.example.", match: "prefix", allow, cache: true }],
  });
  const store = { type: "database", path: cookies, maxsize: 2 ** 34 };
  const principals = { [COMPONENT.authid]: { ticket: COMPONENT.ticket, role: "component" } };
  const users = { [USER.authid]: { secret: USER.secret, role: "user" } };
  return {
    version: 2,
    controller: {},
    workers: [
      {
        type: "router",
        realms: [
          { name: REALM, roles: [role("component", { call: true, register: true }), role("user", {})] },
        ],
        transports: [
          transport(component, { auth: { ticket: { type: "static", principals } } }),
          transport(login, {
            cookie: { name: "cbtid", max_age: 604_800, store },
            auth: { wampcra: { type: "static", users } },
          }),
        ],
      },
    ],
  };
}
