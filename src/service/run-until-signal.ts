// Runs a service until the process is told to end: SIGTERM or SIGINT stops it in order, a second one at once; SIGHUP reloads.

import type { Log } from "../log/logger.js";
import type { Service } from "./service.js";

/** What ends a process: supervisors send the first, terminals the second. */
const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Exit status of an end that was forced by a second signal. */
const FORCED = 1;

export interface RunOptions {
  /** Stops the service too, in order, when it is aborted; its reason is thrown then. */
  readonly ended?: AbortSignal | undefined;
  /** What SIGHUP does; without it SIGHUP ends the process, as ever. */
  readonly reload?: (() => Promise<void>) | undefined;
}

/**
 * Starts the service and resolves when a signal has stopped it; the exit status is 0 then.
 *
 * @throws CookieAuthenticatorError whatever `service.start` throws, or the reason of `ended`.
 */
export async function runUntilSignal(
  service: Pick<Service, "start" | "stop">,
  log: Log,
  { ended, reload }: RunOptions = {},
): Promise<void> {
  const stopping = new AbortController();
  const asked = new Promise<void>((resolve) => {
    stopping.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) {
      log.warn({ signal }, "second signal: ending at once");
      process.exit(FORCED);
    }
    log.info({ signal }, "asked to stop");
    stopping.abort();
  };

  const onHangup = (): void => {
    if (stopping.signal.aborted) return;
    log.info({ signal: "SIGHUP" }, "asked to read the configuration again");
    void reload?.();
  };

  const onEnded = (): void => stopping.abort();
  ended?.addEventListener("abort", onEnded, { once: true });
  for (const signal of SIGNALS) process.on(signal, onSignal);
  if (reload !== undefined) process.on("SIGHUP", onHangup);
  try {
    await service.start();
    await asked;
    await service.stop();
    if (ended?.aborted) throw ended.reason;
    process.exitCode = 0;
  } finally {
    ended?.removeEventListener("abort", onEnded);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
    process.removeListener("SIGHUP", onHangup);
  }
}
