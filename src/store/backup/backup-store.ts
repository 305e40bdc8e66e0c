// db backup: a verified copy of one state of a database, made beside a running component and Crossbar.

import { resolve } from "node:path";
import { openLmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import { ConversionTarget, type TargetWork } from "../convert/conversion-target.js";
import type { ContentDigest } from "../convert/entry-digest.js";
import type { Finding } from "../verify/findings.js";
import { type CopyProgress, checkCopy } from "./check-copy.js";
import { type CopyKind, copyDatabase } from "./copy-database.js";

const BACKUP: TargetWork = { suffix: ".partial", name: "backup" };

export interface BackupReport extends ContentDigest {
  /** Directories. */
  readonly source: string;
  readonly target: string;
  /** Of both. */
  readonly format: "0.9" | "1.0";
  readonly copy: CopyKind;
  /** Of the data files, free pages included. */
  readonly sourceBytes: number;
  readonly targetBytes: number;
  /** What was wrong with the content of the source, and is in the backup as it was. */
  readonly findings: readonly Finding[];
}

export interface BackupOptions {
  readonly onProgress?: (progress: CopyProgress) => void;
  /** Ends it, with nothing left, as soon as LMDB has copied: that step can't be interrupted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies the database in the directory `source`, in its own format, to the new directory `target` (mode 0700, files 0600).
 * Nobody is made to wait: LMDB 0.9 is copied and compacted in one read transaction, during which the source can't use its
 * free pages again and may grow; LMDB 1.0 page by page, which must be faster than two commits, and is tried again. The
 * target is `TARGET.partial` until it has been read back and verified; what a killed backup leaves, the next one removes.
 *
 * @throws `ERR_INTERRUPTED`; `ERR_STORE_EXISTS`; `ERR_STORE_BUSY` if writers are too fast; `ERR_STORE_COMMIT` if it can't be written;
 *   `ERR_STORE_DAMAGED`; `ERR_STORE_ACCESS`; `ERR_ARGUMENT` if the target lies in the source; what `openLmdbReader` throws
 *
 * @example
 * const { entries, targetBytes } = await backupStore(".crossbar/.cookies", "/var/backups/cookies-2026-11-22");
 */
export async function backupStore(
  source: string,
  target: string,
  { onProgress = () => {}, signal }: BackupOptions = {},
): Promise<BackupReport> {
  const sourcePath = resolve(source);
  const reader = openLmdbReader(sourcePath);
  try {
    const { format, fileBytes: sourceBytes, usedBytes: total } = reader.info();
    const backup = new ConversionTarget(sourcePath, target, BACKUP);
    backup.begin();
    try {
      onProgress({ phase: "copy", done: 0, total });
      const copy = await copyDatabase(reader, sourcePath, backup.workPath, (done) =>
        onProgress({ phase: "copy", done: Math.min(done, total), total }),
      );
      const { content, bytes, findings } = await checkCopy(backup.workPath, onProgress, signal);
      backup.finish();
      const report = { source: sourcePath, target: backup.path, format, copy, sourceBytes };
      return { ...report, targetBytes: bytes, ...content, findings };
    } catch (error) {
      backup.abandon();
      throw error;
    }
  } finally {
    reader.close();
  }
}
