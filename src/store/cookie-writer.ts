// The writing port: one way to begin a write.

import type { Cookie, CookieFields } from "../record/cookie.js";
import type { CookieUse } from "./cookie-reader.js";

/** What a write callback may do. Valid only inside the callback; it sees its own changes. */
export interface CookieTransaction {
  /** By a value as a client presents it. */
  findByValue(value: string): Cookie | undefined;
  findByOid(oid: string): Cookie | undefined;
  /**
   * Stores the record under `fields.oid`, replacing the one that is there, and keeps the value index right:
   * the index key of a replaced value goes, that of the new value comes, as zlmdb does it. Our own indexes likewise.
   *
   * @param fields `value` is what is stored: `toStoredValue` of a new one, or that of the record as it was read
   * @throws `ERR_STORE_KEY` value empty or over LMDB's key limit; `ERR_COOKIE_VALUE_TAKEN` another record has
   *   the value (zlmdb would overwrite its index key in silence); `ERR_STORE_FULL`
   */
  put(fields: CookieFields): Cookie;
  /** Removes the record, its entries in all indexes and its last use; `false` if there was none. */
  delete(oid: string): boolean;
  /** What is stored for a value: itself, or its SHA-256 in base64url where values are hashed at rest (S-07). */
  toStoredValue(value: string): string;
  findUse(oid: string): CookieUse | undefined;
  /** Stores the last use of a cookie that is there; `false`, and nothing stored, if it isn't. */
  putUse(oid: string, use: CookieUse): boolean;
  /**
   * The cookies of a user that our index knows, with this transaction's own changes: exact where only we write, else
   * without those that Crossbar made since the last sweep.
   */
  listByAuthid(authid: string): readonly Cookie[];
  /** The highest time that any writer of ours has seen, ns since 1970 UTC; 0 if none. */
  readonly clockNs: bigint;
  /** Raises `clockNs`; a lower time changes nothing. */
  raiseClock(timeNs: bigint): void;
}

/** Write access to a cookie database. */
export interface CookieWriter {
  /**
   * Runs `change` in one write transaction and resolves with its result after the commit is synced to disk.
   * Throws in the callback undo all of it and reject the promise. The callback is synchronous, since the
   * router waits on the same lock; a returned promise is refused with `ERR_STORE_ASYNC_WRITE`.
   * Concurrent calls may share one commit, each still all or nothing.
   *
   * `change` may run more than once, on a networked store also on what may turn out to be wrong: so it must have no effects
   * but its changes and its result. A later run sets anew what an earlier one has left outside. What it throws counts only
   * from the run that does.
   */
  write<T>(change: (transaction: CookieTransaction) => T): Promise<T>;
}
