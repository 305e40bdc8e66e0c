// The router of the bench `calls`: one transport for the callees and the caller, which may call as the router would.

export const REALM = "realm1";
export const CALLER_ROLE = "caller";
/** Each contestant has a procedure of its own. */
export const PROCEDURES = {
  ours: "com.example.ours",
  echo: "com.example.echo",
  python: "com.example.python",
} as const;
export const TICKET = "bench";

export type ContestantName = keyof typeof PROCEDURES;

/** The node's configuration. */
export function callsNode(port: number): object {
  const role = (name: string, allow: object): object => ({
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
  });
  const principals = Object.fromEntries(
    [...Object.keys(PROCEDURES), CALLER_ROLE].map((authid) => [
      authid,
      { ticket: TICKET, role: authid === CALLER_ROLE ? CALLER_ROLE : "callee" },
    ]),
  );
  return {
    version: 2,
    controller: {},
    workers: [
      {
        type: "router",
        realms: [
          { name: REALM, roles: [role("callee", { register: true }), role(CALLER_ROLE, { call: true })] },
        ],
        transports: [
          {
            type: "websocket",
            endpoint: { type: "tcp", port, interface: "127.0.0.1" },
            auth: { ticket: { type: "static", principals } },
          },
        ],
      },
    ],
  };
}
