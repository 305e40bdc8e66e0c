// The part of the configuration that commands on the database need. No secret is resolved for it.

import { resolve } from "node:path";
import type { LifetimeLimits } from "../lifetime/lifetime.js";
import { checkStoreUse } from "./check-store-use.js";
import type { SessionMode, StoreConfig } from "./config.js";
import { invalidConfig } from "./config-problem.js";
import { findLifetimeLimits } from "./lifetime-profile.js";
import { readJsonFile } from "./read-json-file.js";
import { toStoreConfig } from "./to-store-config.js";
import { validateConfigFile } from "./validate-config-file.js";

/** Where the cookies are, and what cookies of ours look like. */
export interface StoreSettings extends StoreConfig {
  readonly cookieName: string;
  /** Length in characters of values that we make ourselves. */
  readonly cookieValueLength: number;
  /** Who else writes here; `undefined` without `sessions`. */
  readonly sessionMode: SessionMode | undefined;
  /** What the component refuses beyond a cookie's own lifetime. */
  readonly limits: LifetimeLimits;
}

/**
 * The store's part of a configuration file. The whole file must fit the schema, but an administrator's shell needs
 * none of the environment variables that the service has.
 *
 * @throws `ERR_CONFIG_READ`, `ERR_CONFIG_SYNTAX`, `ERR_CONFIG_INVALID`
 */
export async function loadStoreConfig(file: string): Promise<StoreSettings> {
  const path = resolve(file);
  const content = validateConfigFile(await readJsonFile(path), path);
  const { name, valueLength } = content.cookie;
  // A writer must know these two rules of the service even when it reads nothing else of the file.
  const problems = checkStoreUse(content);
  if (problems.length > 0) throw invalidConfig(path, problems);
  return {
    ...toStoreConfig(content, path),
    cookieName: name,
    cookieValueLength: valueLength,
    sessionMode: content.sessions?.mode,
    limits: findLifetimeLimits(content.authenticator),
  };
}
