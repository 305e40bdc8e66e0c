// The part of the configuration that commands on the store need. Of the secrets only the store's are resolved for it.

import { resolve } from "node:path";
import type { LifetimeLimits } from "../lifetime/lifetime.js";
import { checkStore } from "./check-store.js";
import type { SessionMode, StoreConfig } from "./config.js";
import { invalidConfig } from "./config-problem.js";
import { FileResolver } from "./file-resolver.js";
import { findLifetimeLimits } from "./lifetime-profile.js";
import { readJsonFile } from "./read-json-file.js";
import { findSessionMode } from "./session-mode.js";
import { toStoreConfig } from "./to-store-config.js";
import { validateConfigFile } from "./validate-config-file.js";

/** Where the cookies are, and what cookies of ours look like. */
export interface StoreSettings {
  readonly store: StoreConfig;
  readonly cookieName: string;
  /** Length in characters of values that we make ourselves. */
  readonly cookieValueLength: number;
  /** Who else writes here; `undefined` without `sessions`. */
  readonly sessionMode: SessionMode | undefined;
  /** What the component refuses beyond a cookie's own lifetime. */
  readonly limits: LifetimeLimits;
}

/**
 * The store's part of a configuration file. The whole file must fit the schema, but of the environment variables that
 * the service has an administrator's shell needs only those of the store, such as its password.
 *
 * @param options.env where `{"env": …}` secrets are looked up; `process.env` by default
 * @throws `ERR_CONFIG_READ`, `ERR_CONFIG_SYNTAX`, `ERR_CONFIG_INVALID`, `ERR_CONFIG_SECRET`
 */
export async function loadStoreConfig(
  file: string,
  options: { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<StoreSettings> {
  const path = resolve(file);
  const content = validateConfigFile(await readJsonFile(path), path);
  const { name, valueLength } = content.cookie;
  // A writer must know these two rules of the service even when it reads nothing else of the file.
  const { problems } = checkStore(content);
  if (problems.length > 0) throw invalidConfig(path, problems);
  const resolver = new FileResolver(path, options.env ?? process.env);
  const store = await toStoreConfig(content, resolver);
  resolver.throwProblems();
  return {
    store,
    cookieName: name,
    cookieValueLength: valueLength,
    sessionMode: findSessionMode(content),
    limits: findLifetimeLimits(content.authenticator),
  };
}
