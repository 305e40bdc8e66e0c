// Where cookies are kept: what the functions that open a store of either kind take.

import type { ValkeyOptions } from "./valkey/valkey-options.js";

/** A database of LMDB in a directory of this machine. */
export interface LmdbTarget {
  readonly type: "lmdb";
  /** Path of the directory with data.mdb and lock.mdb. */
  readonly path: string;
  /** Our writes stop before the used pages pass this many bytes. */
  readonly maxSizeBytes: number;
  /** Store the SHA-256 of values (S-07); by default as the database says. */
  readonly hashValues?: boolean | undefined;
}

/** A Valkey or Redis that several machines share. */
export interface ValkeyTarget extends ValkeyOptions {
  readonly type: "valkey";
}

export type StoreTarget = LmdbTarget | ValkeyTarget;
