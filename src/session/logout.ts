// logout: the record and its index entries go in one transaction.

import type { RealmLimit, SessionKey } from "./session.js";
import { findRecord, findRecordIn, type SessionContext, writeNow } from "./session-context.js";
import { toEvent } from "./session-events.js";

/**
 * Ends a session, also one that has expired. No session is no error: `false`, without a write transaction. A tracking
 * cookie, with which nobody has logged in, is no session.
 */
export async function logout(context: SessionContext, key: SessionKey, limit: RealmLimit): Promise<boolean> {
  const seen = await findRecord(context, key, limit);
  if (seen === undefined || !seen.cookie.isAuthenticated) return false;
  const event = await writeNow(context, (transaction, nowNs) => {
    const cookie = findRecordIn(transaction, key, limit)?.cookie;
    if (cookie === undefined || !cookie.isAuthenticated) return undefined;
    transaction.delete(cookie.oid);
    return toEvent("logout", cookie, "logout", nowNs);
  });
  if (event === undefined) return false;
  context.notify([event]);
  return true;
}
