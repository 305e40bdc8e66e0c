// Verifies, makes the indexes and times to live agree with the records if that is safe and needed, and verifies again.

import { CookieAuthenticatorError } from "../../../errors.js";
import { FINDING_KINDS, type FindingKind } from "../../verify/finding-kinds.js";
import type { RepairProgress } from "../../verify/repair-store.js";
import { createValkeyClient } from "../create-valkey-client.js";
import { asList } from "../known-state.js";
import type { Argument, Script, ValkeyClient } from "../valkey-client.js";
import { type ValkeyKeys, valkeyKeys } from "../valkey-keys.js";
import type { ValkeyOptions } from "../valkey-options.js";
import { checkValkeyMarks } from "./check-valkey-marks.js";
import { MEND_ENTRIES_SCRIPT, MEND_RECORDS_SCRIPT } from "./mend-scripts.js";
import type { Mend } from "./verdict.js";
import {
  type ValkeyVerifyOptions,
  type ValkeyVerifyReport,
  verifyValkeyStore,
  walkStore,
} from "./verify-valkey-store.js";

/** Mends that one script makes. */
const STEP = 100;

/** What a repair did. */
export interface ValkeyRepairReport {
  /** Entries of the indexes, and keys of oids, that records lacked. */
  readonly added: number;
  /** Those that are of no record, or that it contradicts, or that no writer makes. */
  readonly removed: number;
  /** Last uses of which the part that could be read was kept, or nothing if there was none. */
  readonly mendedUses: number;
  /** Times to live that were set or taken away. */
  readonly mendedTtls: number;
}

export interface ValkeyStoreRepair {
  readonly before: ValkeyVerifyReport;
  /** `undefined`: there was nothing to repair. */
  readonly repair: ValkeyRepairReport | undefined;
  readonly after: ValkeyVerifyReport;
}

/**
 * Repairs the store under `options.prefix`, also beside running authenticators: every change is made by a script that
 * looks again, and only if what it judged is still there. No record is changed or removed.
 *
 * @throws `ERR_STORE_SERVER` if marks or the types of keys aren't in order; what `verifyValkeyStore` throws
 */
export async function repairValkeyStore(
  options: ValkeyOptions,
  {
    client: given,
    onProgress,
  }: Omit<ValkeyVerifyOptions, "onProgress"> & {
    readonly onProgress?: ((progress: RepairProgress) => void) | undefined;
  } = {},
): Promise<ValkeyStoreRepair> {
  const client = given ?? createValkeyClient(options);
  try {
    const before = await verifyValkeyStore(options, { client, onProgress });
    refuseUnsafe(before);
    if (
      !before.findings.some(
        ({ kind }) => FINDING_KINDS[kind].isMendedByRepair || kind === "session-index-lag",
      )
    )
      return { before, repair: undefined, after: before };
    const repair = await mendStore(client, valkeyKeys(options.prefix), (done, total) =>
      onProgress?.({ phase: "repair", done, total }),
    );
    return { before, repair, after: await verifyValkeyStore(options, { client, onProgress }) };
  } finally {
    if (given === undefined) await client.close();
  }
}

/** A mark that can't be read is no small disorder: what it said is lost, and a guess could revive cookies. */
function refuseUnsafe({ findings, keysStart }: ValkeyVerifyReport): void {
  const unsafe: readonly FindingKind[] = ["key-of-wrong-type", "mark-malformed"];
  const found = findings.filter(({ kind }) => unsafe.includes(kind)).map(({ kind }) => kind);
  if (found.length === 0) return;
  throw new CookieAuthenticatorError(
    "ERR_STORE_SERVER",
    `the keys ${keysStart}:… aren't in order: ${found}`,
    {
      hint: "`db verify` without --repair lists what is wrong; restore the server's data from a backup",
      details: { keys: keysStart },
    },
  );
}

async function mendStore(
  client: ValkeyClient,
  keys: ValkeyKeys,
  onDone: (done: number, total: number) => void,
): Promise<ValkeyRepairReport> {
  const overview = await checkValkeyMarks(client, keys, { add: () => {} });
  const [added, removed, mendedUses, mendedTtls] = [0, 0, 0, 0];
  const report = { added, removed, mendedUses, mendedTtls };
  const waiting: { [of in Mend["of"]]: (readonly Argument[])[] } = { record: [], entry: [] };
  const send = async (
    of: Mend["of"],
    script: Script,
    names: readonly string[],
  ): Promise<[number, number]> => {
    let [first, second] = [0, 0];
    while (waiting[of].length > 0) {
      const args = [keys.start, ...waiting[of].splice(0, STEP).flat()];
      const answer = asList(await client.write(script, names, args)).map(Number);
      first += answer[0] ?? 0;
      second += answer[1] ?? 0;
    }
    return [first, second];
  };
  const mend = async (): Promise<void> => {
    // In this order: an entry that led to the wrong record may go, and comes back with the right one.
    const entries = await send("entry", MEND_ENTRIES_SCRIPT, [keys.marks]);
    const records = await send("record", MEND_RECORDS_SCRIPT, [keys.marks, keys.oids, keys.expiries]);
    report.added += records[0];
    report.mendedTtls += records[1];
    report.removed += entries[0];
    report.mendedUses += entries[1];
  };
  await walkStore(client, keys, overview, {
    visit: ({ mend: one }) => {
      if (one !== undefined) waiting[one.of].push(one.args);
    },
    onDone: async (done, total) => {
      await mend();
      onDone(done, total);
    },
  });
  await mend();
  return report;
}
