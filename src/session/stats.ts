// stats: how many records of each kind there are.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { CookiePage } from "../store/cookie-reader.js";
import { NS_PER_SECOND } from "./seconds.js";
import type { SessionStats } from "./session.js";
import { readNowNs, type SessionContext } from "./session-context.js";
import { findState, type SessionState } from "./session-state.js";

/** Records looked at before others get their turn. */
const PAGE = 500;

/** Counts all records, each page of its own snapshot. */
export async function countSessions(context: SessionContext): Promise<SessionStats> {
  const states = new Map<SessionState, number>();
  const [byRealm, byRole] = [new Map<string, number>(), new Map<string, number>()];
  let after: string | undefined;
  do {
    const page: CookiePage = await context.reader.list({ limit: PAGE, after, withUse: true });
    const nowNs = await readNowNs(context);
    for (const cookie of page.cookies) {
      const state = findState(cookie, page.uses.get(cookie.oid), context.policy, nowNs);
      add(states, state);
      if (state !== "valid") continue;
      add(byRealm, cookie.authrealm ?? "");
      add(byRole, cookie.authrole ?? "");
    }
    if (page.damaged.length > 0) add(states, "damaged", page.damaged.length);
    after = page.next;
    await nextTurn();
  } while (after !== undefined);
  const of = (state: SessionState): number => states.get(state) ?? 0;
  return {
    records: [...states.values()].reduce((sum, count) => sum + count, 0),
    valid: of("valid"),
    expired: of("expired"),
    idle: of("idle"),
    fromFuture: of("from-future"),
    unauthenticated: of("unauthenticated"),
    damaged: of("damaged"),
    byRealm: Object.fromEntries(byRealm),
    byRole: Object.fromEntries(byRole),
    clockBehindSeconds: Number(context.clock.behindNs / NS_PER_SECOND),
  };
}

function add<K>(counts: Map<K, number>, key: K, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}
