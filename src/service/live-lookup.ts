// What the session procedures ask the view of live connections, from the view.

import type { LiveSessions } from "../live/live-sessions.js";
import type { LiveLookup } from "../procedures/live-lookup.js";

export function toLiveLookup(live: Pick<LiveSessions, "find" | "sessionsOf">): LiveLookup {
  return {
    findConnection: ({ session, ...at }) => (session === undefined ? undefined : live.find(at, session)),
    // An authextra may say anything where a client didn't come through us: user and realm must be right as well.
    isConnected: ({ oid, authid, authrealm }) =>
      live.sessionsOf(oid).some(({ realm, session }) => realm === authrealm && session.authid === authid),
  };
}
