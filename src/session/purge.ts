// purge: what is past its expiry goes, in order of expiry where the index is exact.

import { findExpiryNs, type LifetimeLimits } from "../lifetime/lifetime.js";
import { endInBatches } from "./end-in-batches.js";
import type { FittingPlan } from "./find-fitting.js";
import type { PurgeReport } from "./session.js";
import { readNowNs, type SessionContext } from "./session-context.js";

export interface PurgeOptions {
  /** Ends it after the batch under way; what it has done until then is the answer. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each batch how many records it removed. */
  readonly onBatch?: ((purged: number) => void) | undefined;
}

/**
 * Deletes records whose expiry has passed, tracking cookies too, in small batches with pauses. Refusal doesn't depend
 * on it: each look-up checks the lifetime itself. The listing knows a record's own `max_age` only. A record that the
 * configured longest life ends sooner, which only others make (ours hold the shorter one), stays until its own expiry;
 * an idle one too.
 */
export async function purgeSessions(context: SessionContext, options: PurgeOptions): Promise<PurgeReport> {
  const { ended, batches } = await endInBatches(context, {
    ...(await planPurge(context, context.policy)),
    kind: "purge",
    reason: "purge",
    isOnePass: true,
    signal: options.signal,
    onBatch: (oids) => options.onBatch?.(oids.length),
  });
  return { purged: ended, batches };
}

/** Which records a purge would delete now. */
export async function planPurge(
  context: Pick<SessionContext, "reader" | "clock">,
  limits: LifetimeLimits,
): Promise<FittingPlan> {
  return {
    where: { expiredAtNs: await readNowNs(context) },
    fits: (cookie, nowNs) => {
      const expiryNs = findExpiryNs(cookie, limits);
      return expiryNs !== undefined && nowNs >= expiryNs;
    },
  };
}
