// The Crossbar node of the demo: a login transport with cookie tracking, one with our authenticator, one for us.

/** Where our component registers the authenticator. */
export const PROCEDURE = "com.example.cookie.authenticate";
export const REALM = "realm1";
/** Under this prefix our component registers the session procedures. */
export const PREFIX = "com.example.session.";
/** A second realm, to which a cookie of the first gives no way. */
export const OTHER_REALM = "realm2";

export interface DemoNodeOptions {
  /** For browsers: `/login` and `/ws`. */
  readonly clientPort: number;
  /** For our component. */
  readonly componentPort: number;
  /** Directory of the cookie database, relative to Crossbar's node directory; without one Crossbar keeps no cookies. */
  readonly cookies: string | undefined;
  readonly userSecret: string;
  readonly componentSecret: string;
  readonly backendSecret: string;
}

/** The node configuration, as Crossbar's config.json has it. */
export function demoNode(options: DemoNodeOptions): object {
  const authenticator = {
    type: "dynamic",
    authenticator: PROCEDURE,
    "authenticator-realm": REALM,
    "authenticator-role": "trusted",
  };
  const anyone = { uri: "com.example.", match: "prefix", cache: true };
  const own = { uri: PREFIX, match: "prefix", allow: { register: true, publish: true }, cache: true };
  const meta = { uri: "wamp.session.", match: "prefix", allow: { call: true, subscribe: true }, cache: true };
  const backend = { uri: PREFIX, match: "prefix", allow: { call: true }, disclose: { caller: true } };
  const user = { name: "user", permissions: [{ ...anyone, allow: { call: true, subscribe: true } }] };
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
              { name: "authenticator", permissions: [{ ...anyone, allow: { register: true } }, own, meta] },
              // An application's server, which logs users in and out.
              { name: "backend", permissions: [backend] },
              user,
            ],
          },
          { name: OTHER_REALM, roles: [user] },
        ],
        transports: [
          {
            type: "universal",
            endpoint: { type: "tcp", port: options.clientPort, interface: "127.0.0.1" },
            websocket: {
              // Here users log in, and Crossbar keeps in its database who the cookie belongs to.
              login: {
                type: "websocket",
                ...(options.cookies === undefined ? {} : { cookie: cookieTracking(options.cookies) }),
                auth: {
                  wampcra: { type: "static", users: { joe: { secret: options.userSecret, role: "user" } } },
                },
              },
              // Here the cookie is enough. No cookie tracking on this one: it would write to the cookies.
              ws: { type: "websocket", auth: { ticket: authenticator, anonymous: authenticator } },
            },
          },
          {
            type: "websocket",
            endpoint: { type: "tcp", port: options.componentPort, interface: "127.0.0.1" },
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

function cookieTracking(path: string): object {
  return { name: "cbtid", max_age: 604_800, store: { type: "database", path, maxsize: 1_073_741_824 } };
}
