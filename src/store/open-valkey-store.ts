// Opens a store on Valkey or Redis, for programs that use the library: ioredis is loaded here and not before.

import type { CookieStore } from "./cookie-store.js";
import type { ValkeyOptions } from "./valkey/valkey-options.js";

/**
 * Opens a cookie store on a Valkey, or a Redis from 7.0 on, for reading and, without `readOnly`, for writing. Nothing has
 * to be there: the first commit makes it.
 *
 * @param parts.onWarning told how the server is set up so that cookies may be lost
 * @throws `ERR_STORE_UNAVAILABLE`, `ERR_STORE_TIMEOUT`, `ERR_STORE_ACCESS`; `ERR_STORE_SERVER` for a server that is too old
 *   and for keys that aren't a cookie store's; `ERR_STORE_VALUES` if `hashValues` contradicts what is stored
 *
 * @example
 * const store = await openValkeyStore({
 *   servers: [{ host: "127.0.0.1", port: 6379 }],
 *   topology: { kind: "single" },
 *   prefix: "wca",
 *   timeoutMs: 1000,
 * });
 * const cookie = await store.reader.findByValue(value);
 */
export async function openValkeyStore(
  options: ValkeyOptions,
  parts: { readonly onWarning?: ((message: string) => void) | undefined } = {},
): Promise<CookieStore> {
  const { openValkeyStore: open } = await import("./valkey/open-valkey-store.js");
  return open(options, { onWarning: parts.onWarning });
}
