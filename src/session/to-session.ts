// A record and its last use, as the interface shows them. The value stays behind.

import { findExpiryNs, findIdleEndNs, type LifetimeLimits } from "../lifetime/lifetime.js";
import type { Cookie } from "../record/cookie.js";
import type { CookieUse } from "../store/cookie-reader.js";
import { deviceOf } from "./device.js";
import { scopeOf } from "./scope.js";
import { toSeconds } from "./seconds.js";
import type { Session } from "./session.js";

/**
 * The session of a record that somebody has logged in with.
 *
 * @throws `ERR_RECORD_CBOR`, `ERR_RECORD_INVALID` if a field can't be decoded
 */
export function toSession(cookie: Cookie, use: CookieUse | undefined, limits: LifetimeLimits): Session {
  const { peer, userAgent } = deviceOf(cookie);
  const expiryNs = findExpiryNs(cookie, limits);
  const idleEndNs = findIdleEndNs(cookie, use, limits);
  return {
    oid: cookie.oid,
    authid: cookie.authid ?? "",
    authrole: cookie.authrole ?? "",
    authrealm: cookie.authrealm ?? "",
    // Crossbar's own `setAuth` fills the second field only.
    authmethod: cookie.authenticatedAuthmethod ?? cookie.authmethod,
    scope: scopeOf(cookie),
    created: toSeconds(cookie.createdNs),
    authTime: toSeconds(cookie.authenticatedNs ?? cookie.createdNs),
    expires: expiryNs === undefined ? null : toSeconds(expiryNs),
    idleExpires: idleEndNs === undefined ? null : toSeconds(idleEndNs),
    lastUsed: use === undefined ? null : toSeconds(use.lastUsedNs),
    peer,
    userAgent,
    lastPeer: use?.peer,
    lastUserAgent: use?.userAgent,
  };
}
