// What happens to the store while the service runs, as log lines.

import type { CookieAuthenticatorError } from "../errors.js";
import type { Log } from "../log/logger.js";
import type { TargetEvents } from "../store/open-store-target.js";

/** What a service waits for at its start as a matter of course: Crossbar makes its database when it starts. */
const AWAITED: ReadonlySet<string> = new Set(["ERR_STORE_NOT_FOUND", "ERR_STORE_BUSY", "ERR_STORE_TABLES"]);

/** @param end called when the process must be started again */
export function toStoreEvents(log: Log, end: (error: CookieAuthenticatorError) => void): TargetEvents {
  let wasOpen = false;
  let lostAtMs: number | undefined;
  return {
    onAvailable({ format, engine, version, address, crashes = 0 }) {
      const message =
        lostAtMs === undefined
          ? "the cookie database is open"
          : `the cookie database is available again after ${Math.ceil((performance.now() - lostAtMs) / 1000)} s`;
      wasOpen = true;
      lostAtMs = undefined;
      log.info({ event: "store", format, engine, version, address }, message);
      if (crashes > 0 && engine === "lmdb-reader" && format === "0.9") {
        log.error(
          {
            event: "store",
            crashes,
            hint: "run `db verify`; the native engine is tried again after an hour",
          },
          "the native engine died repeatedly on this database: it is read by the slower reader without native code",
        );
      }
    },
    onUnavailable({ code, message, hint }) {
      if (wasOpen) lostAtMs ??= performance.now();
      log[AWAITED.has(code) ? "warn" : "error"](
        { event: "store", code, hint },
        `the store can't be used: ${message}`,
      );
    },
    onWarning(message) {
      log.warn({ event: "store" }, message);
    },
    onReplaced(error) {
      const { code, message, hint } = error;
      log.error({ event: "store", code, hint }, message);
      end(error);
    },
  };
}
