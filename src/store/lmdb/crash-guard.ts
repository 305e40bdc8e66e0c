// Counts the processes that died soon after they opened a database natively: a damaged map can end a process.

import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorCodeOf } from "../../errors.js";

/** After so many deaths the native engine is left alone. */
export const CRASHES_BEFORE_PURE_READER = 3;
/** A process that lived so long after opening didn't die of it, in milliseconds. */
export const SETTLED_AFTER_MS = 60_000;
/** Marks older than this count no more, in milliseconds, so that the native engine gets another chance. */
const FORGOTTEN_AFTER_MS = 3_600_000;
const MARK = /^wamp-cookie-authenticator\.(\d+)-\d+\.opening$/;

/**
 * A mark in the database's directory while this process may die of opening it: made before, removed when the process
 * has settled or ends in order. Marks of processes that are gone are crashes. LMDB doesn't mind other files there.
 * Where no mark can be made (a directory that isn't ours), nothing is counted.
 */
export class CrashGuard {
  /** Processes of the last hour that died soon after opening. */
  readonly crashes: number;
  readonly #directory: string;
  readonly #dead: readonly string[];
  readonly #own: string;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#dead = findDeadMarks(directory);
    this.crashes = this.#dead.length;
    this.#own = `wamp-cookie-authenticator.${process.pid}-${Date.now()}.opening`;
  }

  /** Counts and makes the mark, unless there were too many crashes already: then nothing is opened natively. */
  static begin(directory: string): CrashGuard {
    const guard = new CrashGuard(directory);
    if (guard.crashes < CRASHES_BEFORE_PURE_READER) {
      try {
        writeFileSync(join(directory, guard.#own), "", { mode: 0o600 });
      } catch {
        // Not ours to write: without a mark this process's death isn't counted, which is all that is lost.
      }
    }
    return guard;
  }

  /** It is alive and well: neither its own mark nor those of others count any longer. */
  settle(): void {
    for (const mark of [this.#own, ...this.#dead]) rmSync(join(this.#directory, mark), { force: true });
  }

  /** An orderly end: only its own mark goes. */
  end(): void {
    rmSync(join(this.#directory, this.#own), { force: true });
  }
}

function findDeadMarks(directory: string): string[] {
  return listMarks(directory).filter((name) => {
    const path = join(directory, name);
    const pid = Number(MARK.exec(name)?.[1]);
    // In a container the process before had the same number, and this one has made no mark yet.
    if (pid !== process.pid && isAlive(pid)) return false;
    const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (ageMs <= FORGOTTEN_AFTER_MS) return true;
    rmSync(path, { force: true });
    return false;
  });
}

function listMarks(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => MARK.test(name));
  } catch {
    return []; // the open itself says what is wrong with the directory
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCodeOf(error) === "EPERM"; // somebody else's process
  }
}
