// What ending sessions works with, in a command beside a running component.

import type { StoreSettings } from "../config/load-store-config.js";
import { errorCodeOf } from "../errors.js";
import { createSteadyClock } from "../lifetime/steady-clock.js";
import type { SessionContext } from "../session/session-context.js";
import { DEFAULT_SESSION_POLICY } from "../session/session-policy.js";
import type { CookieReader } from "../store/cookie-reader.js";
import type { CookieStore } from "../store/cookie-store.js";
import type { CookieWriter } from "../store/cookie-writer.js";
import type { CliContext } from "./cli-context.js";

/** Reader and clock, whose time is never behind what any writer has seen. */
export async function toReadingContext(
  reader: CookieReader,
  context: Pick<CliContext, "nowNs">,
): Promise<Pick<SessionContext, "reader" | "clock">> {
  const clock = createSteadyClock(context.nowNs);
  clock.see((await reader.marks()).clockNs);
  return { reader, clock };
}

/** The same with a writer. Nobody listens to events: the component notices changes of the database by itself. */
export async function toEndingContext(
  store: Pick<CookieStore, "reader" | "writer">,
  { limits }: Pick<StoreSettings, "limits">,
  context: Pick<CliContext, "nowNs">,
): Promise<SessionContext> {
  return {
    ...(await toReadingContext(store.reader, context)),
    writer: withoutNeedOfClock(store.writer),
    policy: { ...DEFAULT_SESSION_POLICY, ...limits },
    notify: () => {},
  };
}

/**
 * A database that only Crossbar has used has no table for the time that we have seen, and deleting a record is no reason
 * to make one: the record is gone, whatever the clock says.
 */
function withoutNeedOfClock(writer: CookieWriter): CookieWriter {
  return {
    write: (change) =>
      writer.write((transaction) => {
        const raiseClock = (timeNs: bigint): void => {
          try {
            transaction.raiseClock(timeNs);
          } catch (error) {
            if (errorCodeOf(error) !== "ERR_STORE_TABLES") throw error;
          }
        };
        return change({ ...transaction, raiseClock });
      }),
  };
}
