// Copies a database page by page, in its own format, beside a running writer: without native code, a lock or a reader slot.

import {
  closeSync,
  constants,
  copyFileSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { CookieAuthenticatorError, errorCodeOf } from "../../errors.js";
import { FORMATS } from "../../lmdb-reader/format.js";
import type { LmdbInfo } from "../../lmdb-reader/lmdb-info.js";
import type { LmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import { META_BYTES, TXN_ID } from "../../lmdb-reader/meta.js";
import { findDatabaseIdentity } from "../database-identity.js";

/** A copy that takes longer than two commits was in vain, and so is the next one very likely. */
const TRIES_MAX = 20;

/**
 * Copies the newest state to `data.mdb` in `directory`, free pages included. By the snapshot rule (lmdb-reader.ts) the
 * pages of a state are all its own until the second commit after it; if that came during the copy, it is done again.
 *
 * @returns what was copied
 * @throws `ERR_STORE_BUSY` if writers were faster each time; `ERR_STORE_COMMIT` if it can't be written; what the reader throws
 */
export function copyPages(reader: LmdbReader, source: string, directory: string): LmdbInfo {
  const target = join(directory, "data.mdb");
  let tries = 0;
  const info = reader.read(() => {
    const before = reader.info();
    tries += 1;
    if (tries > TRIES_MAX) return undefined;
    copyFile(reader.path, target);
    // The name may lead to another file than the one that the reader has open.
    return findDatabaseIdentity(source) === before.identity ? before : undefined;
  });
  if (info === undefined) throw changed(reader.path);
  settle(target, info);
  return info;
}

function copyFile(source: string, target: string): void {
  try {
    rmSync(target, { force: true });
    // At once where the file system can share blocks (btrfs, XFS), else in the kernel.
    copyFileSync(source, target, constants.COPYFILE_FICLONE);
  } catch (error) {
    throw notWritten(target, error);
  }
}

/**
 * Cuts the copy to its pages, and lets both meta pages lead to the state that was copied: the other one may belong to a
 * transaction whose pages came too late for the copy. The other one counts as the older (mdb_env_pick_meta).
 */
function settle(target: string, { format, pageSize, txnId, usedBytes }: LmdbInfo): void {
  const headerBytes = FORMATS.find(({ name }) => name === format)?.headerBytes ?? 0;
  // mdb_env_write_meta: transaction T is in slot T & 1. Before the first commit both are the same.
  if (txnId === 0n) return;
  const slot = Number(txnId & 1n);
  const at = (page: number): number => page * pageSize + headerBytes;
  try {
    const file = openSync(target, "r+");
    try {
      const meta = Buffer.alloc(META_BYTES);
      readSync(file, meta, 0, META_BYTES, at(slot));
      meta.writeBigUInt64LE(txnId - 1n, TXN_ID);
      writeSync(file, meta, 0, META_BYTES, at(1 - slot));
      ftruncateSync(file, usedBytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw notWritten(target, error);
  }
}

function notWritten(path: string, error: unknown): CookieAuthenticatorError {
  const code = errorCodeOf(error) ?? "unknown";
  return new CookieAuthenticatorError("ERR_STORE_COMMIT", `${path} can't be written (${code})`, {
    hint: "is the disk full, or the file system read-only?",
    details: { path, cause: code },
    cause: error,
  });
}

function changed(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_BUSY",
    `${path} was written to during each of ${TRIES_MAX} tries to copy it`,
    {
      hint: "run it again when fewer users log in, or stop Crossbar for it; a target on the same file system is faster",
      details: { path },
    },
  );
}
