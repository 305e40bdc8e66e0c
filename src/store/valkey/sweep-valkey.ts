// Takes out of the indexes what only the server's TTL, or somebody's DEL, has removed.

import type { SweepReport } from "../cookie-store.js";
import { SWEEP_SCRIPT } from "./commit-script.js";
import { asBytes } from "./known-state.js";
import type { ValkeyClient } from "./valkey-client.js";
import { unexpectedReply } from "./valkey-errors.js";
import type { ValkeyKeys } from "./valkey-keys.js";

/** Entries that one script looks at: the server does nothing else meanwhile. */
const STEP = 500;

/**
 * Each commit sweeps a few entries by itself; this sweeps all. Records without their entries aren't found so: `db verify`
 * finds them.
 */
export async function sweepValkey(
  client: ValkeyClient,
  keys: ValkeyKeys,
  signal: AbortSignal | undefined,
): Promise<SweepReport> {
  let [records, removed] = [0, 0];
  // By expiry first: its entries name the user, too.
  for (const index of ["expiries", "oids"] as const) {
    let after = "";
    for (let looked = STEP; looked === STEP && signal?.aborted !== true; ) {
      const args = [keys.start, index, after, String(STEP)];
      const reply = await client.write(SWEEP_SCRIPT, [keys.marks, keys.oids, keys.expiries], args);
      if (!Array.isArray(reply) || reply.length !== 3) throw unexpectedReply(SWEEP_SCRIPT.name);
      const gone = Number(reply[1]);
      looked = Number(reply[0]);
      after = asBytes(reply[2])?.toString("latin1") ?? "";
      removed += gone;
      if (index === "oids") records += looked - gone;
    }
  }
  return { records, added: 0, removed };
}
