// The reading port: what the rest of the code knows of a cookie database.

import type { CookieAuthenticatorError } from "../errors.js";
import type { Cookie } from "../record/cookie.js";

/** A plain value where the engine can answer at once (LMDB), a promise where it must wait (a network). */
export type MaybePromise<T> = T | Promise<T>;

/** One page of a listing, all of one snapshot. */
export interface CookiePage {
  /** The records, in ascending byte order of their oids. */
  readonly cookies: readonly Cookie[];
  /** Records that can't be read, in the same range: a broken one doesn't hide the others. */
  readonly damaged: readonly { readonly oid: string; readonly error: CookieAuthenticatorError }[];
  /** Hand it to the next call as `after`; `undefined` on the last page. */
  readonly next: string | undefined;
}

/** Figures of a store, for people and for health checks. */
export interface StoreInfo {
  /** Which implementation: `"lmdb-js"` (native), `"lmdb-reader"` (plain TypeScript), `"memory"`. */
  readonly engine: string;
  /** Path of the database directory, if it has one. */
  readonly path: string | undefined;
  /** LMDB's data format, `"0.9"` or `"1.0"`, if it is LMDB. */
  readonly format: string | undefined;
  /** Whether this process can write here. */
  readonly writable: boolean;
  /** Number of stored keys of all tables, metadata and index included. */
  readonly entries: number;
  /** Bytes of the pages in use, and the limit that our own writes keep (`undefined`: none). */
  readonly usedBytes: number;
  readonly maxSizeBytes: number | undefined;
  /** Size of a page in bytes; 0 where there are none. */
  readonly pageSize: number;
  /** The tables found, by zlmdb slot. */
  readonly tables: readonly { readonly slot: number; readonly oid: string; readonly name: string }[];
}

/**
 * Read access to a cookie database. Each call answers from one snapshot: index and record belong together.
 *
 * Every method may throw (or reject with) a `CookieAuthenticatorError`: `ERR_STORE_CLOSED`,
 * `ERR_STORE_INCONSISTENT`, `ERR_RECORD_INVALID`.
 */
export interface CookieReader {
  /** The record that has this cookie value, through the value index; `undefined` if there is none. */
  findByValue(value: string): MaybePromise<Cookie | undefined>;
  /** The record with this oid (UUID text); `undefined` if there is none. */
  findByOid(oid: string): MaybePromise<Cookie | undefined>;
  /** Up to `limit` records with an oid greater than `after`, in order of the oids' bytes. */
  list(options: { readonly limit: number; readonly after?: string | undefined }): MaybePromise<CookiePage>;
  /** Figures of the store; also the cheapest proof that it can be read. */
  info(): MaybePromise<StoreInfo>;
  /** Ends all use. Calling it again does nothing. */
  close(): Promise<void>;
}
