// Ends many sessions: found page by page, ended batch by batch, each looked at again inside its transaction.

import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { type BatchPace, createBatchPace } from "../batch-pace.js";
import type { Cookie } from "../record/cookie.js";
import type { CookieFilter } from "../store/cookie-reader.js";
import type { CookieTransaction } from "../store/cookie-writer.js";
import type { EndReason, SessionEvent } from "./session.js";
import { type SessionContext, writeNow } from "./session-context.js";
import { toEvent } from "./session-events.js";
import { isDamage } from "./session-state.js";

/** Records looked at in one snapshot, and in one turn of the event loop: look-ups wait for it. */
const PAGE = 50;
/** A login that comes meanwhile is found by the next pass; so many passes, and no more, follow a stream of logins. */
const MAX_PASSES = 10;

export interface EndPlan {
  readonly kind: SessionEvent["kind"];
  readonly reason: EndReason;
  readonly where?: CookieFilter | undefined;
  /** Whether the record is to go; asked before and inside the transaction. */
  readonly fits: (cookie: Cookie, nowNs: bigint) => boolean;
  /** What comes while it works is left for another time: one pass. */
  readonly isOnePass?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EndReport {
  /** The oids of the records that are gone. */
  readonly oids: readonly string[];
  readonly batches: number;
}

/**
 * Deletes all records that fit and were there when it began, by complete listings; then again, until a pass finds none.
 * Records that can't be read are left: they let nobody in, and `db verify` finds them. An abort ends it between two
 * batches, without an error.
 */
export async function endInBatches(context: SessionContext, plan: EndPlan): Promise<EndReport> {
  const oids: string[] = [];
  const pace = createBatchPace();
  let batches = 0;
  for (let pass = 0; pass < (plan.isOnePass === true ? 1 : MAX_PASSES); pass += 1) {
    const before = oids.length;
    for await (const batch of findBatches(context, plan, pace)) {
      const begin = performance.now();
      const { ended, holdMs } = await endBatch(context, plan, batch);
      oids.push(...ended);
      pace.took(batch.length, holdMs);
      batches += 1;
      // The write lock is not fair, and the router waits on it: the pause is as long as the batch held it, or longer.
      await pause(Math.ceil(performance.now() - begin));
    }
    if (oids.length === before || plan.signal?.aborted === true) break;
  }
  return { oids, batches };
}

/** Oids of records that fit, as many at a time as the pace says. */
async function* findBatches(
  { reader, clock }: SessionContext,
  { where, fits, signal }: EndPlan,
  pace: BatchPace,
): AsyncGenerator<readonly string[], void, undefined> {
  let waiting: string[] = [];
  let after: string | undefined;
  do {
    const page = await reader.list({ limit: PAGE, after, where, isComplete: true });
    const nowNs = clock.nowNs();
    waiting.push(...page.cookies.filter((cookie) => isFit(cookie, fits, nowNs)).map(({ oid }) => oid));
    while (waiting.length >= pace.size && signal?.aborted !== true) {
      const batch = waiting.slice(0, pace.size);
      waiting = waiting.slice(batch.length);
      yield batch;
    }
    after = page.next;
    // A page is read without a pause: look-ups and calls get their turn between two.
    await nextTurn();
  } while (after !== undefined && signal?.aborted !== true);
  if (waiting.length > 0 && signal?.aborted !== true) yield waiting;
}

async function endBatch(
  context: SessionContext,
  { kind, reason, fits }: EndPlan,
  oids: readonly string[],
): Promise<{ readonly ended: readonly string[]; readonly holdMs: number }> {
  let startedMs = 0;
  const ended = await writeNow(context, (transaction, nowNs) => {
    startedMs = performance.now();
    return oids.flatMap((oid) => {
      const cookie = findReadable(transaction, oid);
      if (cookie === undefined || !isFit(cookie, fits, nowNs)) return [];
      transaction.delete(oid);
      return [{ oid, isSession: cookie.isAuthenticated, event: toEvent(kind, cookie, reason, nowNs) }];
    });
  });
  const holdMs = performance.now() - startedMs;
  // A tracking cookie that has expired is purged too, but it was nobody's session.
  context.notify(ended.filter(({ isSession }) => isSession).map(({ event }) => event));
  return { ended: ended.map(({ oid }) => oid), holdMs };
}

/** The record, if all that its deletion and its event need can be read: one bad record must not keep the others. */
function findReadable(transaction: CookieTransaction, oid: string): Cookie | undefined {
  try {
    const cookie = transaction.findByOid(oid);
    void [cookie?.value, cookie?.authid, cookie?.authrealm, cookie?.maxAgeSeconds];
    return cookie;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function isFit(cookie: Cookie, fits: EndPlan["fits"], nowNs: bigint): boolean {
  try {
    return fits(cookie, nowNs);
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}
