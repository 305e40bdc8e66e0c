// touch: the last use of a session, written at most once per cookie and interval.

import { findLastUsedNs } from "../lifetime/lifetime.js";
import type { UsedCookie } from "../store/cookie-reader.js";
import { NS_PER_SECOND } from "./seconds.js";
import type { Device, RealmLimit, SessionKey } from "./session.js";
import { findRecordNow, type SessionContext } from "./session-context.js";
import type { SessionPolicy } from "./session-policy.js";
import { findState } from "./session-state.js";
import type { UseWriter } from "./use-writer.js";

/**
 * Notes that the session is in use now. Costs one read where nothing is to be written, or none if the caller has `known`
 * from a look-up of just now; an ended session isn't touched.
 *
 * @returns whether this use, or another of the same moment, was written
 */
export async function touchSession(
  context: SessionContext,
  uses: UseWriter,
  key: SessionKey,
  device: Device | undefined,
  limit: RealmLimit,
  known?: UsedCookie,
): Promise<boolean> {
  const { policy, clock } = context;
  const found =
    known === undefined ? await findRecordNow(context, key, limit) : { ...known, nowNs: clock.nowNs() };
  if (found === undefined || !isTouchWanted(found, policy, found.nowNs)) return false;
  return uses.note(found.cookie.oid, device);
}

/** Whether the session is valid, and its last use old enough to be written anew. */
export function isTouchWanted(found: UsedCookie, policy: SessionPolicy, nowNs: bigint): boolean {
  return findState(found.cookie, found.use, policy, nowNs) === "valid" && isTouchDue(found, policy, nowNs);
}

/** Whether the last use that is stored is old enough to be written anew. A login is a use. */
export function isTouchDue({ cookie, use }: UsedCookie, policy: SessionPolicy, nowNs: bigint): boolean {
  return nowNs - findLastUsedNs(cookie, use) >= findTouchIntervalNs(policy);
}

/**
 * The configured interval, but at most a quarter of the idle time-out: what lies between two writes is not known to the
 * look-ups, and a session in steady use must not end for want of it.
 */
function findTouchIntervalNs({ touchSeconds, idleSeconds }: SessionPolicy): bigint {
  const intervalNs = BigInt(touchSeconds) * NS_PER_SECOND;
  if (idleSeconds === undefined) return intervalNs;
  const mostNs = (BigInt(idleSeconds) * NS_PER_SECOND) / 4n;
  return intervalNs < mostNs ? intervalNs : mostNs;
}
