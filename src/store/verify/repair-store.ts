// Verifies, rebuilds the indexes if that is safe and needed, and verifies again.

import { resolve } from "node:path";
import { CookieAuthenticatorError } from "../../errors.js";
import { findWriteLimit } from "./find-write-limit.js";
import { FINDING_KINDS, type FindingKind } from "./finding-kinds.js";
import { repairSessionTables, type SessionRepairReport } from "./repair-session-tables.js";
import { repairValueIndex, type ValueIndexReport } from "./repair-value-index.js";
import type { VerifyProgress, VerifyReport } from "./verify-report.js";
import { verifyStore } from "./verify-store.js";

/** What a repair did. */
export interface RepairReport extends ValueIndexReport {
  /** In our own tables; `undefined` if the database has none. */
  readonly sessions: SessionRepairReport | undefined;
}

export interface StoreRepair {
  readonly before: VerifyReport;
  /** `undefined`: there was nothing to repair. */
  readonly repair: RepairReport | undefined;
  readonly after: VerifyReport;
}

export interface RepairProgress {
  readonly phase: VerifyProgress["phase"] | "repair";
  readonly done: number;
  readonly total: number;
}

/**
 * Repairs the indexes of a database in LMDB 0.9 format, also beside a running router: that of cookie values, and ours.
 * No record is changed, and nothing else but last uses that can't be read. The native engine maps the file, so it is
 * refused if pages are damaged, or couldn't be checked.
 *
 * @throws `ERR_STORE_FORMAT` for LMDB 1.0; `ERR_STORE_DAMAGED`; `ERR_STORE_BUSY`; `ERR_STORE_TABLES`; what `verifyStore`
 *   and the two repairs throw
 */
export async function repairStore(
  path: string,
  options: { readonly onProgress?: (progress: RepairProgress) => void } = {},
): Promise<StoreRepair> {
  const directory = resolve(path);
  const maxSizeBytes = findWriteLimit(directory);
  const before = await verifyStore(directory, options);
  refuseUnsafe(before);
  if (!before.findings.some(({ kind }) => FINDING_KINDS[kind].isMendedByRepair || kind === "duplicate-value"))
    return { before, repair: undefined, after: before };
  const { records, indexKeys, uses } = before.keys;
  const progressFrom = (start: number) => (done: number) =>
    options.onProgress?.({ phase: "repair", done: start + done, total: records + indexKeys + uses });
  const values = await repairValueIndex(directory, { maxSizeBytes, onEntries: progressFrom(0) });
  const sessions = await repairSessionTables(directory, {
    maxSizeBytes,
    onEntries: progressFrom(records + indexKeys),
  });
  return { before, repair: { ...values, sessions }, after: await verifyStore(directory, options) };
}

function refuseUnsafe({ path, pages, findings }: VerifyReport): void {
  const has = (...kinds: FindingKind[]): boolean => findings.some(({ kind }) => kinds.includes(kind));
  if (has("page-damaged", "keys-unreadable")) {
    throw new CookieAuthenticatorError(
      "ERR_STORE_DAMAGED",
      `${path} has damaged pages: it isn't written to`,
      {
        hint: "`db verify` without --repair lists them; restore the database from a backup",
        details: { path },
      },
    );
  }
  if (pages === undefined) {
    throw new CookieAuthenticatorError(
      "ERR_STORE_BUSY",
      `${path} is written to so often that its pages couldn't be checked`,
      { hint: "try again when fewer users log in, or stop Crossbar for the repair", details: { path } },
    );
  }
  // A mark that can't be read is a table in disorder too: what it said is lost, and a guess could revive cookies.
  if (
    has(
      "table-missing",
      "session-table-missing",
      "table-described-twice",
      "table-description-broken",
      "mark-malformed",
    )
  ) {
    throw new CookieAuthenticatorError(
      "ERR_STORE_TABLES",
      `the tables of ${path} aren't in order: it isn't written to`,
      {
        hint: "`db verify` without --repair lists what is wrong; restore the database from a backup",
        details: { path },
      },
    );
  }
}
