// Which database a command is about: `--db PATH` or `--config FILE`, exactly one of them.

import { resolve } from "node:path";
import { loadStoreConfig, type StoreSettings } from "../config/load-store-config.js";
import { CookieAuthenticatorError } from "../errors.js";
import { COOKIE_VALUE_DEFAULT_LENGTH } from "../record/cookie-value.js";
import type { CookieReader } from "../store/cookie-reader.js";
import type { CookieStore } from "../store/cookie-store.js";
import type { CliContext } from "./cli-context.js";

/** The two options as commander hands them on. */
export interface StoreTargetOptions {
  readonly db?: string | undefined;
  readonly config?: string | undefined;
}

/** Crossbar's default `maxsize`, for want of a configuration. */
const DEFAULT_MAX_SIZE_BYTES = 1_073_741_824;

/**
 * The database and its settings.
 *
 * @throws `ERR_ARGUMENT` unless exactly one option is there, and what `loadStoreConfig` throws
 */
export async function findStoreTarget({ db, config }: StoreTargetOptions): Promise<StoreSettings> {
  if ((db === undefined) === (config === undefined)) {
    throw new CookieAuthenticatorError("ERR_ARGUMENT", "expected either --db PATH or --config FILE", {
      hint: "--db names the database directory, --config a file with store.path",
    });
  }
  if (config !== undefined) return loadStoreConfig(config);
  return {
    path: resolve(db ?? ""),
    readOnly: false,
    maxSizeBytes: DEFAULT_MAX_SIZE_BYTES,
    cookieName: "cbtid",
    cookieValueLength: COOKIE_VALUE_DEFAULT_LENGTH,
    hashValues: false,
    sessionMode: undefined,
    limits: { maxLifetimeSeconds: undefined, idleSeconds: undefined },
  };
}

/** Opens the database for reading, runs `use` and closes it, whatever happens. */
export async function withReader<T>(
  settings: StoreSettings,
  context: CliContext,
  use: (reader: CookieReader) => Promise<T>,
): Promise<T> {
  const reader = await context.openCookieReader({ path: settings.path });
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

/**
 * Opens the database for writing, runs `use` and closes it, whatever happens.
 *
 * @throws `ERR_ARGUMENT` if the configuration says that the store is read-only
 */
export async function withStore<T>(
  settings: StoreSettings,
  context: CliContext,
  use: (store: CookieStore) => Promise<T>,
): Promise<T> {
  if (settings.readOnly) {
    throw new CookieAuthenticatorError("ERR_ARGUMENT", "store.readOnly is true in this configuration", {
      hint: "name the database with --db PATH if you mean to write to it",
    });
  }
  const { path, maxSizeBytes, hashValues } = settings;
  // A database says by itself whether its values are hashed; a configuration that wants it may be its first user.
  const store = await context.openCookieStore({ path, maxSizeBytes, ...(hashValues ? { hashValues } : {}) });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
