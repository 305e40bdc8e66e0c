// Verifies, rebuilds the value index if that is safe and needed, and verifies again.

import { resolve } from "node:path";
import { CookieAuthenticatorError } from "../../errors.js";
import { findWriteLimit } from "./find-write-limit.js";
import { FINDING_KINDS, type FindingKind } from "./finding-kinds.js";
import { type RepairReport, repairValueIndex } from "./repair-value-index.js";
import type { VerifyProgress, VerifyReport } from "./verify-report.js";
import { verifyStore } from "./verify-store.js";

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
 * Repairs the value index of a database in LMDB 0.9 format, also beside a running router. Nothing but index keys is
 * changed. The native engine maps the file, so it is refused if pages are damaged, or couldn't be checked.
 *
 * @throws `ERR_STORE_FORMAT` for LMDB 1.0; `ERR_STORE_DAMAGED`; `ERR_STORE_BUSY`; `ERR_STORE_TABLES`; what `verifyStore`
 *   and `repairValueIndex` throw
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
  const total = before.keys.records + before.keys.indexKeys;
  const repair = await repairValueIndex(directory, {
    maxSizeBytes,
    onEntries: (done) => options.onProgress?.({ phase: "repair", done, total }),
  });
  return { before, repair, after: await verifyStore(directory, options) };
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
  if (has("table-missing", "table-described-twice", "table-description-broken")) {
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
