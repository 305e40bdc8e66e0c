// Cookies and live sessions for the tests of src/live.

import type { LiveSession } from "../../src/live/live-session.js";
import type { LiveRules } from "../../src/live/session-end.js";
import { buildCookie } from "../../src/record/build-cookie.js";
import { Cookie, type CookieFields } from "../../src/record/cookie.js";
import type { CookieUse, UsedCookie } from "../../src/store/cookie-reader.js";

export const REALM = "realm1";
export const SECOND_NS = 1_000_000_000n;
/** When everything begins. */
export const BEGIN_NS = 1_700_000_000n * SECOND_NS;

export const RULES: LiveRules = {
  maxLifetimeSeconds: undefined,
  idleSeconds: undefined,
  liveIsUse: false,
  leaveTimeoutNs: 5n * SECOND_NS,
};

/** Oid number n. */
export function oidOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

export function fieldsOf(n: number, changes: Partial<CookieFields> = {}): CookieFields {
  return {
    oid: oidOf(n),
    createdNs: BEGIN_NS,
    maxAgeSeconds: 100,
    name: "cbtid",
    value: `value-of-cookie-number-${n}`,
    authid: "joe",
    authrole: "user",
    authrealm: REALM,
    ...changes,
  };
}

export function usedOf(n: number, changes: Partial<CookieFields> = {}, use?: CookieUse): UsedCookie {
  return { cookie: Cookie.cast(buildCookie(fieldsOf(n, changes))), use };
}

/** Session 1000 + n, which joined with cookie n. */
export function liveOf(n: number, changes: Partial<LiveSession> = {}): LiveSession {
  return {
    session: 1000 + n,
    authid: "joe",
    authrole: "user",
    oid: oidOf(n),
    isTracked: false,
    toldNs: undefined,
    isOverdue: false,
    ...changes,
  };
}
