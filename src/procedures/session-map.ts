// Sessions as the plain maps that procedures answer with: snake_case, null for what isn't there.

import type { IssuedSession, Session } from "../session/session.js";

/** A map that every WAMP serializer can send. */
export type ResultMap = Readonly<Record<string, unknown>>;

/** A session without its value. */
export function toSessionMap(session: Session): ResultMap {
  return {
    oid: session.oid,
    authid: session.authid,
    authrole: session.authrole,
    authrealm: session.authrealm,
    authmethod: session.authmethod ?? null,
    scope: [...session.scope],
    created: session.created,
    auth_time: session.authTime,
    expires: session.expires,
    idle_expires: session.idleExpires,
    last_used: session.lastUsed,
    peer: session.peer ?? null,
    user_agent: session.userAgent ?? null,
    last_peer: session.lastPeer ?? null,
    last_user_agent: session.lastUserAgent ?? null,
  };
}

/** A new or rotated session: the one answer with a value in it. */
export function toIssuedMap({ session, value, setCookie, endedOids }: IssuedSession): ResultMap {
  return { value, set_cookie: setCookie, ...toSessionMap(session), ended: [...endedOids] };
}
