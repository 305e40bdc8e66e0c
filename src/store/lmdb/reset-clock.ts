// Mends the mark `clock` after a machine's wrong clock was written into it.

import { resolve } from "node:path";
import { encodeClock, markKey, readClockNs } from "../store-marks.js";
import { readCookieSlots } from "./cookie-tables.js";
import { LmdbEnvironment } from "./environment.js";

/** A mark is changed, and nothing grows: any limit would do. */
export const MAX_SIZE_BYTES = 2 ** 37;

/**
 * Sets the highest time seen to `nowNs`. What had expired by the wrong time and wasn't purged is valid again;
 * that is why nothing does this by itself. Running components keep the time they have seen: they must be started again.
 *
 * @returns the mark as it was, ns since 1970 UTC; `undefined` if there is none, and nothing was changed
 * @throws what opening the database for writing throws
 */
export async function resetClock(path: string, nowNs: bigint): Promise<bigint | undefined> {
  const directory = resolve(path);
  const environment = LmdbEnvironment.open({ path: directory, writable: true, maxSizeBytes: MAX_SIZE_BYTES });
  try {
    return await environment.write((transaction) => {
      const { own } = readCookieSlots(transaction, directory);
      if (own === undefined) return undefined;
      const beforeNs = readClockNs(transaction, own);
      if (beforeNs === 0n) return undefined;
      transaction.put(markKey(own, "clock"), encodeClock(nowNs));
      return beforeNs;
    });
  } finally {
    await environment.close();
  }
}
