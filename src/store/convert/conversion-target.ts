// The directory that a conversion or a backup makes: beside the target until it is whole, then in one step the target.

import { chmodSync, lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { CookieAuthenticatorError, errorCodeOf } from "../../errors.js";
import { syncDirectory } from "../sync-directory.js";
import { findStoreUse } from "./source-in-use.js";

const DATABASE_FILES = ["data.mdb", "lock.mdb"];

/** What makes the target: names the unfinished directory, and the work in errors. */
export interface TargetWork {
  readonly suffix: string;
  readonly name: string;
}

const CONVERSION: TargetWork = { suffix: ".converting", name: "conversion" };

export class ConversionTarget {
  /** The finished database. */
  readonly path: string;
  /** What is being written; all that a killed conversion leaves behind. */
  readonly workPath: string;
  readonly #work: TargetWork;

  /**
   * @throws `ERR_STORE_EXISTS` if the target is there and isn't an empty directory, or a directory with other files has
   *   the name of the unfinished one; `ERR_STORE_BUSY` if another conversion is writing it; `ERR_ARGUMENT` if the target
   *   lies in the source; `ERR_STORE_ACCESS`
   */
  constructor(source: string, target: string, work: TargetWork = CONVERSION) {
    this.path = resolve(target);
    this.#work = work;
    this.workPath = `${this.path}${work.suffix}`;
    try {
      if (isInside(realpathSync(source), realpathOfParent(this.path))) throw targetInSource(this.path);
      if (!isEmptyOrAbsent(this.path))
        throw exists(this.path, "is there already, and isn't an empty directory");
      this.#checkWorkPath();
    } catch (error) {
      throw toCoded(this.path, error);
    }
  }

  /** Removes what an earlier conversion left, and makes an empty private directory. @throws `ERR_STORE_ACCESS` */
  begin(): void {
    try {
      rmSync(this.workPath, { recursive: true, force: true });
      mkdirSync(this.workPath, { recursive: true, mode: 0o700 });
      chmodSync(this.workPath, 0o700);
    } catch (error) {
      throw toCoded(this.workPath, error);
    }
  }

  /** Gives the finished database its name. @throws `ERR_STORE_EXISTS` if the target has come up meanwhile */
  finish(): void {
    try {
      // lmdb-js makes them 0644; the directory's 0700 kept them private until here.
      for (const file of readdirSync(this.workPath)) chmodSync(join(this.workPath, file), 0o600);
      syncDirectory(this.workPath);
      renameSync(this.workPath, this.path);
      syncDirectory(dirname(this.path));
    } catch (error) {
      throw toCoded(this.path, error);
    }
  }

  /** Removes what has been written so far, if that is possible: the next conversion does it otherwise. */
  abandon(): void {
    try {
      rmSync(this.workPath, { recursive: true, force: true });
    } catch {
      // The error that ended the conversion says more than this one.
    }
  }

  /** Only what a conversion has made may be removed, and not while it is being written. */
  #checkWorkPath(): void {
    const status = lstatSync(this.workPath, { throwIfNoEntry: false });
    if (status === undefined) return;
    const isOurs =
      status.isDirectory() && readdirSync(this.workPath).every((name) => DATABASE_FILES.includes(name));
    if (!isOurs) throw exists(this.workPath, `is there already, and no unfinished ${this.#work.name}`);
    const use = findStoreUse(this.workPath);
    if (use.is === "in use" && use.pid !== process.pid) {
      throw new CookieAuthenticatorError("ERR_STORE_BUSY", `process ${use.pid} is writing ${this.workPath}`, {
        hint: `another ${this.#work.name} to this target is under way: wait for it, or choose another target`,
        details: { path: this.workPath, pid: use.pid },
      });
    }
  }
}

function isEmptyOrAbsent(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return true;
  return status.isDirectory() && readdirSync(path).length === 0;
}

/** The target isn't there yet, nor need the directories above it be. */
function realpathOfParent(path: string): string {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined || dirname(folder) === folder)
      return join(realpathSync(folder), relative(folder, path));
  }
}

function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

function exists(path: string, why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_EXISTS", `${path} ${why}`, {
    hint: "choose a new directory; nothing was changed",
    details: { path },
  });
}

function targetInSource(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_ARGUMENT", `the target ${path} lies in the source`, {
    hint: "choose a directory beside the source: nothing is written into it",
    details: { path },
  });
}

function toCoded(path: string, error: unknown): CookieAuthenticatorError {
  if (error instanceof CookieAuthenticatorError) return error;
  const code = errorCodeOf(error) ?? "unknown";
  if (code === "ENOTEMPTY" || code === "EEXIST") return exists(path, "has come up meanwhile");
  return new CookieAuthenticatorError("ERR_STORE_ACCESS", `${path} can't be made (${code})`, {
    hint: "check owner and mode of the directory above it, and the room on its file system",
    details: { path, cause: code },
    cause: error,
  });
}
