// A node configuration with all that our tests need: a transport for components, one for clients, TLS if wanted.

/** Where the authenticator is registered. */
export const PROCEDURE = "com.example.cookie.authenticate";
export const REALM = "realm1";

/** Ed25519 seed and public key of the component that logs in by cryptosign: RFC 8032, test 1. */
export const SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/** The user `salted`. Crossbar keeps the secret in clear and derives the key itself, as we do. */
const SALT = { salt: "salt123", iterations: 100, keylen: 16 };
export const SALTED_SECRET = "salted-secret";

export interface NodeOptions {
  /** Port of the transport on which components log in. */
  readonly componentPort: number;
  /** Port of the transport whose clients are authenticated by us. */
  readonly clientPort: number;
  /** A further transport for components, whose WebSocket options make the router ping them. */
  readonly pinging?: { readonly port: number; readonly intervalMs: number; readonly timeoutMs: number };
  /** A further transport for components, over TLS. Files relative to the node directory, or absolute. */
  readonly tls?: {
    readonly port: number;
    readonly key: string;
    readonly certificate: string;
    /** Authorities of client certificates: whoever has none is turned away. */
    readonly clientCa: string;
  };
}

/** The configuration. The authenticator's role may register; the role `bystander` may not. */
export function crossbarNode(options: NodeOptions): object {
  const dynamic = {
    type: "dynamic",
    authenticator: PROCEDURE,
    "authenticator-realm": REALM,
    "authenticator-role": "trusted",
  };
  const componentAuth = {
    anonymous: { type: "static", role: "authenticator" },
    ticket: {
      type: "static",
      principals: {
        component: { ticket: "ticket-secret", role: "authenticator" },
        bystander: { ticket: "ticket-secret", role: "bystander" },
        admin: { ticket: "ticket-secret", role: "admin" },
      },
    },
    wampcra: {
      type: "static",
      users: {
        component: { secret: "cra-secret", role: "authenticator" },
        salted: { secret: SALTED_SECRET, role: "authenticator", ...SALT },
      },
    },
    cryptosign: {
      type: "static",
      principals: { component: { authorized_keys: [PUBLIC_KEY], role: "authenticator" } },
    },
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
              role("authenticator", { call: true, register: true, publish: true, subscribe: true }),
              role("bystander", { call: true }),
              role("user", { call: true, subscribe: true }),
              role("admin", { call: true, register: true, publish: true, subscribe: true }, ["", "wamp."]),
            ],
          },
        ],
        transports: [
          { type: "websocket", endpoint: tcp(options.componentPort), auth: componentAuth },
          {
            type: "websocket",
            endpoint: tcp(options.clientPort),
            auth: { ticket: dynamic, anonymous: dynamic },
          },
          ...(options.pinging === undefined ? [] : [pingingTransport(options.pinging, componentAuth)]),
          ...(options.tls === undefined ? [] : [tlsTransport(options.tls, componentAuth)]),
        ],
      },
    ],
  };
}

function role(
  name: string,
  allow: Record<string, boolean>,
  prefixes: readonly string[] = ["com.example."],
): object {
  const permissions = prefixes.map((uri) => ({
    uri,
    match: "prefix",
    allow,
    disclose: { caller: true, publisher: true },
    cache: true,
  }));
  return { name, permissions };
}

function tcp(port: number): object {
  return { type: "tcp", port, interface: "127.0.0.1" };
}

function pingingTransport(pinging: NonNullable<NodeOptions["pinging"]>, auth: object): object {
  const options = { auto_ping_interval: pinging.intervalMs, auto_ping_timeout: pinging.timeoutMs };
  return { type: "websocket", endpoint: tcp(pinging.port), auth, options };
}

function tlsTransport(tls: NonNullable<NodeOptions["tls"]>, auth: object): object {
  const { port, key, certificate, clientCa } = tls;
  return {
    type: "websocket",
    endpoint: { ...tcp(port), tls: { key, certificate, ca_certificates: [clientCa] } },
    auth,
  };
}
