// What can be found in a node configuration: one finding, and the closed list of their kinds.

/**
 * The kinds of findings, each with the trap behind it. The names are stable; docs/crossbar.md has the same list, and
 * test/crossbar-node/traps.test.ts a node configuration for each.
 */
export const NODE_FINDING_KINDS = {
  "authenticator-unused": "no transport asks our procedure: another URI, or none at all",
  "authenticator-role":
    "`authenticator-role` is neither `trusted` nor absent: every client hangs without an answer or a log line",
  "authenticator-realm-missing":
    "no `authenticator-realm`: the call is made on the realm the client asks for",
  "authenticator-realm":
    "`authenticator-realm` is a realm that we register nothing on: every client is refused",
  "authenticator-method":
    "a dynamic authmethod that we don't answer: only `ticket` and `anonymous` carry a cookie",
  "tracking-beside-authenticator":
    "cookie tracking on the authenticator's transport: Crossbar makes new authenticated cookies after our answer",
  "builtin-cookie-method":
    "Crossbar's own `cookie` authmethod takes expired cookies, the role `trusted` and cookies of other realms",
  "tls-without-web":
    "TLS on a transport of type `websocket`, or `universal` without `web`, breaks off every browser's handshake",
  "plain-transport":
    "`requireSecure` on our side, no TLS and no trusted proxy on the router's: all are refused",
  "cookie-store-type": "cookies kept in memory or in a file: we don't know them",
  "cookie-store-path": "no cookie store of the node is our database, as none can be on Valkey or Redis",
  "cookie-store-maxsize": "`maxsize` below our `store.maxSize`: once we write past it, the router goes down",
  "cookie-store-purge":
    "`purge_on_startup` throws all sessions away, and makes the database anew in LMDB 1.0 format",
  "cookie-store-sync":
    "`sync: false`: a power failure loses logins that were acknowledged, or damages the database",
  "cookie-store-hashed": "Crossbar's store is a database whose values we hash: it finds none of its cookies",
  "cookie-store-exclusive":
    'Crossbar\'s store is our database, which mode "exclusive" takes for ours alone: log-outs miss what it writes',
  "cookie-name": "Crossbar's cookie has another name than the one we look for",
  "cookie-length": "`length` below 22 gives values of less than 128 bits, which can be guessed",
  "cookie-script": "no `http_strict`: scripts of a page can read the cookie",
  "component-pings":
    "no `auto_ping_interval` with `auto_ping_timeout` on our transport: when we freeze, clients hang for ever",
  "component-pings-slow":
    "several instances share the calls, and the pings take more than 10 s to find a frozen one: its share of joins hangs",
  "component-login": "the transport that our URL leads to doesn't know our login",
  "component-secret": "our secret or key isn't the one that the node has",
  "component-tls": "`wss` to a port without TLS, or `ws` to one with it",
  "component-serializers": "the transport speaks none of our serializers",
  "component-open": "static `anonymous` gives our own role to whoever reaches the port",
  "component-realm": "our realm isn't on the node",
  "component-role": "the realm doesn't have the role that we log in with",
  "component-permissions": "our role may not register our procedure",
  "component-twice":
    'several of us register one procedure with `invoke` "single": all but the first are refused',
  "component-worker":
    "a transport asks us on a router worker that none of our routers leads to: all are refused",
  "component-rlink": "an rlink forwards our procedures to another router: there each fault becomes a denial",
  "guest-not-restarted": "a guest worker that ends isn't started again by Crossbar",
  "session-realm": "a session realm isn't on the node, or lacks our role",
  "session-permissions": "our role lacks a right that sessions need: procedures, events, the meta API",
  "meta-api-off": "`enable_meta_api: false` in a session realm: live connections can't be seen or ended",
  "calling-role":
    "a role of `sessions.roles` may not call its procedures, or its callers aren't disclosed to us",
  "anonymous-caller":
    "static `anonymous` gives a role of `sessions.roles` to clients that nobody has authenticated",
  "chosen-authid": "`anonymous-proxy` lets whoever connects name any authid, role and realm",
  "meta-api-leak":
    "another role may use `wamp.session.on_join` or `wamp.session.get`, which carry the Cookie header",
  "procedure-open": "another role may register our procedures, and answer in our place",
  "granted-role": "a role that we may give isn't on the realm: its holders are refused by the router",
  "database-open": "the database can be read by every user of the machine",
  "node-file-open": "the node configuration has secrets in it and can be read by every user of the machine",
} as const;

/** The name of a kind; part of the JSON that the commands print. */
export type NodeFindingKind = keyof typeof NODE_FINDING_KINDS;

/** What is wrong or unwise in the node configuration. Never holds a secret of either file. */
export interface NodeFinding {
  readonly kind: NodeFindingKind;
  /** `error`: it won't work, breaks the router or lets anybody in; `warning`: it works, but. */
  readonly level: "error" | "warning";
  /** Path of the key, such as `workers[0].transports[1].websocket.ws.auth.ticket`; "" is the whole file. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}
