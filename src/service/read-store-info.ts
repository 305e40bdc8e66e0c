// One look at the store, bounded in time: a check that hangs says nothing.

import { errorCodeOf } from "../errors.js";
import type { CookieReader, StoreInfo } from "../store/cookie-reader.js";

/** The store's figures, or why there are none: the code of the error that reading it gave, or `timeout`. */
export type StoreLook = { readonly info: StoreInfo } | { readonly fault: string };

/** How long the store may take to answer, in milliseconds: longer than `store.timeout` by default, whose error says more. */
const STORE_TIMEOUT_MS = 1500;

/** At once where the store is known to be at fault. Never rejects. */
export async function readStoreInfo(reader: Pick<CookieReader, "info" | "knownFault">): Promise<StoreLook> {
  const known = reader.knownFault?.();
  if (known !== undefined) return { fault: known.code };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<StoreLook>((resolve) => {
    timer = setTimeout(() => resolve({ fault: reader.knownFault?.()?.code ?? "timeout" }), STORE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([readOnce(reader), late]);
  } catch (error) {
    return { fault: errorCodeOf(error) ?? "error" };
  } finally {
    clearTimeout(timer);
  }
}

async function readOnce(reader: Pick<CookieReader, "info">): Promise<StoreLook> {
  return { info: await reader.info() };
}
