// purge: what is past its expiry goes, in order of expiry where the index is exact.

import { findExpiryNs } from "../lifetime/lifetime.js";
import { endInBatches } from "./end-in-batches.js";
import type { PurgeReport } from "./session.js";
import { readNowNs, type SessionContext } from "./session-context.js";

/**
 * Deletes records whose expiry has passed, tracking cookies too, in small batches with pauses. Refusal doesn't depend
 * on it: each look-up checks the lifetime itself. The listing knows a record's own `max_age` only. A record that the
 * configured longest life ends sooner, which only others make (ours hold the shorter one), stays until its own expiry;
 * an idle one too.
 *
 * @param options `signal`: ends it after the batch under way; what it has done until then is the answer
 */
export async function purgeSessions(
  context: SessionContext,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<PurgeReport> {
  const expiredAtNs = await readNowNs(context);
  const { oids, batches } = await endInBatches(context, {
    kind: "purge",
    reason: "purge",
    where: { expiredAtNs },
    fits: (cookie, nowNs) => {
      const expiryNs = findExpiryNs(cookie, context.policy);
      return expiryNs !== undefined && nowNs >= expiryNs;
    },
    isOnePass: true,
    signal: options.signal,
  });
  return { purged: oids.length, batches };
}
