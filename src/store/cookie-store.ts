// An open cookie database that can be written: both ports of it.

import type { CookieReader } from "./cookie-reader.js";
import type { CookieWriter } from "./cookie-writer.js";

/** Both ports of one open database. `close` ends both. */
export interface CookieStore {
  readonly reader: CookieReader;
  readonly writer: CookieWriter;
  /** Waits for writes under way, then ends all use. Calling it again does nothing. */
  close(): Promise<void>;
}
