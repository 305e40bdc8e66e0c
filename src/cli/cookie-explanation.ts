// What is known of a record beyond its fields: its state and why, its ends, device, last use and index entries.

import { isDamage } from "../errors.js";
import { findExpiryNs, findIdleEndNs, findLastUsedNs, type LifetimeLimits } from "../lifetime/lifetime.js";
import type { Cookie } from "../record/cookie.js";
import type { JsonValue } from "../record/json-value.js";
import { deviceOf } from "../session/device.js";
import { findState, type SessionState } from "../session/session-state.js";
import type { CookieReader, UsedCookie } from "../store/cookie-reader.js";
import { AUTHID_INDEX_TABLE } from "../store/session-tables.js";
import { toTime } from "./time-text.js";

/** Entries of one read transaction. */
const PAGE_SIZE = 500;

/** The same for people, and as keys beside the record's own. Times in JSON are ns since 1970 as text. */
export interface CookieExplanation {
  readonly lines: readonly (readonly [string, string])[];
  readonly json: { readonly [field: string]: JsonValue };
}

/** @param limits the configured ones @param nowNs ns since 1970 UTC */
export async function explainCookie(
  reader: CookieReader,
  { cookie, use }: UsedCookie,
  limits: LifetimeLimits,
  nowNs: bigint,
): Promise<CookieExplanation> {
  const state = findState(cookie, use, limits, nowNs);
  const why = toReason(state, cookie, limits);
  const expiryNs = findExpiryNs(cookie, limits);
  const idleEndNs = findIdleEndNs(cookie, use, limits);
  const { peer, userAgent } = deviceOf(cookie);
  const indexes = {
    value: await judgeValueIndex(reader, cookie),
    authid: await judgeUserIndex(reader, cookie),
  };
  return {
    lines: [
      ["(expires)", expiryNs === undefined ? "never" : toTime(expiryNs)],
      ["(idle end)", idleEndNs === undefined ? "none: no idle time-out is known" : toTime(idleEndNs)],
      ["(state)", `${state}: ${why}`],
      ["(device)", [peer, userAgent].filter((text) => text !== undefined).join(", ") || "unknown"],
      [
        "(last use)",
        use === undefined
          ? `none since ${toTime(findLastUsedNs(cookie, use))}, or not recorded`
          : [toTime(use.lastUsedNs), use.peer, use.userAgent].filter((text) => text !== undefined).join(", "),
      ],
      ["(index)", `by value: ${indexes.value}; by user: ${indexes.authid}`],
    ],
    json: {
      state,
      why,
      expires: expiryNs?.toString() ?? null,
      idle_expires: idleEndNs?.toString() ?? null,
      peer: peer ?? null,
      user_agent: userAgent ?? null,
      last_used: use?.lastUsedNs.toString() ?? null,
      last_peer: use?.peer ?? null,
      last_user_agent: use?.userAgent ?? null,
      indexes,
    },
  };
}

function toReason(state: SessionState, cookie: Cookie, limits: LifetimeLimits): string {
  const own = cookie.maxAgeSeconds ?? Number.POSITIVE_INFINITY;
  const isCapped = limits.maxLifetimeSeconds !== undefined && limits.maxLifetimeSeconds < own;
  const reasons: { readonly [state in SessionState]: string } = {
    valid: "its time isn't over",
    expired: isCapped
      ? `older than the configured longest life of ${limits.maxLifetimeSeconds} s`
      : `older than its own max_age of ${own} s`,
    idle: `not used within the configured idle time-out of ${limits.idleSeconds} s`,
    "from-future": "made at a time that is still to come: a clock is or was wrong",
    unauthenticated: cookie.isAuthenticated
      ? "it has no authrealm"
      : "a tracking cookie: nobody has logged in with it",
    damaged: "a field can't be decoded: `db verify` says more",
  };
  return reasons[state];
}

/** Whether the index of cookie values leads to this record: else nobody joins with it. */
async function judgeValueIndex(reader: CookieReader, cookie: Cookie): Promise<string> {
  if (cookie.value === undefined) return "none (the record has no value)";
  // The key of a hash can't be asked for: who asks has the value.
  if ((await reader.marks()).areValuesHashed) return "not checked (values are hashed)";
  try {
    const found = await reader.findByValue(cookie.value);
    if (found === undefined) return "missing (`db verify --repair` mends it)";
    return found.oid === cookie.oid ? "right" : `leads to ${found.oid}`;
  } catch (error) {
    if (isDamage(error)) return "damaged (`db verify` says more)";
    throw error;
  }
}

/** Whether our index by user has the record: a listing by user shows it. */
async function judgeUserIndex(reader: CookieReader, cookie: Cookie): Promise<string> {
  const { authid, oid } = cookie;
  if (authid === undefined) return "none (it has no authid)";
  const { areIndexesExact } = await reader.marks();
  // Without the table of LMDB a listing by user would look at every record. Indexes that are exact are there.
  if (!areIndexesExact) {
    const { tables } = await reader.info();
    if (!tables.some((table) => table.oid === AUTHID_INDEX_TABLE.oid))
      return "none (no component with sessions has been here)";
  }
  let after: string | undefined;
  do {
    const page = await reader.list({ limit: PAGE_SIZE, after, where: { authid } });
    if (page.cookies.some((other) => other.oid === oid)) return "right";
    after = page.next;
  } while (after !== undefined);
  return areIndexesExact
    ? "missing (`db verify --repair` mends it)"
    : "behind (the component's next sweep adds it)";
}
