// The writing port: one way to begin a write.

import type { Cookie, CookieFields } from "../record/cookie.js";

/** What a write callback may do. Valid only inside the callback; it sees its own changes. */
export interface CookieTransaction {
  findByValue(value: string): Cookie | undefined;
  findByOid(oid: string): Cookie | undefined;
  /**
   * Stores the record under `fields.oid`, replacing the one that is there, and keeps the value index right:
   * the index key of a replaced value goes, that of the new value comes, as zlmdb does it.
   *
   * @throws `ERR_STORE_KEY` value empty or over LMDB's key limit; `ERR_COOKIE_VALUE_TAKEN` another record has
   *   the value (zlmdb would overwrite its index key in silence); `ERR_STORE_FULL`
   */
  put(fields: CookieFields): Cookie;
  /** Removes the record and its index key; `false` if there was none. */
  delete(oid: string): boolean;
}

/** Write access to a cookie database. */
export interface CookieWriter {
  /**
   * Runs `change` in one write transaction and resolves with its result after the commit is synced to disk.
   * Throws in the callback undo all of it and reject the promise. The callback is synchronous, since the
   * router waits on the same lock; a returned promise is refused with `ERR_STORE_ASYNC_WRITE`.
   * Concurrent calls may share one commit, each still all or nothing.
   */
  write<T>(change: (transaction: CookieTransaction) => T): Promise<T>;
}
