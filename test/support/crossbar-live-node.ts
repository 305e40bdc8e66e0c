// A node with two realms whose clients are all authenticated by us; one role is authorized by us as well.

/** Where the authenticator and the authorizer are registered. */
export const PROCEDURE = "com.example.cookie.authenticate";
export const AUTHORIZER = "com.example.session.authorize";
export const REALMS = ["realm1", "realm2"] as const;

/** What sessions are ended with. */
export const PREFIX = "com.example.session.";

/** Tickets on the component transport: ours, and one whose role may do nothing. */
export const COMPONENT = { authid: "component", ticket: "component-secret" } as const;
export const BYSTANDER = { authid: "bystander", ticket: "bystander-secret" } as const;

/** Roles of cookie users: one with permissions of the node, one whose actions our authorizer decides. */
export const USER_ROLE = "user";
export const GUARDED_ROLE = "guarded";

export interface LiveNodePorts {
  /** Components log in here, to either realm. */
  readonly component: number;
  /** Our authenticator, no tracking. */
  readonly client: number;
}

export function liveNode(ports: LiveNodePorts): object {
  const dynamic = {
    type: "dynamic",
    authenticator: PROCEDURE,
    "authenticator-realm": REALMS[0],
    "authenticator-role": "trusted",
  };
  const principals = {
    [COMPONENT.authid]: { ticket: COMPONENT.ticket, role: "authenticator" },
    [BYSTANDER.authid]: { ticket: BYSTANDER.ticket, role: "bystander" },
  };
  const roles = [
    {
      name: "authenticator",
      permissions: [
        permission("com.example.", { call: true, register: true, publish: true, subscribe: true }),
        permission("wamp.session.", { call: true, subscribe: true }),
      ],
    },
    { name: "bystander", permissions: [permission("com.example.", { call: true })] },
    { name: USER_ROLE, permissions: [permission("com.example.", { call: true, subscribe: true })] },
    { name: GUARDED_ROLE, authorizer: AUTHORIZER },
  ];
  return {
    version: 2,
    controller: {},
    workers: [
      {
        type: "router",
        realms: REALMS.map((name) => ({ name, roles })),
        transports: [
          transport(ports.component, { ticket: { type: "static", principals } }),
          transport(ports.client, { ticket: dynamic }),
        ],
      },
    ],
  };
}

function permission(uri: string, allow: Record<string, boolean>): object {
  return { uri, match: "prefix", allow, disclose: { caller: true, publisher: true }, cache: true };
}

function transport(port: number, auth: object): object {
  return { type: "websocket", endpoint: { type: "tcp", port, interface: "127.0.0.1" }, auth };
}
