// Which database a directory holds, without opening it.

import { statSync } from "node:fs";
import { join } from "node:path";

/** Path of the data file in a database directory. */
export function dataFilePath(directory: string): string {
  return join(directory, "data.mdb");
}

/**
 * Device and inode of the data file: two paths with the same pair are the same database, and one path with another pair
 * than before has another database. `undefined` if there is none, or an empty file, or no way to it.
 *
 * Only data.mdb is looked at: closing a descriptor of lock.mdb would drop LMDB's own locks of this process (fcntl).
 */
export function findDatabaseIdentity(directory: string): string | undefined {
  try {
    const status = statSync(dataFilePath(directory), { bigint: true, throwIfNoEntry: false });
    return status === undefined || status.size === 0n ? undefined : `${status.dev}:${status.ino}`;
  } catch {
    return undefined; // a directory above it that can't be entered
  }
}
