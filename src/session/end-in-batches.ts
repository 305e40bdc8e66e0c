// Ends many sessions: found page by page, ended batch by batch, each looked at again inside its transaction.

import { setTimeout as pause } from "node:timers/promises";
import { type BatchPace, createBatchPace } from "../batch-pace.js";
import { isDamage } from "../errors.js";
import type { Cookie } from "../record/cookie.js";
import type { CookieTransaction } from "../store/cookie-writer.js";
import { type FittingPlan, findFitting, isFit } from "./find-fitting.js";
import type { EndReason, SessionEvent } from "./session.js";
import { type SessionContext, writeNow } from "./session-context.js";
import { toEvent } from "./session-events.js";

/** A login that comes meanwhile is found by the next pass; so many passes, and no more, follow a stream of logins. */
const MAX_PASSES = 10;

/** Whether a record is to go is asked before and inside the transaction. */
export interface EndPlan extends FittingPlan {
  readonly kind: SessionEvent["kind"];
  readonly reason: EndReason;
  /** What comes while it works is left for another time: one pass. */
  readonly isOnePass?: boolean | undefined;
  /** The oids of the records that a batch has ended; called after its commit. */
  readonly onBatch?: ((oids: readonly string[]) => void) | undefined;
}

export interface EndReport {
  /** Records that are gone. */
  readonly ended: number;
  readonly batches: number;
}

/**
 * Deletes all records that fit and were there when it began, by complete listings; then again, until a pass finds none.
 * Records that can't be read are left: they let nobody in, and `db verify` finds them. An abort ends it between two
 * batches, without an error.
 */
export async function endInBatches(context: SessionContext, plan: EndPlan): Promise<EndReport> {
  const pace = createBatchPace();
  let [total, batches] = [0, 0];
  for (let pass = 0; pass < (plan.isOnePass === true ? 1 : MAX_PASSES); pass += 1) {
    const before = total;
    for await (const batch of findBatches(context, plan, pace)) {
      const begin = performance.now();
      const { ended, holdMs } = await endBatch(context, plan, batch);
      total += ended.length;
      pace.took(batch.length, holdMs);
      batches += 1;
      plan.onBatch?.(ended);
      // The write lock is not fair, and the router waits on it: the pause is as long as the batch held it, or longer.
      await pause(Math.ceil(performance.now() - begin));
    }
    if (total === before || plan.signal?.aborted === true) break;
  }
  return { ended: total, batches };
}

/** Oids of records that fit, as many at a time as the pace says. */
async function* findBatches(
  context: SessionContext,
  plan: FittingPlan,
  pace: BatchPace,
): AsyncGenerator<readonly string[], void, undefined> {
  const { signal } = plan;
  let waiting: string[] = [];
  for await (const page of findFitting(context, plan)) {
    waiting.push(...page.map(({ cookie }) => cookie.oid));
    while (waiting.length >= pace.size && signal?.aborted !== true) {
      const batch = waiting.slice(0, pace.size);
      waiting = waiting.slice(batch.length);
      yield batch;
    }
  }
  if (waiting.length > 0 && signal?.aborted !== true) yield waiting;
}

async function endBatch(
  context: SessionContext,
  plan: EndPlan,
  oids: readonly string[],
): Promise<{ readonly ended: readonly string[]; readonly holdMs: number }> {
  const { kind, reason } = plan;
  let startedMs = 0;
  const ended = await writeNow(context, (transaction, nowNs) => {
    startedMs = performance.now();
    return oids.flatMap((oid) => {
      const cookie = findReadable(transaction, oid);
      if (cookie === undefined) return [];
      const use = plan.withUse === true ? transaction.findUse(oid) : undefined;
      if (!isFit(plan, cookie, nowNs, use)) return [];
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
