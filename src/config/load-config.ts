// Loads the configuration: read, parse, schema, rules beyond the schema, secrets and files.

import { resolve } from "node:path";
import { isLoopback } from "../is-loopback.js";
import { checkCookie } from "./check-cookie.js";
import { checkPolicy } from "./check-policy.js";
import { checkRouters } from "./check-routers.js";
import { checkSessions } from "./check-sessions.js";
import { checkStore } from "./check-store.js";
import type { Config, LogConfig } from "./config.js";
import type { ConfigFile } from "./config-file.js";
import { type ConfigProblem, invalidConfig } from "./config-problem.js";
import { FileResolver } from "./file-resolver.js";
import { readJsonFile } from "./read-json-file.js";
import { toMilliseconds } from "./to-milliseconds.js";
import { toPolicy } from "./to-policy.js";
import { toRouterConfigs } from "./to-router-config.js";
import { toSessionsConfig } from "./to-sessions-config.js";
import { toStoreConfig } from "./to-store-config.js";
import { validateConfigFile } from "./validate-config-file.js";

/** A configuration, and what is allowed in it but unwise: one line of text each, beginning with the key's path. */
export interface LoadedConfig {
  readonly config: Config;
  readonly warnings: readonly string[];
}

/**
 * Loads a configuration file. Relative paths in it are relative to the file.
 *
 * @param options.env where `{"env": …}` secrets are looked up; `process.env` by default
 * @throws `ERR_CONFIG_READ`, `ERR_CONFIG_SYNTAX`, `ERR_CONFIG_INVALID` (also for an unreadable PEM file),
 *   `ERR_CONFIG_SECRET`
 * @example
 * const { config, warnings } = await loadConfig("/etc/wamp-cookie-authenticator/config.json");
 */
export async function loadConfig(
  file: string,
  options: { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<LoadedConfig> {
  const path = resolve(file);
  const content = validateConfigFile(await readJsonFile(path), path);
  return resolveConfig(content, path, options.env ?? process.env);
}

/** The part after the schema: from the file's keys to a `Config`. */
async function resolveConfig(
  content: ConfigFile,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<LoadedConfig> {
  const storeCheck = checkStore(content);
  const routerCheck = checkRouters(content.routers);
  const policyCheck = checkPolicy(content.authenticator);
  const sessionsCheck = checkSessions(content);
  const problems = [
    ...storeCheck.problems,
    ...checkCookie(content.cookie),
    ...routerCheck.problems,
    ...policyCheck.problems,
    ...sessionsCheck.problems,
  ];
  if (problems.length > 0) throw invalidConfig(file, problems);

  const resolver = new FileResolver(file, env);
  const routers = await toRouterConfigs(content.routers, resolver, content.sessions !== undefined);
  const key = content.log.fingerprintKey;
  const fingerprintKey = key === undefined ? undefined : await resolver.secret(key, "log.fingerprintKey");
  const store = await toStoreConfig(content, resolver);
  await resolver.warnOfInlineSecrets();
  if (store.type === "lmdb") await resolver.warnOfOpenStore(store.path);
  resolver.throwProblems();

  const config: Config = {
    file,
    store,
    policy: toPolicy(content.authenticator, content.cookie.name),
    cookieValueLength: content.cookie.valueLength,
    routers,
    sessions: toSessionsConfig(content),
    health: content.health,
    metrics: content.metrics,
    log: toLogConfig(content.log, fingerprintKey),
    crossbarNode: content.crossbarNode === undefined ? undefined : resolver.path(content.crossbarNode),
  };
  const warnings = [
    ...storeCheck.warnings,
    ...routerCheck.warnings,
    ...policyCheck.warnings,
    ...sessionsCheck.warnings,
    ...listenWarnings(config),
    ...resolver.warnings,
  ];
  return { config, warnings: warnings.map(({ path, message }) => `${path}: ${message}`) };
}

function toLogConfig(section: ConfigFile["log"], fingerprintKey: string | undefined): LogConfig {
  const { level, format, audit, repeatLimit: limit, repeatWindow } = section;
  return {
    level,
    format,
    fingerprintKey,
    audit,
    repeatLimit: { limit, windowMs: toMilliseconds(repeatWindow) },
  };
}

/** what tells about the service is for this machine, unless somebody means it. */
function listenWarnings({ health, metrics }: Config): ConfigProblem[] {
  const warnings: ConfigProblem[] = [];
  if (health !== undefined && !isLoopback(health.host)) {
    warnings.push({ path: "health.host", message: "other machines can ask for the state of this service" });
  }
  if (metrics !== undefined && !isLoopback(metrics.host)) {
    warnings.push({ path: "metrics.host", message: "other machines can read the metrics of this service" });
  }
  return warnings;
}
