// login: a new record with a new value; the session whose value the client had ends with it.

import { isDamage } from "../errors.js";
import { findExpiryNs } from "../lifetime/lifetime.js";
import type { Cookie, CookieFields } from "../record/cookie.js";
import { makeCookieValue } from "../record/cookie-value.js";
import { makeOid } from "../record/make-oid.js";
import type { CookieTransaction } from "../store/cookie-writer.js";
import { checkGrant } from "./check-grant.js";
import { toTransportInfo } from "./device.js";
import { makeRoom } from "./make-room.js";
import { type ParsedLogin, parseLogin } from "./parse-login.js";
import { NS_PER_SECOND, toNs } from "./seconds.js";
import type { Device, IssuedSession, LoginRequest, RealmLimit, SessionEvent } from "./session.js";
import { findRecordIn, type SessionContext, writeNow } from "./session-context.js";
import { argumentError } from "./session-errors.js";
import { toEvent } from "./session-events.js";
import { capMaxAge } from "./session-lifetime.js";
import type { SessionPolicy } from "./session-policy.js";
import { toSetCookie } from "./set-cookie.js";
import { toSession } from "./to-session.js";

/** How far the clock of who tells the authTime may be ahead of ours. */
const AUTH_TIME_TOLERANCE_NS = 300n * NS_PER_SECOND;

/**
 * @throws `ERR_SESSION_ARGUMENT`, `ERR_SESSION_ROLE`, `ERR_SESSION_LIMIT`; after each nothing is changed, and the
 *   presented session goes on
 */
export async function login(
  context: SessionContext,
  request: LoginRequest,
  limit: RealmLimit,
): Promise<IssuedSession> {
  const { policy, notify } = context;
  const parsed = parseLogin(request);
  checkGrant(parsed, policy, limit.authrealm);
  // Always a value of ours: one that a client brings could be known to somebody else (session fixation).
  const value = makeCookieValue(policy.valueLength);
  const { cookie, events, nowNs } = await writeNow(context, (transaction, nowNs) => {
    const replaced = endPresented(transaction, parsed.presentedValue, limit);
    const displaced = makeRoom(transaction, parsed, policy, nowNs);
    const cookie = transaction.put({
      ...toFields(parsed, request.device, policy, nowNs),
      value: transaction.toStoredValue(value),
    });
    const events: SessionEvent[] = [
      ...replaced.map((old) => toEvent("logout", old, "replaced", nowNs)),
      ...displaced.map((old) => toEvent("logout", old, "session-limit", nowNs)),
      toEvent("login", cookie, "login", nowNs),
    ];
    return { cookie, events, nowNs };
  });
  notify(events);
  return {
    session: toSession(cookie, undefined, policy),
    value,
    setCookie: toSetCookie(value, findExpiryNs(cookie, policy), nowNs, policy),
    endedOids: events.slice(0, -1).map(({ oid }) => oid),
  };
}

/** Ends the session of the presented value, of any user: this browser is somebody else's from now on. */
function endPresented(
  transaction: CookieTransaction,
  value: string | undefined,
  limit: RealmLimit,
): Cookie[] {
  if (value === undefined) return [];
  const cookie = findPresented(transaction, value, limit);
  // A tracking cookie is no session, and its value is given to nobody.
  if (cookie === undefined || !cookie.isAuthenticated) return [];
  transaction.delete(cookie.oid);
  return [cookie];
}

function findPresented(transaction: CookieTransaction, value: string, limit: RealmLimit): Cookie | undefined {
  try {
    return findRecordIn(transaction, { value }, limit)?.cookie;
  } catch (error) {
    // A record that can't be read lets nobody in; it must not keep its owner from logging in again.
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function toFields(
  login: ParsedLogin,
  device: Device | undefined,
  policy: SessionPolicy,
  nowNs: bigint,
): CookieFields {
  const asked = login.maxAgeSeconds === undefined ? policy.maxAgeSeconds : login.maxAgeSeconds;
  return {
    oid: makeOid(nowNs),
    createdNs: nowNs,
    maxAgeSeconds: capMaxAge(asked, policy),
    name: policy.cookieName,
    authenticatedNs: toAuthTimeNs(login.authTime, nowNs),
    authenticatedTransportInfo: toTransportInfo(device, login.authCodeSha256),
    authenticatedAuthmethod: login.authmethod,
    authid: login.authid,
    authrole: login.authrole,
    authmethod: login.authmethod ?? "cookie",
    authrealm: login.authrealm,
    authextra: login.authextra,
  };
}

/** A time a little ahead is another machine's clock and becomes now; one far ahead would pass each demand for a fresh login. */
function toAuthTimeNs(authTime: number | undefined, nowNs: bigint): bigint {
  if (authTime === undefined) return nowNs;
  const authTimeNs = toNs(authTime);
  if (authTimeNs > nowNs + AUTH_TIME_TOLERANCE_NS) throw argumentError("authTime", "it is in the future");
  return authTimeNs < nowNs ? authTimeNs : nowNs;
}
