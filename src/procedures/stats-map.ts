// Counts as a plain map, without what a caller of one realm may not know of the others.

import type { SessionStats } from "../session/session.js";
import type { ResultMap } from "./session-map.js";

/** @param onlyRealm the realm that the caller is bound to; `undefined`: every realm */
export function toStatsMap(stats: SessionStats, onlyRealm: string | undefined): ResultMap {
  const { byRealm, byRole } = stats;
  return {
    records: stats.records,
    valid: stats.valid,
    expired: stats.expired,
    idle: stats.idle,
    from_future: stats.fromFuture,
    unauthenticated: stats.unauthenticated,
    damaged: stats.damaged,
    by_realm: onlyRealm === undefined ? byRealm : { [onlyRealm]: countOf(byRealm, onlyRealm) },
    by_role: onlyRealm === undefined ? byRole : null,
    clock_behind: stats.clockBehindSeconds,
  };
}

function countOf(counts: Readonly<Record<string, number>>, key: string): number {
  return Object.hasOwn(counts, key) ? (counts[key] ?? 0) : 0;
}
