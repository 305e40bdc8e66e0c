// logoutUser and deleteAll: every session of a user, or of everybody.

import { endInBatches } from "./end-in-batches.js";
import { parseName } from "./parse-login.js";
import type { RealmLimit } from "./session.js";
import { parseOid, type SessionContext } from "./session-context.js";

/** What `deleteAll` spares. */
export interface DeleteAllOptions extends RealmLimit {
  /** The session that stays. */
  readonly exceptOid?: string | undefined;
}

/** Whose sessions `logoutUser` ends, and which one stays. */
export interface LogoutUserOptions extends DeleteAllOptions {
  readonly authid: string;
}

/**
 * Ends all sessions of a user, in all realms or in one. Exact, also where Crossbar writes: all that were there when it
 * began are gone when it answers. A login that comes meanwhile may stay.
 *
 * @returns the oids of the sessions that were ended
 * @throws `ERR_SESSION_ARGUMENT`
 */
export async function logoutUser(context: SessionContext, options: LogoutUserOptions): Promise<string[]> {
  const authid = parseName(options.authid, "authid");
  const exceptOid = options.exceptOid === undefined ? undefined : parseOid(options.exceptOid);
  const oids: string[] = [];
  await endInBatches(context, {
    kind: "logout",
    reason: "logout-user",
    onBatch: (ended) => oids.push(...ended),
    where: { authid },
    fits: (cookie) =>
      cookie.isAuthenticated &&
      cookie.oid !== exceptOid &&
      cookie.authid === authid &&
      isOfRealm(cookie.authrealm, options),
  });
  return oids;
}

/**
 * Ends all sessions, in all realms or in one; exact as `logoutUser`. Tracking cookies, with which nobody has logged in,
 * stay.
 *
 * @returns how many were ended
 * @throws `ERR_SESSION_ARGUMENT`
 */
export async function deleteAll(context: SessionContext, options: DeleteAllOptions): Promise<number> {
  const exceptOid = options.exceptOid === undefined ? undefined : parseOid(options.exceptOid);
  const { ended } = await endInBatches(context, {
    kind: "logout",
    reason: "delete-all",
    fits: (cookie) =>
      cookie.isAuthenticated && cookie.oid !== exceptOid && isOfRealm(cookie.authrealm, options),
  });
  return ended;
}

function isOfRealm(authrealm: string | undefined, limit: RealmLimit): boolean {
  return limit.authrealm === undefined || authrealm === limit.authrealm;
}
