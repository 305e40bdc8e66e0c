// What the authenticator enforces: the `authenticator` and `cookie` parts of the configuration, as data.

import type { OriginPolicy } from "../http-headers/origin.js";
import type { FailureLimits } from "./failure-limiter.js";

/** The rules of one authenticator. All fields are required: the defaults live in `DEFAULT_POLICY`. */
export interface AuthenticatorPolicy {
  /** Name of the cookie in the Cookie header; compared byte for byte. */
  readonly cookieName: string;
  /** Roles that may call the procedure. The router itself calls as `trusted`. */
  readonly callerRoles: readonly string[];
  /** `match`: the realm asked for must be the cookie's; `redirect`: the client is sent to the cookie's realm. */
  readonly realm: "match" | "redirect";
  /** Realms that may be given, or `undefined` for all. */
  readonly allowedRealms: readonly string[] | undefined;
  /** Roles that may be given, or `undefined` for all but the denied ones. */
  readonly allowedRoles: readonly string[] | undefined;
  /** Roles that are never given. */
  readonly deniedRoles: readonly string[];
  /** Give `trusted`, the router's own role with all rights, if a cookie has it. */
  readonly allowTrustedRole: boolean;
  /** Longest lifetime in seconds from creation, whatever the cookie says; `undefined`: no cap. */
  readonly maxLifetimeSeconds: number | undefined;
  /** Longest time without use in seconds; `undefined`: no idle time-out. */
  readonly idleSeconds: number | undefined;
  /** Keys of authextra that go to the client, or `undefined` for all. */
  readonly authextraKeys: readonly string[] | undefined;
  readonly origin: OriginPolicy;
  /** Refuse clients whose connection isn't encrypted. */
  readonly requireSecure: boolean;
  /** Proxies whose `X-Forwarded-*` headers are believed: addresses, and networks such as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[];
  /** How many credentials of a peer, and of all, may fail. */
  readonly failureLimit: FailureLimits;
  /** Role of clients without a valid cookie on the anonymous transport; `undefined`: they are refused. */
  readonly anonymousRole: string | undefined;
  /** Longest time for an answer, in milliseconds: the router has no deadline of its own. */
  readonly deadlineMs: number;
  /** Most calls in flight; more are answered with the fault at once. */
  readonly maxInFlight: number;
}

/** The defaults, which meet every R of our security requirements. */
export const DEFAULT_POLICY: AuthenticatorPolicy = {
  cookieName: "cbtid",
  callerRoles: ["trusted"],
  realm: "match",
  allowedRealms: undefined,
  allowedRoles: undefined,
  deniedRoles: [],
  allowTrustedRole: false,
  maxLifetimeSeconds: undefined,
  idleSeconds: undefined,
  authextraKeys: undefined,
  origin: { sameHost: true, allow: [], allowAbsent: true },
  requireSecure: false,
  trustedProxies: [],
  // An office behind one address whose pages all come back with expired cookies, reload, and try again.
  failureLimit: { peer: { burst: 300, perSecond: 20 }, total: { burst: 5000, perSecond: 500 } },
  anonymousRole: undefined,
  deadlineMs: 2000,
  maxInFlight: 1000,
};
