// Opens a cookie database by its format: looks at the data file first, then chooses the implementation.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import type { CookieReader } from "./cookie-reader.js";
import type { CookieStore } from "./cookie-store.js";
import { dataFilePath, readDataFile } from "./data-file.js";
import { LmdbEnvironment } from "./lmdb/environment.js";
import { LmdbCookieReader } from "./lmdb/lmdb-cookie-reader.js";
import { LmdbCookieWriter } from "./lmdb/lmdb-cookie-writer.js";

/**
 * Opens the cookie database in the directory `path` for reading. LMDB still writes its lock file there.
 *
 * @throws `ERR_STORE_NOT_FOUND`, `ERR_STORE_ACCESS`, `ERR_STORE_NOT_LMDB`, `ERR_STORE_FORMAT`, `ERR_STORE_TRUNCATED`,
 *   `ERR_STORE_OPEN_TWICE`, `ERR_ENGINE_MISSING`, `ERR_ENGINE_WRONG_VERSION`
 *
 * @example
 * const reader = await openCookieReader({ path: "/var/lib/crossbar/.crossbar/.cookies" });
 * const cookie = await reader.findByValue(value);
 */
export async function openCookieReader(options: { readonly path: string }): Promise<CookieReader> {
  const path = resolve(options.path);
  checkFormat(path);
  return new LmdbCookieReader(LmdbEnvironment.open({ path, writable: false }));
}

/**
 * Opens the cookie database in the directory `path` for reading and writing.
 *
 * @param options.maxSizeBytes our writes stop with `ERR_STORE_FULL` before the file passes it. Not above the `maxsize`
 *   of Crossbar's cookie store (1 GiB by default): a file larger than that stops the router.
 * @throws as `openCookieReader`
 *
 * @example
 * const store = await openCookieStore({ path, maxSizeBytes: 1_073_741_824 });
 * await store.writer.write((transaction) => transaction.delete(oid));
 */
export async function openCookieStore(options: {
  readonly path: string;
  readonly maxSizeBytes: number;
}): Promise<CookieStore> {
  const path = resolve(options.path);
  checkFormat(path);
  const { maxSizeBytes } = options;
  const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes });
  return {
    reader: new LmdbCookieReader(environment),
    writer: new LmdbCookieWriter(environment),
    close: () => environment.close(),
  };
}

/** Refuses what the native engine must not touch. The reader for LMDB 1.0 will be chosen here. */
function checkFormat(path: string): void {
  checkDirectory(path);
  const file = readDataFile(path);
  if (file === undefined) {
    throw new CookieAuthenticatorError(
      "ERR_STORE_NOT_FOUND",
      `there is no database in ${path}: no data.mdb`,
      {
        hint: "check store.path; `wamp-cookie-authenticator db init PATH` makes a database that Crossbar will use",
        details: { path },
      },
    );
  }
  if (file.dataVersion === 1) return;
  const format =
    file.dataVersion === 3 ? "LMDB 1.0 format (data version 3)" : "a format of npm's lmdb (data version 2)";
  throw new CookieAuthenticatorError("ERR_STORE_FORMAT", `${dataFilePath(path)} is in ${format}`, {
    hint:
      "this version reads LMDB 0.9 (data version 1): stop Crossbar, move the directory away, make it anew with " +
      "`wamp-cookie-authenticator db init PATH`, and start Crossbar, which keeps that format (users log in once more)",
    details: { path, dataVersion: file.dataVersion },
  });
}

function checkDirectory(path: string): void {
  try {
    if (statSync(path).isDirectory()) return;
  } catch (error) {
    const code = errorCodeOf(error);
    if (code !== "ENOENT") {
      throw new CookieAuthenticatorError("ERR_STORE_ACCESS", `${path} can't be read (${code})`, {
        hint: "check owner and mode of the directory and of those above it",
        details: { path, cause: code },
        cause: error,
      });
    }
    throw new CookieAuthenticatorError("ERR_STORE_NOT_FOUND", `there is no directory ${path}`, {
      hint: "check store.path; `wamp-cookie-authenticator db init PATH` makes a database that Crossbar will use",
      details: { path },
    });
  }
  throw new CookieAuthenticatorError("ERR_STORE_NOT_FOUND", `${path} is no directory`, {
    hint: "store.path is the directory that holds data.mdb and lock.mdb",
    details: { path },
  });
}
