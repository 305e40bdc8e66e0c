// What every operation works with, and the two ways to it: a time for reading, a transaction for writing.

import type { SteadyClock } from "../lifetime/steady-clock.js";
import { isCookieValue } from "../record/cookie-value.js";
import { isUuidText } from "../record/uuid.js";
import type { CookieReader, UsedCookie } from "../store/cookie-reader.js";
import type { CookieTransaction, CookieWriter } from "../store/cookie-writer.js";
import type { RealmLimit, SessionEvent, SessionKey } from "./session.js";
import { argumentError } from "./session-errors.js";
import type { SessionPolicy } from "./session-policy.js";

export interface SessionContext {
  readonly reader: CookieReader;
  readonly writer: CookieWriter;
  readonly policy: SessionPolicy;
  readonly clock: SteadyClock;
  /** Call it after the write has resolved: then the change is durable. */
  readonly notify: (events: readonly SessionEvent[]) => void;
}

/** The time to judge by, ns since 1970 UTC: never behind what any writer on this database has seen. */
export async function readNowNs({
  reader,
  clock,
}: Pick<SessionContext, "reader" | "clock">): Promise<bigint> {
  clock.see((await reader.marks()).clockNs);
  return clock.nowNs();
}

/**
 * One write transaction with the time to judge by, which it leaves in the store: what ended by it stays ended, also
 * for a process whose clock is behind, and for this one after a restart.
 */
export function writeNow<T>(
  { writer, clock }: SessionContext,
  change: (transaction: CookieTransaction, nowNs: bigint) => T,
): Promise<T> {
  return writer.write((transaction) => {
    clock.see(transaction.clockNs);
    const nowNs = clock.nowNs();
    transaction.raiseClock(nowNs);
    return change(transaction, nowNs);
  });
}

/**
 * The record of a key and its last use, of one snapshot, whatever its state; `undefined` if there is none or it is of
 * another realm than the caller may see.
 *
 * @throws `ERR_SESSION_ARGUMENT` if the key is none
 */
export async function findRecord(
  { reader }: SessionContext,
  key: SessionKey,
  { authrealm }: RealmLimit,
): Promise<UsedCookie | undefined> {
  const lookable = toLookable(key);
  if (lookable === undefined) return undefined;
  const found = await reader.findUsed(lookable);
  return found !== undefined && isOfRealm(found, authrealm) ? found : undefined;
}

/** The same and the time to judge it by; asked for together, since a networked store is a journey away for each. */
export async function findRecordNow(
  context: SessionContext,
  key: SessionKey,
  limit: RealmLimit,
): Promise<(UsedCookie & { readonly nowNs: bigint }) | undefined> {
  const [found, nowNs] = await Promise.all([findRecord(context, key, limit), readNowNs(context)]);
  return found === undefined ? undefined : { ...found, nowNs };
}

/** The same in a transaction. */
export function findRecordIn(
  transaction: CookieTransaction,
  key: SessionKey,
  { authrealm }: RealmLimit,
): UsedCookie | undefined {
  const lookable = toLookable(key);
  if (lookable === undefined) return undefined;
  const cookie =
    "value" in lookable ? transaction.findByValue(lookable.value) : transaction.findByOid(lookable.oid);
  if (cookie === undefined || !isOfRealm({ cookie }, authrealm)) return undefined;
  return { cookie, use: transaction.findUse(cookie.oid) };
}

/** A value is checked before any use of the database: what can't be one belongs to no session. */
function toLookable(key: SessionKey): SessionKey | undefined {
  const { value, oid } = key as { readonly value?: unknown; readonly oid?: unknown };
  if ((value === undefined) === (oid === undefined)) throw argumentError("key", "expected a value or an oid");
  if (value !== undefined) {
    if (typeof value !== "string") throw argumentError("value", "expected a text");
    return isCookieValue(value) ? { value } : undefined;
  }
  return { oid: parseOid(oid) };
}

/** @throws `ERR_SESSION_ARGUMENT` if it is no UUID */
export function parseOid(oid: unknown): string {
  if (typeof oid !== "string" || !isUuidText(oid)) throw argumentError("oid", "expected a UUID");
  return oid.toLowerCase();
}

function isOfRealm({ cookie }: Pick<UsedCookie, "cookie">, authrealm: string | undefined): boolean {
  return authrealm === undefined || cookie.authrealm === authrealm;
}
