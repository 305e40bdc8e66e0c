// touch: the last use of a session, written at most once per cookie and interval.

import { findLastUsedNs } from "../lifetime/lifetime.js";
import type { UsedCookie } from "../store/cookie-reader.js";
import { changeFoundSession } from "./change-session.js";
import { cleanDevice } from "./device.js";
import { NS_PER_SECOND } from "./seconds.js";
import type { Device, RealmLimit, SessionKey } from "./session.js";
import { findRecordNow, type SessionContext } from "./session-context.js";
import type { SessionPolicy } from "./session-policy.js";
import { findState } from "./session-state.js";

/** Touches under way, by oid: what else is asked for a cookie meanwhile waits for that one write. */
export type TouchesUnderWay = Map<string, Promise<boolean>>;

/**
 * Notes that the session is in use now. Costs one read where nothing is to be written, or none if the caller has `known`
 * from a look-up of just now; an ended session isn't touched.
 *
 * @returns whether this use, or another of the same moment, was written
 */
export async function touchSession(
  context: SessionContext,
  underWay: TouchesUnderWay,
  key: SessionKey,
  device: Device | undefined,
  limit: RealmLimit,
  known?: UsedCookie,
): Promise<boolean> {
  const { policy, clock } = context;
  const found =
    known === undefined ? await findRecordNow(context, key, limit) : { ...known, nowNs: clock.nowNs() };
  if (found === undefined) return false;
  const { nowNs } = found;
  if (findState(found.cookie, found.use, policy, nowNs) !== "valid" || !isTouchDue(found, policy, nowNs))
    return false;
  const { oid } = found.cookie;
  const other = underWay.get(oid);
  if (other !== undefined) return other;
  const write = writeUse(context, key, device, limit).finally(() => underWay.delete(oid));
  underWay.set(oid, write);
  return write;
}

async function writeUse(
  context: SessionContext,
  key: SessionKey,
  device: Device | undefined,
  limit: RealmLimit,
): Promise<boolean> {
  const { policy } = context;
  const written = await changeFoundSession(context, key, limit, (transaction, found, nowNs) => {
    // Another process may have written it since.
    if (!isTouchDue(found, policy, nowNs)) return false;
    return transaction.putUse(found.cookie.oid, { lastUsedNs: nowNs, ...cleanDevice(device) });
  });
  return written ?? false;
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
