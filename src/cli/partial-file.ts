// A file that appears when it is whole: until then it is FILE.partial, which only its owner may read.

import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import { syncDirectory } from "../store/sync-directory.js";

/** An unfinished file, mode 0600. */
export interface PartialFile {
  readonly path: string;
  write(text: string): void;
  /** Gives the file its name, on disk. */
  finish(): void;
  /** Removes it. After `finish` it does nothing. */
  abandon(): void;
}

/** @throws `ERR_ARGUMENT` if there is such a file already, or it can't be made */
export function createPartialFile(file: string): PartialFile {
  const path = resolve(file);
  const partial = `${path}.partial`;
  if (existsSync(path)) throw fileError(path, "is there already", "choose a new name; nothing was changed");
  let descriptor: number | undefined = openPartial(partial);
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  return {
    path,
    write(text) {
      try {
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.length; ) at += writeSync(descriptor ?? -1, bytes, at);
      } catch (error) {
        throw writeError(partial, error);
      }
    },
    finish() {
      try {
        fsyncSync(descriptor ?? -1);
        close();
        renameSync(partial, path);
        syncDirectory(dirname(path));
      } catch (error) {
        throw writeError(path, error);
      }
    },
    abandon() {
      if (descriptor === undefined) return;
      close();
      rmSync(partial, { force: true });
    },
  };
}

function openPartial(partial: string): number {
  try {
    // What a killed run left. Made anew instead of emptied: whoever has the old one open, or linked, gets nothing.
    rmSync(partial, { force: true });
    const descriptor = openSync(partial, "wx", 0o600);
    fchmodSync(descriptor, 0o600);
    return descriptor;
  } catch (error) {
    throw writeError(partial, error);
  }
}

function writeError(path: string, error: unknown): CookieAuthenticatorError {
  const why = `can't be written (${errorCodeOf(error) ?? "unknown"})`;
  return fileError(path, why, "check the directory's owner and mode, and the room on its file system");
}

function fileError(path: string, why: string, hint: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_ARGUMENT", `${path} ${why}`, { hint, details: { path } });
}
