// The cookie reader's engine on our own LMDB reader: for LMDB 1.0, and wherever no native code is wanted.

import { type LmdbReader, openLmdbReader } from "../lmdb-reader/lmdb-reader.js";
import type { SnapshotEngine, SnapshotReads } from "./snapshot-engine.js";

/** What `StoreInfo.engine` says of it. */
export const PURE_ENGINE = "lmdb-reader";

export class PureEngine implements SnapshotEngine {
  readonly name = PURE_ENGINE;
  readonly path: string;
  readonly writable = false;
  readonly maxSizeBytes = undefined;
  readonly #reader: LmdbReader;

  private constructor(path: string, reader: LmdbReader) {
    this.path = path;
    this.#reader = reader;
  }

  /** Opens the database in `path`, of either format. @throws as `openLmdbReader` */
  static open(path: string): PureEngine {
    return new PureEngine(path, openLmdbReader(path));
  }

  /** Of the file that is there now: it may have been made anew in the other format. */
  get format(): "0.9" | "1.0" {
    return this.#reader.info().format;
  }

  /** @throws as `LmdbReader.read` */
  read<T>(look: (reads: SnapshotReads) => T): T {
    return this.#reader.read(look);
  }

  version(): string {
    return this.#reader.read(({ generation, txnId }) => `${generation}.${txnId}`);
  }

  figures(): { readonly pageSize: number; readonly entries: number; readonly usedBytes: number } {
    const { pageSize, entries, usedBytes } = this.#reader.info();
    return { pageSize, entries, usedBytes };
  }

  async close(): Promise<void> {
    this.#reader.close();
  }
}
