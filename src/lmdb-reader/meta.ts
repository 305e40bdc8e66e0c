// MDB_meta: where a snapshot begins. Offsets are counted from the structure's first byte.

import type { LmdbFormat } from "./format.js";
import { FIRST_TREE_PAGE, LMDB_MAGIC } from "./format.js";
import { damaged } from "./reader-errors.js";
import { readU64 } from "./u64.js";

/** sizeof(MDB_meta) on 64-bit platforms. */
export const META_BYTES = 136;
const VERSION = 4;
const MAP_SIZE = 16;
/** MDB_db of the free list; its md_pad is the page size, its md_flags are the environment's flags. */
const FREE_DB = 24;
const MAIN_DB = 72;
const LAST_PAGE = 120;
/** Where the transaction's id is, 8 bytes little-endian. */
export const TXN_ID = 128;
/** In MDB_db. */
const DB_FLAGS = 4;
const DB_DEPTH = 6;
const DB_BRANCH_PAGES = 8;
const DB_LEAF_PAGES = 16;
const DB_OVERFLOW_PAGES = 24;
const DB_ENTRIES = 32;
const DB_ROOT = 40;
/** MDB_REVERSEKEY, DUPSORT, INTEGERKEY, DUPFIXED, INTEGERDUP, REVERSEDUP: another order, or several values a key. */
const UNSUPPORTED_FLAGS = 0x7e;
/** CURSOR_STACK: LMDB itself can't go deeper. */
const MAX_DEPTH = 32;

/** A B+tree of the snapshot. An empty one has no root and depth 0. */
export interface Tree {
  readonly root: number | undefined;
  /** Levels: a tree of one leaf page has depth 1. */
  readonly depth: number;
  readonly entries: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
}

/** One read of a meta page; the buffer is filled anew for each. */
export class Meta {
  readonly bytes: Buffer = Buffer.alloc(META_BYTES);
  readonly #view = new DataView(this.bytes.buffer, this.bytes.byteOffset, META_BYTES);

  get txnId(): number {
    return readU64(this.#view, TXN_ID);
  }

  get lastPage(): number {
    return readU64(this.#view, LAST_PAGE);
  }

  get mapBytes(): number {
    return readU64(this.#view, MAP_SIZE);
  }

  get magic(): number {
    return this.#view.getUint32(0, true);
  }

  get dataVersion(): number {
    return this.#view.getUint32(VERSION, true);
  }

  get pageBytes(): number {
    return this.#view.getUint32(FREE_DB, true);
  }

  get environmentFlags(): number {
    return this.#view.getUint16(FREE_DB + DB_FLAGS, true);
  }

  get hasUnsupportedOrder(): boolean {
    return (this.#view.getUint16(MAIN_DB + DB_FLAGS, true) & UNSUPPORTED_FLAGS) !== 0;
  }

  /** Whether it is still a meta page of such a database; commits never write these fields (mdb_env_write_meta). */
  fits(format: LmdbFormat, pageBytes: number): boolean {
    return (
      this.magic === LMDB_MAGIC && this.dataVersion === format.dataVersion && this.pageBytes === pageBytes
    );
  }

  /** @throws `ERR_STORE_DAMAGED` if it can't be the beginning of a snapshot; `slot` is its page number */
  check(path: string, slot: number): void {
    if (!(this.txnId < Number.MAX_SAFE_INTEGER)) throw damaged(path, slot, "has an absurd transaction id");
    if (!(this.lastPage >= FIRST_TREE_PAGE - 1 && this.lastPage < 2 ** 48))
      throw damaged(path, slot, "has an absurd last page");
  }

  /** The tree of all entries. @throws `ERR_STORE_DAMAGED` */
  mainTree(path: string, slot: number): Tree {
    return this.#tree(path, slot, MAIN_DB);
  }

  /** The tree of the pages that may be used again. @throws `ERR_STORE_DAMAGED` */
  freeTree(path: string, slot: number): Tree {
    return this.#tree(path, slot, FREE_DB);
  }

  #tree(path: string, slot: number, at: number): Tree {
    const root = readU64(this.#view, at + DB_ROOT);
    // P_INVALID, all ones, rounded.
    const isEmpty = root === 2 ** 64;
    const depth = this.#view.getUint16(at + DB_DEPTH, true);
    if (!isEmpty && (root < FIRST_TREE_PAGE || root > this.lastPage))
      throw damaged(path, slot, `names root page ${root}, which is none`);
    if (isEmpty ? depth !== 0 : depth < 1 || depth > MAX_DEPTH)
      throw damaged(path, slot, `names a tree of ${depth} levels`);
    return {
      root: isEmpty ? undefined : root,
      depth,
      entries: readU64(this.#view, at + DB_ENTRIES),
      branchPages: readU64(this.#view, at + DB_BRANCH_PAGES),
      leafPages: readU64(this.#view, at + DB_LEAF_PAGES),
      overflowPages: readU64(this.#view, at + DB_OVERFLOW_PAGES),
    };
  }
}
