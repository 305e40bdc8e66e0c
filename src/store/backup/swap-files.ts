// Puts a compacted data file in the place of the old one, in one step, and a lock file that knows nothing of the old one.

import { chmodSync, chownSync, closeSync, openSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { CookieAuthenticatorError, errorCodeOf } from "../../errors.js";
import { findStoreUse } from "../convert/source-in-use.js";
import { syncDirectory } from "../sync-directory.js";

/**
 * The lock file goes first. LMDB keeps the newest transaction in it, and the copy begins anew with 1: who opened the new
 * data file while this process still has the old lock file open would go by that number, and read the empty meta page. An
 * empty lock file is filled by the next to open.
 *
 * @throws `ERR_STORE_ACCESS` if a file can't be renamed or given away; `ERR_STORE_BUSY` if somebody opened the database
 *   in this very moment
 */
export function swapFiles(from: string, directory: string): void {
  const [newLock, oldLock] = [join(from, "lock.mdb"), join(directory, "lock.mdb")];
  const [newData, oldData] = [join(from, "data.mdb"), join(directory, "data.mdb")];
  try {
    closeSync(openSync(newLock, "w", 0o600));
    giveLike(oldData, newData);
    if (statSync(oldLock, { throwIfNoEntry: false }) !== undefined) giveLike(oldLock, newLock);
    renameSync(newLock, oldLock);
    renameSync(newData, oldData);
    syncDirectory(directory);
  } catch (error) {
    const code = errorCodeOf(error) ?? "unknown";
    throw new CookieAuthenticatorError("ERR_STORE_ACCESS", `${directory} can't be compacted (${code})`, {
      hint: "run it as the user that owns the database; its directory and the one above it must be of one file system",
      details: { path: directory, cause: code },
      cause: error,
    });
  }
  const use = findStoreUse(directory, undefined, process.pid);
  if (use.is !== "in use") return;
  throw new CookieAuthenticatorError(
    "ERR_STORE_BUSY",
    `process ${use.pid} opened ${directory} while it was replaced`,
    {
      hint: "the compacted database is in place: stop that process at once and start it again, it may have the old file",
      details: { path: directory, pid: use.pid },
    },
  );
}

/** Crossbar may be another user, and share the files by a group. */
function giveLike(example: string, file: string): void {
  const { mode, uid, gid } = statSync(example);
  const own = statSync(file);
  if (own.uid !== uid || own.gid !== gid) chownSync(file, uid, gid);
  chmodSync(file, mode & 0o777);
}
