// rotate: the same session under a new value; the only way to another role or realm.

import { findExpiryNs } from "../lifetime/lifetime.js";
import { makeCookieValue } from "../record/cookie-value.js";
import { changeSession } from "./change-session.js";
import { checkGrant, type Grant } from "./check-grant.js";
import { makeRoom } from "./make-room.js";
import { parseName } from "./parse-login.js";
import type { IssuedSession, RealmLimit, SessionKey } from "./session.js";
import type { SessionContext } from "./session-context.js";
import { toEvent } from "./session-events.js";
import { toSetCookie } from "./set-cookie.js";
import { toSession } from "./to-session.js";

/** What `rotate` may change beside the value. */
export interface RotateChanges {
  readonly authrole?: string | undefined;
  readonly authrealm?: string | undefined;
}

/**
 * The session with its new value: oid, creation and expiry stay, the old value opens nothing any more. `null` if there
 * is none, or it has ended.
 *
 * @throws `ERR_SESSION_ARGUMENT`, `ERR_SESSION_ROLE`, `ERR_SESSION_LIMIT` (in another realm): nothing is changed
 */
export async function rotateSession(
  context: SessionContext,
  key: SessionKey,
  changes: RotateChanges,
  limit: RealmLimit,
): Promise<IssuedSession | null> {
  const { policy, notify } = context;
  const authrole = changes.authrole === undefined ? undefined : parseName(changes.authrole, "authrole");
  const authrealm = changes.authrealm === undefined ? undefined : parseName(changes.authrealm, "authrealm");
  const value = makeCookieValue(policy.valueLength);
  const changed = await changeSession(context, key, limit, (transaction, { cookie, use }, nowNs) => {
    const grant: Grant = {
      authrole: authrole ?? cookie.authrole ?? "",
      authrealm: authrealm ?? cookie.authrealm ?? "",
    };
    checkGrant(grant, policy, limit.authrealm);
    const user = { authid: cookie.authid ?? "", authrealm: grant.authrealm };
    const isMoved = grant.authrealm !== cookie.authrealm;
    const displaced = isMoved ? makeRoom(transaction, user, policy, nowNs) : [];
    const stored = transaction.put({
      ...cookie.toFields(),
      ...grant,
      value: transaction.toStoredValue(value),
    });
    return {
      issued: {
        session: toSession(stored, use, policy),
        value,
        setCookie: toSetCookie(value, findExpiryNs(stored, policy), nowNs, policy),
        endedOids: displaced.map(({ oid }) => oid),
      },
      events: [
        ...displaced.map((old) => toEvent("logout", old, "session-limit", nowNs)),
        toEvent("update", stored, "rotate", nowNs),
      ],
    };
  });
  if (changed === undefined) return null;
  notify(changed.events);
  return changed.issued;
}
