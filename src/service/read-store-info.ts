// One look at the store, bounded in time: a check that hangs says nothing.

import { errorCodeOf } from "../errors.js";
import type { CookieReader, StoreInfo } from "../store/cookie-reader.js";

/** The store's figures, or why there are none: `timeout`, or the code of the error that reading it gave. */
export type StoreLook = { readonly info: StoreInfo } | { readonly fault: string };

/** How long the store may take to answer, in milliseconds. */
const STORE_TIMEOUT_MS = 1000;

/** Never rejects. */
export async function readStoreInfo(reader: Pick<CookieReader, "info">): Promise<StoreLook> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<StoreLook>((resolve) => {
    timer = setTimeout(() => resolve({ fault: "timeout" }), STORE_TIMEOUT_MS);
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
