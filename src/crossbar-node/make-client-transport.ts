// The transport that browsers and other clients join on: /ws with this authenticator, /login where users log in.

import type { Config, LmdbStoreConfig } from "../config/config.js";
import { canCrossbarName } from "./check-tracking-cookie.js";
import { portOf } from "./component-link.js";
import { makeAuthenticator } from "./make-guest.js";
import type { NodeRequest } from "./node-request.js";

/** Crossbar's own default lifetime of a cookie, in seconds. */
const CROSSBAR_MAX_AGE = 604_800;
/** What Crossbar accepts as `length`, from R-01's 128 bits on, and as `max_age`. */
const LENGTHS = [22, 64] as const;
const LONGEST_MAX_AGE = 86_400 * 400;

/**
 * A transport of type `web`: with TLS it is the only one that browsers can use. The cookie store is on `/login` alone,
 * since tracking beside the authenticator makes new authenticated cookies after our answer.
 */
export function makeClientTransport({ config, router }: NodeRequest): object {
  const { requireSecure, trustedProxies } = config.policy;
  const hasTls = requireSecure && trustedProxies.length === 0;
  const port = [hasTls ? 8443 : 8080, 8090].find((free) => free !== portOf(new URL(router.url)));
  const cookie = makeCookie(config);
  const login =
    cookie === undefined
      ? {}
      : { login: { type: "websocket", cookie, auth: { wampcra: { type: "static", users: {} } } } };
  return {
    type: "web",
    endpoint: {
      type: "tcp",
      interface: "127.0.0.1",
      port,
      ...(hasTls ? { tls: { key: "server_key.pem", certificate: "server_cert.pem" } } : {}),
    },
    paths: {
      "/": { type: "json", value: {} },
      ...login,
      ws: { type: "websocket", auth: makeAuthenticator(router) },
    },
  };
}

/** The database that Crossbar's own cookie tracking may write into; `undefined` if there is none. */
export function findSharedDatabase({ store, sessions, policy }: Config): LmdbStoreConfig | undefined {
  if (store.type !== "lmdb" || store.hashValues) return undefined;
  return sessions?.mode !== "exclusive" && canCrossbarName(policy.cookieName) ? store : undefined;
}

/** `undefined` where Crossbar can have no cookies of ours. */
function makeCookie(config: Config): object | undefined {
  const { policy, cookieValueLength } = config;
  const [shortest, longest] = LENGTHS;
  const store = findSharedDatabase(config);
  if (store === undefined) return undefined;
  return {
    name: policy.cookieName,
    length: Math.min(Math.max(cookieValueLength, shortest), longest),
    max_age: Math.min(policy.maxLifetimeSeconds ?? CROSSBAR_MAX_AGE, LONGEST_MAX_AGE),
    http_strict: true,
    same_site: "Lax",
    ...(policy.requireSecure ? { secure: true } : {}),
    store: { type: "database", path: store.path, maxsize: store.maxSizeBytes },
  };
}
