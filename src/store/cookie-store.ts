// An open cookie database that can be written: both ports of it.

import type { CookieReader } from "./cookie-reader.js";
import type { CookieWriter } from "./cookie-writer.js";

/** What a sweep mended in the indexes by user and by expiry. */
export interface SweepReport {
  /** Records looked at. */
  readonly records: number;
  /** Entries added for records that another process wrote, and removed, last uses too, where it deleted or changed them. */
  readonly added: number;
  readonly removed: number;
}

/** Both ports of one open database. `close` ends both. */
export interface CookieStore {
  readonly reader: CookieReader;
  readonly writer: CookieWriter;
  /**
   * Brings the indexes by user and by expiry up to what the records say, in small transactions with pauses: the router
   * waits on the same lock. Where only we write it needs to be done once; else as often as they may lag.
   */
  sweepIndexes(options?: { readonly signal?: AbortSignal }): Promise<SweepReport>;
  /**
   * Removes the cookie of an oid also where its record can't be decoded; `false` if there is none. On LMDB entries of
   * indexes may stay, which `db verify --repair` removes. Missing where `CookieTransaction.delete` is the only way.
   */
  removeDamaged?(oid: string): Promise<boolean>;
  /** Waits for writes under way, then ends all use. Calling it again does nothing. */
  close(): Promise<void>;
}
