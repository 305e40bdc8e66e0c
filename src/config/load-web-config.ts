// The part of the configuration that a web application needs. It has no secret of a router, only those of the store.

import { resolve } from "node:path";
import type { AuthenticatorPolicy } from "../authenticator/policy.js";
import { checkCookie } from "./check-cookie.js";
import { checkPolicy } from "./check-policy.js";
import { checkSessions } from "./check-sessions.js";
import { checkStore } from "./check-store.js";
import type { SessionsConfig, StoreConfig } from "./config.js";
import type { ConfigFile } from "./config-file.js";
import { type ConfigProblem, invalidConfig } from "./config-problem.js";
import { FileResolver } from "./file-resolver.js";
import { readJsonFile } from "./read-json-file.js";
import { toPolicy } from "./to-policy.js";
import { toSessionsConfig } from "./to-sessions-config.js";
import { toStoreConfig } from "./to-store-config.js";
import { validateConfigFile } from "./validate-config-file.js";

/** What the web door and the component have in common. */
export interface WebConfig {
  readonly store: StoreConfig;
  readonly sessions: SessionsConfig;
  /** The one policy of both doors: `origin`, `requireSecure`, `trustedProxies`. */
  readonly policy: AuthenticatorPolicy;
  /** The realm, if all routers of the file have the same one and no other. */
  readonly authrealm: string | undefined;
}

/**
 * The web door's part of a configuration file with `sessions`. The whole file must be right, but for secrets of others.
 *
 * @param options.env where `{"env": …}` secrets of the store are looked up; `process.env` by default
 * @throws `ERR_CONFIG_READ`, `ERR_CONFIG_SYNTAX`, `ERR_CONFIG_INVALID`, `ERR_CONFIG_SECRET`
 */
export async function loadWebConfig(
  file: string,
  options: { readonly env?: NodeJS.ProcessEnv } = {},
): Promise<WebConfig> {
  const path = resolve(file);
  const content = validateConfigFile(await readJsonFile(path), path);
  const problems: ConfigProblem[] = [
    ...checkStore(content).problems,
    ...checkCookie(content.cookie),
    ...checkPolicy(content.authenticator).problems,
    ...checkSessions(content).problems,
  ];
  const sessions = toSessionsConfig(content);
  if (sessions === undefined)
    problems.push({ path: "sessions", message: "is missing: the web door is made of it" });
  if (sessions === undefined || problems.length > 0) throw invalidConfig(path, problems);
  const resolver = new FileResolver(path, options.env ?? process.env);
  const store = await toStoreConfig(content, resolver);
  resolver.throwProblems();
  return {
    store,
    sessions,
    policy: toPolicy(content.authenticator, content.cookie.name),
    authrealm: findOnlyRealm(content),
  };
}

function findOnlyRealm({ routers }: ConfigFile): string | undefined {
  const realms = new Set(routers.flatMap(({ sessionRealms, realm }) => sessionRealms ?? [realm]));
  return realms.size === 1 ? [...realms][0] : undefined;
}
