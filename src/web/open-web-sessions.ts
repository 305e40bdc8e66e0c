// WebSessions from the component's configuration file: one cookie, one database, one policy for both doors.

import type { StoreConfig } from "../config/config.js";
import { loadWebConfig } from "../config/load-web-config.js";
import { createSteadyClock } from "../lifetime/steady-clock.js";
import {
  type OpenCookieSessions,
  type OpenCookieSessionsOptions,
  openCookieSessions,
} from "./open-cookie-sessions.js";
import { WebSessions } from "./web-sessions.js";

export interface OpenWebSessionsOptions
  extends Pick<OpenCookieSessionsOptions, "onChange" | "onReplaced" | "log"> {
  /** Path of the configuration file. Of its secrets only those of the store are read, such as its password. */
  readonly config: string;
  /** The application's realm; by default the one realm of the file's routers, and none if they have several. */
  readonly authrealm?: string | undefined;
}

export interface OpenWebSessions extends OpenCookieSessions {
  readonly web: WebSessions;
}

/**
 * Opens the database that the file names, and the web door to it with the file's cookie, lifetimes, origins and proxies.
 *
 * @throws `ERR_CONFIG_READ`, `ERR_CONFIG_SYNTAX`, `ERR_CONFIG_INVALID`, `ERR_CONFIG_SECRET`, and as `openCookieSessions`
 *
 * @example
 * const { web, close } = await openWebSessions({ config: "authenticator.json" });
 */
export async function openWebSessions(options: OpenWebSessionsOptions): Promise<OpenWebSessions> {
  const { config, authrealm, log, ...handlers } = options;
  const { store, sessions: settings, policy, ...file } = await loadWebConfig(config);
  const { mode } = settings;
  const clock = createSteadyClock();
  const open = await openCookieSessions({
    ...handlers,
    ...toStoreOptions(store),
    mode,
    policy: settings.policy,
    clock,
    log,
  });
  const { origin, requireSecure, trustedProxies } = policy;
  const realm = authrealm ?? file.authrealm;
  const { sessions } = open;
  const web = new WebSessions({
    sessions,
    authrealm: realm,
    origin,
    requireSecure,
    trustedProxies,
    log,
    clock,
  });
  return { ...open, web };
}

function toStoreOptions(
  store: StoreConfig,
): Pick<OpenCookieSessionsOptions, "path" | "maxSizeBytes" | "valkey" | "hashValues"> {
  if (store.type === "valkey") return { valkey: store };
  const { path, maxSizeBytes, hashValues } = store;
  return { path, maxSizeBytes, hashValues };
}
