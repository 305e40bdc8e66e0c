// The reading port: what the rest of the code knows of a cookie database.

import type { CookieAuthenticatorError } from "../errors.js";
import type { Cookie } from "../record/cookie.js";

/** A plain value where the engine can answer at once (LMDB), a promise where it must wait (a network). */
export type MaybePromise<T> = T | Promise<T>;

/** Where and when a cookie was last used: a table of our own (oid -> use), never part of the record. */
export interface CookieUse {
  /** ns since 1970 UTC. */
  readonly lastUsedNs: bigint;
  /** The client's address as the router gave it, e.g. `tcp4:192.0.2.1:50000`. */
  readonly peer?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** A record and what is known of its last use, of one snapshot. */
export interface UsedCookie {
  readonly cookie: Cookie;
  readonly use: CookieUse | undefined;
}

/** Which cookies of a database a listing is about. */
export type CookieFilter =
  /** Those of one user; compared byte for byte. */
  | { readonly authid: string }
  /** Those whose own expiry, `created + max_age`, is at or before this time, ns since 1970 UTC. */
  | { readonly expiredAtNs: bigint };

export interface ListOptions {
  /** How many entries are looked at, at most; so a page of a filtered listing may be short, even empty, and have a `next`. */
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after?: string | undefined;
  readonly where?: CookieFilter | undefined;
  /**
   * Every cookie that fits, also those that Crossbar wrote behind our back. While our own indexes aren't exact this
   * looks at all records; without it the indexes answer, which may lag (see `StoreMarks.areIndexesExact`).
   */
  readonly isComplete?: boolean | undefined;
  /** Look the last uses up as well. */
  readonly withUse?: boolean | undefined;
}

/** What the store keeps about itself. */
export interface StoreMarks {
  /** The highest time that any writer of ours has seen, ns since 1970 UTC; 0 if none. */
  readonly clockNs: bigint;
  /** Values are stored as SHA-256 (S-07): no Crossbar can share this database. */
  readonly areValuesHashed: boolean;
  /** The indexes by user and by expiry have every cookie: nobody else writes here. */
  readonly areIndexesExact: boolean;
}

/** One page of a listing, all of one snapshot. */
export interface CookiePage {
  /**
   * The records: in ascending byte order of their oids, or with `expiredAtNs` and exact indexes in order of expiry.
   */
  readonly cookies: readonly Cookie[];
  /** With `withUse`: the last uses of these cookies by oid, where there are any. */
  readonly uses: ReadonlyMap<string, CookieUse>;
  /** Records that can't be read, in the same range: a broken one doesn't hide the others. */
  readonly damaged: readonly { readonly oid: string; readonly error: CookieAuthenticatorError }[];
  /** Hand it to the next call as `after`; `undefined` on the last page. Means nothing to anybody else. */
  readonly next: string | undefined;
}

/** What has changed between two versions. Uses of cookies don't count. */
export interface StoreChanges {
  readonly oids: readonly string[];
  readonly version: string;
}

/** Figures of a near cache; counts since the start. */
export interface NearCacheFigures {
  /** Look-ups may be answered from memory now. */
  readonly isOn: boolean;
  /** Answers kept now. */
  readonly entries: number;
  /** Answered from memory. */
  readonly hits: number;
  /** Answered by the answer to another look-up of the same value, which was under way. */
  readonly shared: number;
  /** Asked the server. */
  readonly misses: number;
}

/** Figures of a store, for people and for health checks. */
export interface StoreInfo {
  /** Which implementation: `"lmdb-js"` (native), `"lmdb-reader"` (plain TypeScript), `"memory"`, `"valkey"`, `"redis"`. */
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
  /** `host:port` of the server, and its version, if there is one. */
  readonly address?: string;
  readonly serverVersion?: string;
  /** What the server says that it is; a replica takes no writes. */
  readonly role?: "primary" | "replica" | undefined;
  /** Replicas that are connected to the server, and whether `min-replicas-to-write` refuses writes for want of them. */
  readonly connectedReplicas?: number;
  readonly lacksReplicas?: boolean;
  /** Whether the server writes what it has to disk; `undefined`: its user may not ask. */
  readonly isPersistent?: boolean | undefined;
  /** Number of cookies, where the store counts them. */
  readonly cookies?: number;
  /** Whether values are stored as SHA-256, where a networked store has settled that already. */
  readonly areValuesHashed?: boolean | undefined;
  /** Of the records that this process keeps in memory in front of the server, if it does. */
  readonly nearCache?: NearCacheFigures;
}

/**
 * Read access to a cookie database. Each call answers from one snapshot: index and record belong together.
 *
 * Every method may throw (or reject with) a `CookieAuthenticatorError`: `ERR_STORE_CLOSED`,
 * `ERR_STORE_INCONSISTENT`, `ERR_RECORD_INVALID`.
 */
export interface CookieReader {
  /** The record of this cookie value, as a client presents it, through the value index; `undefined` if there is none. */
  findByValue(value: string): MaybePromise<Cookie | undefined>;
  /** The record with this oid (UUID text); `undefined` if there is none. */
  findByOid(oid: string): MaybePromise<Cookie | undefined>;
  /** The record with this value or oid, and its last use. */
  findUsed(key: { readonly value: string } | { readonly oid: string }): MaybePromise<UsedCookie | undefined>;
  /** One page of the records. */
  list(options: ListOptions): MaybePromise<CookiePage>;
  marks(): MaybePromise<StoreMarks>;
  /** A text that differs after each commit of any process: whoever saw it unchanged needs to look at nothing else. */
  version(): MaybePromise<string>;
  /**
   * The records that were made, changed or removed since this answer of `version`, and the version that this leads up
   * to. `undefined`: the store can't tell, and any record may have changed.
   */
  changesSince(version: string): MaybePromise<StoreChanges | undefined>;
  /** Figures of the store; also the cheapest proof that it can be read. */
  info(): MaybePromise<StoreInfo>;
  /** Why the store can't be used now, where somebody watches it and has told so; asks nobody. */
  knownFault?(): CookieAuthenticatorError | undefined;
  /** Ends all use. Calling it again does nothing. */
  close(): Promise<void>;
}
