// One change of one valid session: looked up first without a transaction, and looked at again inside it.

import type { UsedCookie } from "../store/cookie-reader.js";
import type { CookieTransaction } from "../store/cookie-writer.js";
import type { RealmLimit, SessionKey } from "./session.js";
import { findRecord, findRecordIn, type SessionContext, writeNow } from "./session-context.js";
import { findState } from "./session-state.js";

/**
 * Runs `change` on the valid session of the key. A key without one costs no write transaction: whoever sends made-up
 * values doesn't hold the lock that the router waits on.
 *
 * @returns what `change` returned; `undefined` if there is no such session, or it has ended
 */
export async function changeSession<T>(
  context: SessionContext,
  key: SessionKey,
  limit: RealmLimit,
  change: (transaction: CookieTransaction, found: UsedCookie, nowNs: bigint) => T,
): Promise<T | undefined> {
  if ((await findRecord(context, key, limit)) === undefined) return undefined;
  return writeNow(context, (transaction, nowNs) => {
    const found = findRecordIn(transaction, key, limit);
    if (found === undefined) return undefined;
    const state = findState(found.cookie, found.use, context.policy, nowNs);
    return state === "valid" ? change(transaction, found, nowNs) : undefined;
  });
}
