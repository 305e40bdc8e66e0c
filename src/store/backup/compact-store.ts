// db compact: a copy without free pages in the place of the database, which nobody may have open.

import { resolve } from "node:path";
import { CookieAuthenticatorError } from "../../errors.js";
import { openLmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import { ConversionTarget, type TargetWork } from "../convert/conversion-target.js";
import { readContent } from "../convert/read-content.js";
import { findStoreUse } from "../convert/source-in-use.js";
import { LmdbEnvironment } from "../lmdb/environment.js";
import type { Finding } from "../verify/findings.js";
import type { BackupOptions } from "./backup-store.js";
import { checkCopy } from "./check-copy.js";
import { swapFiles } from "./swap-files.js";
import { watchSize } from "./watch-size.js";

const COMPACTION: TargetWork = { suffix: ".partial", name: "compaction" };

export interface CompactReport {
  readonly path: string;
  /** Of the data file. */
  readonly beforeBytes: number;
  readonly afterBytes: number;
  readonly entries: number;
  /** SHA-256 of the content, hex, the same before and after. */
  readonly hash: string;
  readonly findings: readonly Finding[];
}

export interface CompactOptions extends BackupOptions {
  /** Also where it can't be told whether somebody has it open. */
  readonly force?: boolean;
}

/**
 * Rewrites the database in the directory `path`, LMDB 0.9, without its free pages. The copy is made beside it, as
 * `PATH.compacted.partial`, verified, compared with the old content, given owner and modes of the old files, and renamed
 * over them: until then the old database is untouched, and a killed run leaves it as it was.
 *
 * @throws `ERR_INTERRUPTED`; `ERR_STORE_BUSY` if somebody has it open, or opened it meanwhile; `ERR_STORE_FORMAT` for LMDB 1.0;
 *   `ERR_STORE_COMMIT`; `ERR_STORE_DAMAGED`; `ERR_STORE_ACCESS`; what opening throws
 */
export async function compactStore(path: string, options: CompactOptions = {}): Promise<CompactReport> {
  const { force = false, onProgress = () => {}, signal } = options;
  const directory = resolve(path);
  const reader = openLmdbReader(directory);
  try {
    const before = reader.info();
    if (before.format !== "0.9") throw notInThisFormat(directory);
    refuseInUse(directory, force);
    const work = new ConversionTarget(directory, `${directory}.compacted`, COMPACTION);
    work.begin();
    try {
      const total = before.usedBytes;
      onProgress({ phase: "copy", done: 0, total });
      await copyCompacted(directory, work.workPath, (done) =>
        onProgress({ phase: "copy", done: Math.min(done, total), total }),
      );
      const { content, bytes, findings } = await checkCopy(work.workPath, onProgress, signal);
      // The last look: from the first one on somebody may have opened it, and stored something.
      const isSame = readContent(directory, () => {}).hash === content.hash;
      refuseInUse(directory, force, process.pid);
      if (!isSame || reader.info().txnId !== before.txnId) throw changed(directory);
      swapFiles(work.workPath, directory);
      const { entries, hash } = content;
      return { path: directory, beforeBytes: before.fileBytes, afterBytes: bytes, entries, hash, findings };
    } finally {
      work.abandon();
    }
  } finally {
    reader.close();
  }
}

async function copyCompacted(source: string, target: string, onBytes: (done: number) => void): Promise<void> {
  const environment = LmdbEnvironment.open({ path: source, writable: false });
  try {
    await watchSize(target, onBytes, () => environment.copyCompacted(target));
  } finally {
    await environment.close();
  }
}

function refuseInUse(directory: string, force: boolean, exceptPid?: number): void {
  const use = findStoreUse(directory, undefined, exceptPid);
  if (use.is === "free" || (use.is === "unknown" && force)) return;
  const details = { path: directory, ...(use.is === "in use" ? { pid: use.pid } : {}) };
  throw use.is === "in use"
    ? new CookieAuthenticatorError("ERR_STORE_BUSY", `process ${use.pid} has ${directory} open`, {
        hint: "stop Crossbar and the component first: what they store in the old file would be lost",
        details,
      })
    : new CookieAuthenticatorError(
        "ERR_STORE_BUSY",
        `this system doesn't tell whether ${directory} is in use`,
        { hint: "make sure that nobody has it open, then run it again with --force", details },
      );
}

function changed(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_BUSY", `${path} was written to during the compaction`, {
    hint: "stop Crossbar and the component, then run it again; nothing was changed",
    details: { path },
  });
}

function notInThisFormat(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_FORMAT",
    `${path} is in LMDB 1.0 format, which is read only`,
    {
      hint: "`db convert SOURCE TARGET` makes a new database of LMDB 0.9, without free pages",
      details: { path, format: "1.0" },
    },
  );
}
