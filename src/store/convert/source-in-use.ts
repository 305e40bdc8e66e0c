// Whether another process has a database open, as far as can be told without touching its lock file.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CookieAuthenticatorError } from "../../errors.js";

/** `unknown`: this system doesn't say. */
export type StoreUse =
  | { readonly is: "free" }
  | { readonly is: "unknown" }
  | { readonly is: "in use"; readonly pid: number };

/**
 * LMDB keeps a POSIX lock on lock.mdb for as long as an environment is open (mdb_env_setup_locks), and Linux lists all of
 * them in /proc/locks. Processes of another PID namespace aren't seen from inside a container. The file itself is left
 * alone: opening and closing it would drop this process's own locks.
 *
 * @param locksFile for tests
 * @param exceptPid a process that doesn't count: this one, where it has the database open itself
 */
export function findStoreUse(directory: string, locksFile = "/proc/locks", exceptPid?: number): StoreUse {
  const lockFile = statSync(join(directory, "lock.mdb"), { bigint: true, throwIfNoEntry: false });
  if (lockFile === undefined) return { is: "free" };
  let locks: string;
  try {
    locks = readFileSync(locksFile, "utf8");
  } catch {
    return { is: "unknown" }; // not Linux, or no /proc
  }
  // "12: POSIX  ADVISORY  READ 4711 08:01:264212 0 0". The device isn't compared: on btrfs and overlayfs it isn't the
  // one that stat gives. A chance hit of the inode refuses too much, not too little.
  for (const [, pid, inode] of locks.matchAll(
    /^\d+: +POSIX +\S+ +\S+ +(-?\d+) +[\da-f]+:[\da-f]+:(\d+) /gm,
  )) {
    if (inode === lockFile.ino.toString() && Number(pid) !== exceptPid)
      return { is: "in use", pid: Number(pid) };
  }
  return { is: "free" };
}

/** @throws `ERR_STORE_BUSY` if the database is open elsewhere, or that can't be told */
export function refuseStoreInUse(directory: string): void {
  const use = findStoreUse(directory);
  if (use.is === "free") return;
  if (use.is === "unknown") {
    throw new CookieAuthenticatorError(
      "ERR_STORE_BUSY",
      `this system doesn't tell whether ${directory} is in use`,
      {
        hint: "make sure that Crossbar is stopped, then run it again with --force",
        details: { path: directory },
      },
    );
  }
  throw new CookieAuthenticatorError("ERR_STORE_BUSY", `process ${use.pid} has ${directory} open`, {
    hint: "stop Crossbar first: what it stores during the conversion would be lost (--force converts all the same)",
    details: { path: directory, pid: use.pid },
  });
}
