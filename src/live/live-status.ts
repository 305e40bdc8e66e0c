// What the view of a realm has, in numbers.

import type { LiveRealmName, OwnedLiveRealm } from "./live-realm.js";

/** For health checks and metrics. */
export interface LiveRealmStatus extends LiveRealmName {
  readonly isAttached: boolean;
  /** All sessions of the view; those with a cookie of ours; those told to leave; those of them that don't. */
  readonly sessions: number;
  readonly withCookie: number;
  readonly told: number;
  readonly overdue: number;
}

export function toLiveStatus({
  realm: { router, realm },
  view,
  isAttached,
}: OwnedLiveRealm): LiveRealmStatus {
  const sessions = [...view.sessions.values()];
  return {
    router,
    realm,
    isAttached,
    sessions: sessions.length,
    withCookie: sessions.filter(({ oid }) => oid !== undefined).length,
    told: sessions.filter(({ toldNs }) => toldNs !== undefined).length,
    overdue: sessions.filter(({ isOverdue }) => isOverdue).length,
  };
}
