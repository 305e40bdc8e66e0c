// The reader of a running service: a lasting store of which only the reading port is handed out.

import type { CookieReader } from "./cookie-reader.js";
import { LastingStore, type LastingStoreEvents } from "./lasting-store.js";
import { openCookieReader } from "./open-store.js";

/** What happens to the database while the service runs. */
export type LastingReaderEvents = LastingStoreEvents;

/**
 * Opens the cookie database in the directory `path` for a service. A database that isn't there yet is waited for
 * (Crossbar may start later than we); one that is removed, or can't be read for a time, makes look-ups fail with a coded
 * fault and is taken up again by itself.
 *
 * @throws what `openCookieReader` throws, but for errors that may pass
 */
export async function openLastingReader(options: {
  readonly path: string;
  readonly events: LastingReaderEvents;
  readonly checkEveryMs?: number;
}): Promise<CookieReader> {
  const store = await LastingStore.start({
    ...options,
    open: async (path, isPure) => ({
      reader: await openCookieReader({ path, ...(isPure ? { engine: "pure" } : {}) }),
    }),
  });
  return store.reader;
}
