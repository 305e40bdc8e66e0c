// The part of the configuration that a web application needs. No secret is resolved for it: it has no router's.

import { resolve } from "node:path";
import type { AuthenticatorPolicy } from "../authenticator/policy.js";
import { checkCookie } from "./check-cookie.js";
import { checkPolicy } from "./check-policy.js";
import { checkSessions } from "./check-sessions.js";
import { checkStoreUse } from "./check-store-use.js";
import type { SessionsConfig, StoreConfig } from "./config.js";
import type { ConfigFile } from "./config-file.js";
import { type ConfigProblem, invalidConfig } from "./config-problem.js";
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
 * The web door's part of a configuration file with `sessions`. The whole file must be right, but for secrets.
 *
 * @throws `ERR_CONFIG_READ`, `ERR_CONFIG_SYNTAX`, `ERR_CONFIG_INVALID`
 */
export async function loadWebConfig(file: string): Promise<WebConfig> {
  const path = resolve(file);
  const content = validateConfigFile(await readJsonFile(path), path);
  const problems: ConfigProblem[] = [
    ...checkStoreUse(content),
    ...checkCookie(content.cookie),
    ...checkPolicy(content.authenticator).problems,
    ...checkSessions(content).problems,
  ];
  const sessions = toSessionsConfig(content);
  if (sessions === undefined)
    problems.push({ path: "sessions", message: "is missing: the web door is made of it" });
  if (sessions === undefined || problems.length > 0) throw invalidConfig(path, problems);
  return {
    store: toStoreConfig(content, path),
    sessions,
    policy: toPolicy(content.authenticator, content.cookie.name),
    authrealm: findOnlyRealm(content),
  };
}

function findOnlyRealm({ routers }: ConfigFile): string | undefined {
  const realms = new Set(routers.flatMap(({ sessionRealms, realm }) => sessionRealms ?? [realm]));
  return realms.size === 1 ? [...realms][0] : undefined;
}
