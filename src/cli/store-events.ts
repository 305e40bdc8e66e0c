// What happens to the store while the service runs, as log lines.

import type { CookieAuthenticatorError } from "../errors.js";
import type { Log } from "../log/logger.js";
import type { TargetEvents } from "../store/open-store-target.js";

/** @param end called when the process must be started again */
export function toStoreEvents(log: Log, end: (error: CookieAuthenticatorError) => void): TargetEvents {
  return {
    onAvailable({ format, engine, version, address, crashes = 0 }) {
      log.info({ event: "store", format, engine, version, address }, "the cookie database is open");
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
      log.warn({ event: "store", code, hint }, message);
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
