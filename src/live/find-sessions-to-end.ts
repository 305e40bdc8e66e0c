// The one pure function that decides which live sessions end: view, cookies and time in, session ids out.

import type { UsedCookie } from "../store/cookie-reader.js";
import type { LiveSession, LiveView } from "./live-session.js";
import {
  earlier,
  findSessionEnd,
  findSessionEndNs,
  type LiveEndReason,
  type LiveRules,
} from "./session-end.js";

/** A session to be told to leave. */
export interface SessionToEnd {
  readonly session: number;
  readonly oid: string;
  readonly reason: LiveEndReason;
}

export interface LiveFindings {
  readonly toEnd: readonly SessionToEnd[];
  /** Oids of the cookies whose sessions were judged and stay. */
  readonly staying: readonly string[];
  /** Told longer ago than `leaveTimeoutNs`, still there, and no alarm raised yet. */
  readonly overdue: readonly LiveSession[];
  /** When the first of the sessions that stay will be over; `undefined`: none of them ever. */
  readonly nextEndNs: bigint | undefined;
}

/**
 * Which sessions of the view end now. Level-triggered: the answer depends on what is, not on what was heard, so a
 * missed event, a restart or a second instance needs nothing more to be right.
 *
 * @param cookies what the store says of the oids that were looked up, `undefined` where it has no record. Sessions
 *   whose oid isn't in it are left alone: not knowing is no reason to end anybody.
 */
export function findSessionsToEnd(
  view: LiveView,
  cookies: ReadonlyMap<string, UsedCookie | undefined>,
  rules: LiveRules,
  nowNs: bigint,
): LiveFindings {
  const toEnd: SessionToEnd[] = [];
  const staying: string[] = [];
  const overdue: LiveSession[] = [];
  let nextEndNs: bigint | undefined;
  for (const live of view.sessions.values()) {
    const { session, oid, toldNs } = live;
    if (toldNs !== undefined) {
      if (!live.isOverdue && nowNs - toldNs >= rules.leaveTimeoutNs) overdue.push(live);
      continue;
    }
    if (oid === undefined || !cookies.has(oid)) continue;
    const used = cookies.get(oid);
    const reason = findSessionEnd(live, view.realm, used, rules, nowNs);
    if (reason !== undefined) {
      toEnd.push({ session, oid, reason });
      continue;
    }
    // The cookie's time isn't its own, and that it is connected is no use of the cookie.
    if (live.isTracked) continue;
    staying.push(oid);
    if (used !== undefined) nextEndNs = earlier(nextEndNs, findSessionEndNs(used, rules));
  }
  return { toEnd, staying, overdue, nextEndNs };
}
