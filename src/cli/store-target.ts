// Which store a command is about: `--db PATH` or `--config FILE`, exactly one of them.

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
 * The store and its settings.
 *
 * @param path what the command calls its path, in the error
 * @throws `ERR_ARGUMENT` unless exactly one option is there, and what `loadStoreConfig` throws
 */
export async function findStoreTarget(
  { db, config }: StoreTargetOptions,
  { env }: Pick<CliContext, "env">,
  path = "--db PATH",
): Promise<StoreSettings> {
  if ((db === undefined) === (config === undefined)) {
    throw new CookieAuthenticatorError("ERR_ARGUMENT", `expected either ${path} or --config FILE`, {
      hint: `${path.split(" ", 1)[0]} names a database directory, --config a file with \`store\``,
    });
  }
  if (config !== undefined) return loadStoreConfig(config, { env });
  return {
    store: {
      type: "lmdb",
      path: resolve(db ?? ""),
      readOnly: false,
      maxSizeBytes: DEFAULT_MAX_SIZE_BYTES,
      hashValues: false,
    },
    cookieName: "cbtid",
    cookieValueLength: COOKIE_VALUE_DEFAULT_LENGTH,
    sessionMode: undefined,
    limits: { maxLifetimeSeconds: undefined, idleSeconds: undefined },
  };
}

/** Opens the database for reading, runs `use` and closes it, whatever happens. */
export async function withReader<T>(
  settings: StoreSettings,
  context: CliContext,
  use: (reader: CookieReader) => Promise<T>,
  onWarning?: (message: string) => void,
): Promise<T> {
  const reader = await context.openCookieReader(settings.store, onWarning);
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
  refuseReadOnly(settings);
  const store = await context.openCookieStore(settings.store);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** @throws `ERR_ARGUMENT` if the configuration says that the store is read-only */
export function refuseReadOnly({ store }: StoreSettings): void {
  if (!store.readOnly) return;
  throw new CookieAuthenticatorError("ERR_ARGUMENT", "store.readOnly is true in this configuration", {
    hint:
      store.type === "lmdb"
        ? "name the database by its path if you mean to write to it"
        : "set it to false in a copy of the file if you mean to write",
  });
}
