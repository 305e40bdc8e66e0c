// Puts log, reader, authenticator and service together for `start`.

import { createAuthenticator } from "../authenticator/create-authenticator.js";
import { createFingerprint } from "../authenticator/fingerprint.js";
import type { Config } from "../config/config.js";
import { createLog } from "../log/logger.js";
import { runUntilSignal } from "../service/run-until-signal.js";
import { createService } from "../service/service.js";
import { openLastingReader } from "../store/lasting-reader.js";
import { toStoreEvents } from "./store-events.js";

/**
 * Runs the service of a configuration and resolves when SIGTERM or SIGINT has stopped it.
 *
 * @throws what opening the store, the logins and the health port throw; `ERR_STORE_REPLACED` when another database is
 *   in the place of the one that was open
 */
export async function startService(config: Config, warnings: readonly string[]): Promise<void> {
  const log = createLog(config.log);
  for (const warning of warnings) log.warn({ event: "configuration" }, warning);
  const fingerprint = createFingerprint(config.log.fingerprintKey);
  const ended = new AbortController();
  const events = toStoreEvents(log, (error) => ended.abort(error));
  const reader = await openLastingReader({ path: config.store.path, events });
  try {
    const { policy } = config;
    const { repeatLimit } = config.log;
    const authenticator = createAuthenticator({ reader, policy, log, fingerprint, repeatLimit });
    await runUntilSignal(createService({ config, authenticator, reader, log }), log, ended.signal);
  } finally {
    await reader.close(); // the service closes it too, unless it never came to run
  }
}
