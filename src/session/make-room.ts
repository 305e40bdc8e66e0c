// The limit of sessions of one user in one realm, inside the transaction that makes one more.

import type { Cookie } from "../record/cookie.js";
import type { CookieTransaction } from "../store/cookie-writer.js";
import type { Grant } from "./check-grant.js";
import { tooManySessions } from "./session-errors.js";
import type { SessionPolicy } from "./session-policy.js";
import { findState } from "./session-state.js";

/**
 * A transaction stays short: of a user who has far more sessions than a limit that was set later, each login ends so
 * many.
 */
const MOST_AT_ONCE = 200;

/**
 * Ends the user's oldest sessions, as many as the limit asks for. Only valid sessions count: an expired record, a tracking
 * cookie or a damaged one locks nobody out.
 *
 * @returns the records that were removed, the oldest first
 * @throws `ERR_SESSION_LIMIT` if the policy says to refuse
 */
export function makeRoom(
  transaction: CookieTransaction,
  user: { readonly authid: string } & Pick<Grant, "authrealm">,
  policy: SessionPolicy,
  nowNs: bigint,
): Cookie[] {
  const { perUser } = policy;
  if (perUser === undefined) return [];
  const own = transaction
    .listByAuthid(user.authid)
    .filter((cookie) => findState(cookie, transaction.findUse(cookie.oid), policy, nowNs) === "valid")
    .filter((cookie) => cookie.authrealm === user.authrealm);
  const excess = own.length - perUser.limit + 1;
  if (excess <= 0) return [];
  if (perUser.beyond === "refuse") throw tooManySessions(perUser.limit);
  const oldest = own.toSorted(byAge).slice(0, Math.min(excess, MOST_AT_ONCE));
  for (const { oid } of oldest) transaction.delete(oid);
  return oldest;
}

function byAge(a: Cookie, b: Cookie): number {
  if (a.createdNs !== b.createdNs) return a.createdNs < b.createdNs ? -1 : 1;
  return a.oid < b.oid ? -1 : 1;
}
