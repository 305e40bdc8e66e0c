// The free list: transaction id -> the pages that it freed (an MDB_IDL: a count, then that many page numbers).

import { FIRST_TREE_PAGE } from "./format.js";
import type { Tree } from "./meta.js";
import type { Page } from "./page.js";
import type { PageSource } from "./page-source.js";
import { readValue } from "./read-value.js";
import { TreeCursor } from "./tree-cursor.js";
import { readU64 } from "./u64.js";

const ID_BYTES = 8;

/**
 * The page numbers of each record, every one checked to be a page of the snapshot.
 *
 * @throws `ERR_STORE_DAMAGED`, `ERR_STORE_TRUNCATED`, `ERR_STORE_FORMAT`
 */
export function* readFreePages(pages: PageSource, free: Tree): Generator<number[]> {
  const cursor = new TreeCursor(pages, free);
  let before = 0;
  for (cursor.seek(); cursor.leaf !== undefined; cursor.next()) {
    const { leaf, node } = cursor;
    const txnId = readTxnId(leaf, node);
    // MDB_INTEGERKEY: the ids ascend, so that a walk round in a circle ends at once.
    if (txnId <= before) throw leaf.damage("has transactions of the free list out of order");
    before = txnId;
    yield readIds(pages, leaf, node);
  }
}

/** Key of a free-list record. */
export function readTxnId(leaf: Page, node: number): number {
  const key = leaf.keyAt(node);
  if (key.length !== ID_BYTES) throw leaf.damage(`has a free-list key of ${key.length} bytes`);
  return readU64(new DataView(key.buffer, key.byteOffset, ID_BYTES), 0);
}

/** The page numbers of a free-list record, which descend. */
export function readIds(pages: PageSource, leaf: Page, node: number): number[] {
  const value = readValue(pages, leaf, node);
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const count = value.length < ID_BYTES ? Number.NaN : readU64(view, 0);
  if (!(count < value.length / ID_BYTES)) throw leaf.damage("has a free-list record with an absurd count");
  const ids: number[] = [];
  for (let i = 1; i <= count; i += 1) {
    const id = readU64(view, i * ID_BYTES);
    if (id < FIRST_TREE_PAGE || id > pages.lastPage || id >= (ids.at(-1) ?? Infinity))
      throw leaf.damage(`has a free-list record with page ${id}, which is none or out of order`);
    ids.push(id);
  }
  return ids;
}
