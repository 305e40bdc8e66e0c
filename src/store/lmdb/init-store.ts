// Makes an empty cookie database in Crossbar's layout and LMDB's 0.9 format.

import { chmodSync, chownSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { CookieAuthenticatorError, errorCodeOf } from "../../errors.js";
import { attachCookieTables } from "./cookie-tables.js";
import { LmdbEnvironment } from "./environment.js";

/** Room for the two table descriptions. */
const INIT_MAX_BYTES = 1_048_576;

/**
 * Makes the directory `path` (mode 0700) with an empty database (files 0600) that has the two cookie tables. Crossbar
 * 26 keeps the format of a database that it finds, so that it and we can share it.
 *
 * @param options.groupId id of a Unix group that shares it, when Crossbar runs as another user: modes 0770 and 0660
 * @throws `ERR_STORE_EXISTS` if the directory isn't empty; `ERR_STORE_ACCESS`; `ERR_ENGINE_MISSING`
 */
export async function initCookieStore(
  path: string,
  options: { readonly groupId?: number } = {},
): Promise<void> {
  const directory = resolve(path);
  const { groupId } = options;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (readdirSync(directory).length > 0) {
      throw new CookieAuthenticatorError("ERR_STORE_EXISTS", `the directory ${directory} isn't empty`, {
        hint: "choose a new directory; nothing was changed",
        details: { path: directory },
      });
    }
    chmodSync(directory, 0o700);
  } catch (error) {
    throw error instanceof CookieAuthenticatorError ? error : accessError(directory, error);
  }

  const environment = LmdbEnvironment.open({ path: directory, writable: true, maxSizeBytes: INIT_MAX_BYTES });
  try {
    await environment.write(attachCookieTables);
    // lmdb-js makes the files 0644; the directory's 0700 kept them private until here.
    for (const file of ["data.mdb", "lock.mdb"]) share(join(directory, file), groupId, 0o600, 0o660);
    // The set-group-id bit: a lock file that is made anew later keeps the group.
    share(directory, groupId, 0o700, 0o2770);
  } catch (error) {
    throw error instanceof CookieAuthenticatorError ? error : accessError(directory, error);
  } finally {
    await environment.close();
  }
}

function share(path: string, groupId: number | undefined, privateMode: number, sharedMode: number): void {
  if (groupId !== undefined) chownSync(path, process.getuid?.() ?? -1, groupId);
  chmodSync(path, groupId === undefined ? privateMode : sharedMode);
}

function accessError(path: string, error: unknown): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_ACCESS",
    `${path} can't be made (${errorCodeOf(error) ?? error})`,
    {
      hint: "check owner and mode of the directory above it; for a shared group this user must be in the group",
      details: { path },
      cause: error,
    },
  );
}
