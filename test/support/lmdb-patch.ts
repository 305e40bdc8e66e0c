// Data files changed by hand: where the fields are, counted here once more and apart from the reader's own constants.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FormatName } from "./lmdb-make.js";
import { makeTempDirectory } from "./temp-directory.js";

const golden = join(dirname(fileURLToPath(import.meta.url)), "..", "golden");

/** Offsets in MDB_meta. */
export const META = {
  version: 4,
  pageSize: 24,
  flags: 28,
  mainFlags: 76,
  root: 112,
  depth: 78,
  lastPage: 120,
  txnId: 128,
};
export const PAGE_FLAGS = { branch: 1, leaf: 2, overflow: 4, meta: 8 };

/** The bytes of a data file, to be changed and written. */
export class LmdbPatch {
  readonly bytes: Buffer;
  readonly headerBytes: number;
  readonly pageSize: number;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.headerBytes = bytes.readUInt32LE(16) === 0xbeefc0de ? 16 : 24;
    this.pageSize = bytes.readUInt32LE(this.headerBytes + META.pageSize);
  }

  static golden(format: FormatName): LmdbPatch {
    return new LmdbPatch(readFileSync(join(golden, `db-${format}`, "data.mdb")));
  }

  get pages(): number {
    return this.bytes.length / this.pageSize;
  }

  /** Slot of the newest meta page. */
  get newest(): 0 | 1 {
    const [first, second] = [0, 1].map((slot) => this.bytes.readBigUInt64LE(this.meta(slot, META.txnId)));
    return (first as bigint) >= (second as bigint) ? 0 : 1;
  }

  get root(): number {
    return Number(this.bytes.readBigUInt64LE(this.meta(this.newest, META.root)));
  }

  /** Position in the file of a field of a meta page. */
  meta(slot: number, field: number): number {
    return slot * this.pageSize + this.headerBytes + field;
  }

  flagsOf(page: number): number {
    return this.bytes.readUInt16LE(page * this.pageSize + this.headerBytes - 6);
  }

  /** Position in the file of a node of a branch or leaf page. */
  node(page: number, index: number): number {
    const start = page * this.pageSize;
    const pointer = this.bytes.readUInt16LE(start + this.headerBytes + 2 * index);
    return start + pointer + (this.headerBytes === 24 ? 24 : 0);
  }

  keyCount(page: number): number {
    const lower = this.bytes.readUInt16LE(page * this.pageSize + this.headerBytes - 4);
    return (this.headerBytes === 24 ? lower : lower - 16) >> 1;
  }

  /** Writes into a new directory. @returns its path */
  write(bytes: Uint8Array = this.bytes): string {
    const directory = join(makeTempDirectory(), "db");
    mkdirSync(directory);
    writeFileSync(join(directory, "data.mdb"), bytes);
    return directory;
  }
}
