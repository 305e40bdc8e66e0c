// Reads the configuration again while the component runs. A file that can't be used changes nothing.

import type { Config } from "../config/config.js";
import type { LoadedConfig } from "../config/load-config.js";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import type { Log } from "../log/logger.js";
import { toSessionLogin } from "../wamp/login.js";
import { toConfigChange } from "./config-change.js";

export interface ReloaderOptions {
  /** What is in force at the start. */
  readonly config: Config;
  /** Loads the configuration as the start did, with its overrides. */
  readonly load: () => Promise<LoadedConfig>;
  /** Puts a configuration in force. Its rules from the next call on; resolves when routers are attached and let go. */
  readonly apply: (config: Config) => Promise<void>;
  readonly log: Log;
}

export interface Reloader {
  /** Loads and applies, one after the other: what comes during a reload is one more after it. Never rejects. */
  reload(): Promise<void>;
}

export function createReloader({ config, load, apply, log }: ReloaderOptions): Reloader {
  let current = config;
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;

  const reloadOnce = async (): Promise<void> => {
    const loaded = await loadOrSay(load, log);
    if (loaded === undefined) return;
    for (const warning of loaded.warnings) log.warn({ event: "configuration" }, warning);
    const { changed, waiting: fixed, config: next } = toConfigChange(current, loaded.config);
    for (const key of fixed) {
      log.warn({ event: "reload", key }, `${key} has changed, and takes effect at the next start`);
    }
    current = next;
    // a change of the configuration is an event like any other. Keys only: a value may be a secret.
    log.info({ event: "reload", changed }, describeReload(changed.length, fixed.length));
    if (changed.length > 0) await apply(next);
  };

  const run = async (): Promise<void> => {
    try {
      await reloadOnce();
    } catch (fault) {
      // Nobody waits for us: what isn't said here is never known.
      log.error({ event: "reload", ...describe(fault) }, "the configuration couldn't be applied as a whole");
    } finally {
      running = undefined;
    }
  };

  const reload = (): Promise<void> => {
    if (running === undefined) {
      running = run();
      return running;
    }
    waiting ??= running.then(() => {
      waiting = undefined;
      return reload();
    });
    return waiting;
  };
  return { reload };
}

/** The keys themselves are in the line, or in warnings before it. */
function describeReload(changed: number, waiting: number): string {
  if (changed > 0) return "configuration changed";
  if (waiting === 0) return "configuration read again: nothing to change";
  const keys = waiting === 1 ? "1 key waits" : `${waiting} keys wait`;
  return `configuration read again: nothing else to change; ${keys} for a restart`;
}

async function loadOrSay(load: () => Promise<LoadedConfig>, log: Log): Promise<LoadedConfig | undefined> {
  try {
    const loaded = await load();
    // What a router would stumble over comes before anything is changed.
    for (const { login } of loaded.config.routers) toSessionLogin(login);
    return loaded;
  } catch (fault) {
    const text = fault instanceof CookieAuthenticatorError ? fault.message : "it can't be read";
    log.error({ event: "reload", ...describe(fault) }, `the configuration stays as it was: ${text}`);
    return undefined;
  }
}

/** The text of any other error may quote what was handed to it. */
function describe(fault: unknown): object {
  if (!(fault instanceof CookieAuthenticatorError)) {
    return { code: errorCodeOf(fault) ?? (fault instanceof Error ? fault.name : typeof fault) };
  }
  return { code: fault.code, hint: fault.hint };
}
