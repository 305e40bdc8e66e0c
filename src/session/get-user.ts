// getUser and find: who is this session?

import type { Cookie } from "../record/cookie.js";
import { hashAuthCode, isAuthCodeRight } from "./auth-code.js";
import { findGrantProblem } from "./check-grant.js";
import { parseScope, scopeOf } from "./scope.js";
import { NS_PER_SECOND } from "./seconds.js";
import type { RealmLimit, Session, SessionKey, UserRequirements } from "./session.js";
import { findRecordNow, type SessionContext } from "./session-context.js";
import { argumentError } from "./session-errors.js";
import { findState } from "./session-state.js";
import { toSession } from "./to-session.js";

/** The valid session of a key, whatever it may do; `undefined` if there is none. */
export async function findSession(
  context: SessionContext,
  key: SessionKey,
  limit: RealmLimit,
): Promise<Session | undefined> {
  const found = await findRecordNow(context, key, limit);
  if (found === undefined) return undefined;
  const { cookie, use, nowNs } = found;
  const state = findState(cookie, use, context.policy, nowNs);
  return state === "valid" ? toSession(cookie, use, context.policy) : undefined;
}

/**
 * The session, if it is valid, its role and realm may still be given, and it meets each requirement; else `null`.
 *
 * @throws `ERR_SESSION_ARGUMENT`; `ERR_RECORD_CBOR` and the store's faults: an answer is only given by a whole record
 */
export async function getUser(
  context: SessionContext,
  key: SessionKey,
  requirements: UserRequirements,
  limit: RealmLimit,
): Promise<Session | null> {
  const required = parseRequirements(requirements);
  const found = await findRecordNow(context, key, limit);
  if (found === undefined) return null;
  const { cookie, use, nowNs } = found;
  const { policy } = context;
  if (findState(cookie, use, policy, nowNs) !== "valid") return null;
  const { authrole = "", authrealm = "" } = cookie;
  if (findGrantProblem({ authrole, authrealm }, policy) !== undefined) return null;
  if (!isGranted(cookie, required.scope) || !isFresh(cookie, required.maxAuthAgeNs, nowNs)) return null;
  return isAuthCodeRight(cookie, requirements.authCode) ? toSession(cookie, use, policy) : null;
}

function parseRequirements({ scope, maxAuthAgeSeconds, authCode }: UserRequirements): {
  readonly scope: readonly string[];
  readonly maxAuthAgeNs: bigint | undefined;
} {
  if (authCode !== undefined) hashAuthCode(authCode);
  if (maxAuthAgeSeconds !== undefined && !(Number.isSafeInteger(maxAuthAgeSeconds) && maxAuthAgeSeconds >= 0))
    throw argumentError("maxAuthAgeSeconds", "expected whole seconds");
  return {
    scope: scope === undefined ? [] : parseScope(scope),
    maxAuthAgeNs: maxAuthAgeSeconds === undefined ? undefined : BigInt(maxAuthAgeSeconds) * NS_PER_SECOND,
  };
}

function isGranted(cookie: Cookie, required: readonly string[]): boolean {
  if (required.length === 0) return true;
  const granted = scopeOf(cookie);
  return required.every((word) => granted.includes(word));
}

function isFresh(cookie: Cookie, maxAgeNs: bigint | undefined, nowNs: bigint): boolean {
  return maxAgeNs === undefined || nowNs - (cookie.authenticatedNs ?? cookie.createdNs) <= maxAgeNs;
}
