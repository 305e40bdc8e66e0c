// The store of a running service: both ports of a database that may come late, go, or come back.

import type { CookieStore } from "./cookie-store.js";
import { LastingStore, type LastingStoreEvents } from "./lasting-store.js";
import { type CookieStoreOptions, openCookieReader, openCookieStore } from "./open-store.js";

/**
 * Opens the cookie database in the directory `path` for a service that writes. As `openLastingReader`; while the
 * database isn't there, or another is in its place, writes fail as look-ups do, and where the native engine died so
 * often that the pure reader took over, with `ERR_STORE_READ_ONLY`.
 *
 * @throws what `openCookieStore` throws, but for errors that may pass: so `ERR_STORE_FORMAT` for a database in LMDB 1.0
 *   format, whose hint says how to convert it
 */
export async function openLastingStore(
  options: CookieStoreOptions & { readonly events: LastingStoreEvents; readonly checkEveryMs?: number },
): Promise<CookieStore> {
  return LastingStore.start({
    ...options,
    open: async (path, isPure) => {
      if (isPure) return { reader: await openCookieReader({ path, engine: "pure" }) };
      const store = await openCookieStore({ ...options, path });
      return { reader: store.reader, store };
    },
  });
}
