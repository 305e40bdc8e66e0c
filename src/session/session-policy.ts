// What sessions are like: the `sessions` and `cookie` parts of the configuration, as data.

import type { LifetimeLimits } from "../lifetime/lifetime.js";

/** Attributes of the Set-Cookie header (RFC 6265bis, section 4.1.2). */
export interface CookieAttributes {
  readonly path: string;
  /** `undefined`: the host alone that set it. */
  readonly domain: string | undefined;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: "Strict" | "Lax" | "None";
  readonly partitioned: boolean;
}

/** The rules of `CookieSessions`. All fields are required: the defaults live in `DEFAULT_SESSION_POLICY`. */
export interface SessionPolicy extends LifetimeLimits {
  readonly cookieName: string;
  /** Length in characters of new values, 6 random bits each; 22 to 64. */
  readonly valueLength: number;
  readonly attributes: CookieAttributes;
  /** Lifetime in seconds of a login that names none; `null`: never. */
  readonly maxAgeSeconds: number | null;
  /** A last use is written at most this often for a cookie, in seconds. */
  readonly touchSeconds: number;
  /** Most sessions of one user in one realm, and what happens to one more; `undefined`: no limit. */
  readonly perUser: { readonly limit: number; readonly beyond: "refuse" | "end-oldest" } | undefined;
  /** Realms and roles that a login may give; `undefined`: all but the denied. `trusted` is the router's own role. */
  readonly allowedRealms: readonly string[] | undefined;
  readonly allowedRoles: readonly string[] | undefined;
  readonly deniedRoles: readonly string[];
  readonly allowTrustedRole: boolean;
}

/** The defaults, which meet every R of our security requirements. */
export const DEFAULT_SESSION_POLICY: SessionPolicy = {
  cookieName: "cbtid",
  valueLength: 24,
  attributes: {
    path: "/",
    domain: undefined,
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
    partitioned: false,
  },
  maxAgeSeconds: 604_800,
  maxLifetimeSeconds: undefined,
  idleSeconds: undefined,
  touchSeconds: 60,
  perUser: undefined,
  allowedRealms: undefined,
  allowedRoles: undefined,
  deniedRoles: [],
  allowTrustedRole: false,
};
