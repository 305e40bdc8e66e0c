// What the cookie reader needs of a key-value engine: lmdb-js on 0.9, our own reader on 1.0.

/** Reads of keys in one state. Returned bytes don't change afterwards. */
export interface KeyReads {
  get(key: Uint8Array): Buffer | undefined;
}

/** Reads of key ranges too: up to `limit` entries with start <= key < end, in order. */
export interface RangeReads {
  range(
    start: Uint8Array,
    end: Uint8Array,
    limit: number,
  ): { readonly key: Buffer; readonly value: Buffer }[];
}

/** A snapshot. */
export interface SnapshotReads extends KeyReads, RangeReads {
  /** Another number says that another database is in the place of the one before. */
  readonly generation: number;
}

/** An open environment that can be read. */
export interface SnapshotEngine {
  /** For `StoreInfo.engine`. */
  readonly name: string;
  readonly path: string;
  readonly writable: boolean;
  /** LMDB's format, `"0.9"` or `"1.0"`. */
  readonly format: string;
  readonly maxSizeBytes: number | undefined;
  /**
   * Runs `look` on one snapshot, which has every commit from before this turn of the event loop, and returns what it
   * returns. `look` may run more than once, so it changes nothing.
   */
  read<T>(look: (reads: SnapshotReads) => T): T;
  /** Names the state that `read` would give now: it differs after each commit of any process. */
  version(): string;
  figures(): { readonly pageSize: number; readonly entries: number; readonly usedBytes: number };
  close(): Promise<void>;
}
