// The Crossbar node of the web demo: one transport for browsers, one for our component and the backend.

/** Where our component registers the authenticator. */
export const PROCEDURE = "com.example.cookie.authenticate";
export const REALM = "realm1";
/** Under this prefix our component registers the session procedures. */
export const PREFIX = "com.example.session.";
/** Role of those who log in on the page. */
export const USER_ROLE = "user";

export interface WebNodeOptions {
  /** For browsers. */
  readonly clientPort: number;
  /** TLS on it: absolute paths of PEM files. */
  readonly tls?: { readonly keyFile: string; readonly certFile: string } | undefined;
  readonly componentPort: number;
  readonly componentSecret: string;
  readonly backendSecret: string;
}

/** The node configuration, as Crossbar's config.json has it. */
export function webNode(options: WebNodeOptions): object {
  const { clientPort, componentPort, tls } = options;
  const authenticator = {
    type: "dynamic",
    authenticator: PROCEDURE,
    "authenticator-realm": REALM,
    "authenticator-role": "trusted",
  };
  const browserEndpoint = {
    type: "tcp",
    port: clientPort,
    interface: "127.0.0.1",
    ...(tls === undefined ? {} : { tls: { key: tls.keyFile, certificate: tls.certFile } }),
  };
  return {
    version: 2,
    controller: {},
    workers: [
      {
        type: "router",
        realms: [{ name: REALM, roles: roles() }],
        transports: [
          {
            // Not of type "websocket": over TLS, Crossbar 26.10 breaks off the handshake of whoever offers ALPN, as
            // browsers do, unless there is a web service to answer that offer.
            type: "web",
            endpoint: browserEndpoint,
            paths: {
              "/": { type: "json", value: {} },
              // No cookie tracking here: the web application sets the cookie, and nobody else.
              ws: { type: "websocket", auth: { anonymous: authenticator } },
            },
          },
          {
            type: "websocket",
            endpoint: { type: "tcp", port: componentPort, interface: "127.0.0.1" },
            options: { auto_ping_interval: 5000, auto_ping_timeout: 2500 },
            auth: {
              wampcra: {
                type: "static",
                users: {
                  authenticator: { secret: options.componentSecret, role: "authenticator" },
                  backend: { secret: options.backendSecret, role: "backend" },
                },
              },
            },
          },
        ],
      },
    ],
  };
}

function roles(): readonly object[] {
  const own = { register: true, publish: true };
  return [
    {
      name: "authenticator",
      permissions: [
        { uri: PROCEDURE, allow: { register: true } },
        { uri: PREFIX, match: "prefix", allow: own, cache: true },
        { uri: "wamp.session.", match: "prefix", allow: { call: true, subscribe: true }, cache: true },
      ],
    },
    {
      name: "backend",
      permissions: [{ uri: "com.example.app.", match: "prefix", allow: { register: true } }],
    },
    {
      name: USER_ROLE,
      permissions: ["com.example.app.greet", `${PREFIX}my_sessions`, `${PREFIX}logout_mine`].map((uri) => ({
        uri,
        allow: { call: true },
        disclose: { caller: true },
        cache: true,
      })),
    },
  ];
}
