// Puts log, store, authenticator, sessions and service together for `start`.

import { createAuthenticator } from "../authenticator/create-authenticator.js";
import { createFingerprint } from "../authenticator/fingerprint.js";
import type { Config } from "../config/config.js";
import { CookieAuthenticatorError } from "../errors.js";
import { createSteadyClock, type SteadyClock } from "../lifetime/steady-clock.js";
import { createLog } from "../log/logger.js";
import { createMetrics } from "../metrics/create-metrics.js";
import { createConfigApplier } from "../service/apply-config.js";
import { createReloader } from "../service/reloader.js";
import { runUntilSignal } from "../service/run-until-signal.js";
import { createService } from "../service/service.js";
import { createSessionService } from "../service/session-service.js";
import type { CookieReader } from "../store/cookie-reader.js";
import { openLastingTarget, openLastingTargetReader, type TargetEvents } from "../store/open-store-target.js";
import type { RunOptions } from "./cli-context.js";
import { removePidFile, writePidFile } from "./pid-file.js";
import { toStoreEvents } from "./store-events.js";

/**
 * Runs the service of a configuration and resolves when SIGTERM or SIGINT has stopped it. Without `sessions` in it
 * the store is opened for reading only.
 *
 * @throws what opening the store, the logins and the health port throw; `ERR_STORE_REPLACED` when another database is
 *   in the place of the one that was open; `ERR_PID_FILE`
 */
export async function startService(
  config: Config,
  warnings: readonly string[],
  { load, pidFile }: RunOptions = {},
): Promise<void> {
  const log = createLog(config.log);
  for (const warning of warnings) log.warn({ event: "configuration" }, warning);
  const fingerprint = createFingerprint(config.log.fingerprintKey);
  const ended = new AbortController();
  const events = toStoreEvents(log, (error) => ended.abort(error));
  const { reader, store } = await openStore(config, events);
  try {
    const { policy, routers, sessions: sessionsConfig } = config;
    const { repeatLimit, audit } = config.log;
    const metrics = config.metrics === undefined ? undefined : await createMetrics();
    const clock = createSteadyClock();
    await seeStoredTime(clock, reader);
    const sessions =
      sessionsConfig === undefined || store === undefined
        ? undefined
        : createSessionService({
            config: sessionsConfig,
            routers,
            store,
            clock,
            log,
            repeatLimit,
            observer: metrics?.sessions,
          });
    const { nowNs } = clock;
    const onUse = sessions?.used;
    const authenticator = createAuthenticator({
      reader,
      policy,
      log,
      nowNs,
      fingerprint,
      repeatLimit,
      audit,
      observer: metrics?.authenticator,
      ...(onUse === undefined ? {} : { onUse }),
    });
    const service = createService({ config, authenticator, reader, sessions, metrics, log });
    const apply = createConfigApplier(config, { log, authenticator, sessions, service });
    const reload = load === undefined ? undefined : createReloader({ config, load, apply, log }).reload;
    const start = async (): Promise<void> => {
      // Not before signals are handled: who reads it sends one.
      if (pidFile !== undefined) await writePidFile(pidFile);
      await service.start();
    };
    const { stop } = service;
    await runUntilSignal({ start, stop }, log, { ended: ended.signal, reload });
  } finally {
    if (pidFile !== undefined) await removePidFile(pidFile);
    await reader.close(); // the service closes it too, unless it never came to run
  }
}

/** from the first look-up on. A database that isn't there yet has seen no time. */
async function seeStoredTime(clock: SteadyClock, reader: CookieReader): Promise<void> {
  try {
    clock.see((await reader.marks()).clockNs);
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
  }
}

async function openStore({ store, sessions }: Config, events: TargetEvents) {
  if (sessions === undefined) {
    return { reader: await openLastingTargetReader(store, events), store: undefined };
  }
  const open = await openLastingTarget(store, { mode: sessions.mode, events });
  return { reader: open.reader, store: open };
}
