// The procedures for a client about itself. Whose sessions they are is what the router says of the caller, never an
// argument.

import type { Caller } from "./caller.js";
import type { LiveLookup } from "./live-lookup.js";
import type { Procedures } from "./procedure.js";
import { noSuchSession, notDisclosed, unavailable } from "./procedure-error.js";
import type { SELF_SERVICE_NAMES } from "./procedure-names.js";
import type { ProcedureRules } from "./procedure-rules.js";
import { toSessionMap } from "./session-map.js";
import type { SessionOperations } from "./session-operations.js";

export function createSelfService(
  sessions: SessionOperations,
  live: LiveLookup,
  rules: ProcedureRules,
): Procedures<(typeof SELF_SERVICE_NAMES)[number]> {
  const ownOf = (caller: Caller): { readonly authid: string; readonly authrealm: string } => {
    if (caller.authid === undefined) throw notDisclosed(rules.prefix);
    return { authid: caller.authid, authrealm: caller.realm };
  };

  return {
    async my_sessions({ limit, after }, caller) {
      const own = ownOf(caller);
      const page = await sessions.list({ ...own, limit, after });
      const current = live.findConnection(caller)?.oid;
      const maps = page.sessions.map((session) => ({
        ...toSessionMap(session),
        current: session.oid === current,
        connected: session.oid === current || live.isConnected(session),
      }));
      return { result: { sessions: maps, next: page.next ?? null }, touched: own };
    },

    async logout_mine(args, caller) {
      const own = ownOf(caller);
      if ("others" in args) {
        const connection = live.findConnection(caller);
        // Without knowing which session is the caller's, its own would end with the others.
        if (connection === undefined) throw unavailable();
        const ended = await sessions.logoutUser({ ...own, exceptOid: connection.oid });
        return { result: { ended: [...ended] }, touched: { ...own, count: ended.length } };
      }
      const { oid } = args;
      const session = await sessions.find({ oid }, { authrealm: own.authrealm });
      // another user's session answers like one that isn't there.
      if (session?.authid !== own.authid || session.authrealm !== own.authrealm)
        throw noSuchSession(rules.prefix);
      // It may have ended meanwhile, which is what was asked for.
      await sessions.logout({ oid }, { authrealm: own.authrealm });
      return { result: { ended: [oid] }, touched: { ...own, oid, count: 1 } };
    },
  };
}
