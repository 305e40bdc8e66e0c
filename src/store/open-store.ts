// Opens a cookie database by its format: looks at the data file first, then chooses the implementation.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import type { CookieReader } from "./cookie-reader.js";
import type { CookieStore } from "./cookie-store.js";
import { dataFilePath } from "./database-identity.js";
import { explainOpenError } from "./explain-open-error.js";
import { createLmdbStore } from "./lmdb/create-lmdb-store.js";
import { LmdbEnvironment } from "./lmdb/environment.js";
import type { SessionStoreOptions } from "./lmdb/prepare-sessions.js";
import { PureEngine } from "./pure-engine.js";
import { ZlmdbCookieReader } from "./zlmdb-cookie-reader.js";

/**
 * Opens the cookie database in the directory `path` for reading. A database in LMDB 0.9 format is opened natively, and
 * LMDB writes its lock file there; one in LMDB 1.0 format is read by our own reader, which writes nothing.
 *
 * @param options.engine `"pure"`: our own reader for either format, several times slower and without native code
 * @throws `ERR_STORE_NOT_FOUND`, `ERR_STORE_ACCESS`, `ERR_STORE_NOT_LMDB`, `ERR_STORE_FORMAT`, `ERR_STORE_TRUNCATED`,
 *   `ERR_STORE_DAMAGED`, `ERR_STORE_BUSY`, `ERR_STORE_OPEN_TWICE`, `ERR_ENGINE_MISSING`, `ERR_ENGINE_WRONG_VERSION`
 *
 * @example
 * const reader = await openCookieReader({ path: "/var/lib/crossbar/.crossbar/.cookies" });
 * const cookie = await reader.findByValue(value);
 */
export async function openCookieReader(options: {
  readonly path: string;
  readonly engine?: "native" | "pure";
}): Promise<CookieReader> {
  const path = resolve(options.path);
  checkDirectory(path);
  // Before native code maps the file: a damaged or foreign one could end the process.
  const pure = explainOpenError(() => PureEngine.open(path));
  if (pure.format === "1.0" || options.engine === "pure") return new ZlmdbCookieReader(pure);
  await pure.close();
  return new ZlmdbCookieReader(LmdbEnvironment.open({ path, writable: false }));
}

/** What `openCookieStore` takes. */
export interface CookieStoreOptions extends SessionStoreOptions {
  /** Path of the database directory. */
  readonly path: string;
  readonly maxSizeBytes: number;
}

/**
 * Opens the cookie database in the directory `path` for reading and writing. It must be in LMDB 0.9 format.
 *
 * With `sessions` it gets tables of our own: indexes by user and by expiry, last uses, marks. Where they are already,
 * every writer keeps them, with or without `sessions`.
 *
 * @param options.maxSizeBytes our writes stop with `ERR_STORE_FULL` before the file passes it. Not above the `maxsize`
 *   of Crossbar's cookie store (1 GiB by default): a file larger than that stops the router.
 * @param options.sessions `exclusive`: nobody but this program writes there, so that the indexes are exact after one
 *   sweep; `shared`: Crossbar does
 * @param options.hashValues store the SHA-256 of values (S-07), where no Crossbar shares the database; by default as the
 *   database says
 * @throws as `openCookieReader`; `ERR_STORE_VALUES` if `hashValues` contradicts the database, `ERR_STORE_TABLES` with
 *   `sessions` while Crossbar hasn't made its tables
 *
 * @example
 * const store = await openCookieStore({ path, maxSizeBytes: 1_073_741_824 });
 * await store.writer.write((transaction) => transaction.delete(oid));
 */
export async function openCookieStore(options: CookieStoreOptions): Promise<CookieStore> {
  const path = resolve(options.path);
  checkDirectory(path);
  const pure = explainOpenError(() => PureEngine.open(path));
  const { format } = pure;
  await pure.close();
  if (format === "1.0") throw readOnlyFormat(path);
  const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: options.maxSizeBytes });
  try {
    return await createLmdbStore(environment, options);
  } catch (error) {
    await environment.close();
    throw error;
  }
}

function readOnlyFormat(path: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_FORMAT",
    `${dataFilePath(path)} is in LMDB 1.0 format (data version 3), which can be read but not written here`,
    {
      hint:
        "stop Crossbar, run `wamp-cookie-authenticator db convert SOURCE TARGET`, put TARGET in SOURCE's place, and start " +
        "Crossbar, which goes on in that format",
      details: { path, format: "1.0" },
    },
  );
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
