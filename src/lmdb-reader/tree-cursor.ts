// A place in a tree, and the way from one entry to the next: a page for each level.

import type { Tree } from "./meta.js";
import { findChild, findNode } from "./node-search.js";
import type { Page } from "./page.js";
import type { PageSource } from "./page-source.js";

/** Moves forward only. The pages are the source's own buffers: one cursor at a time. */
export class TreeCursor {
  readonly #pages: PageSource;
  readonly #tree: Tree;
  readonly #stack: Page[] = [];
  readonly #indexes: number[] = [];

  constructor(pages: PageSource, tree: Tree) {
    this.#pages = pages;
    this.#tree = tree;
  }

  /** The leaf page of the entry, `undefined` past the last one. */
  get leaf(): Page | undefined {
    return this.#stack[this.#tree.depth - 1];
  }

  /** Offset of the entry's node in `leaf`. */
  get node(): number {
    return (this.leaf as Page).nodeAt(this.#indexes[this.#tree.depth - 1] as number);
  }

  /** Goes to the first entry whose key isn't before `key` (mdb_cursor_set with MDB_SET_RANGE), or to the first of all. */
  seek(key?: Uint8Array): void {
    this.#stack.length = 0;
    if (this.#tree.root === undefined) return;
    this.#descend(0, this.#tree.root, key);
    const bottom = this.#tree.depth - 1;
    if ((this.#indexes[bottom] as number) >= (this.leaf as Page).keyCount) this.#climb(bottom);
  }

  /** Goes to the next entry. */
  next(): void {
    const bottom = this.#tree.depth - 1;
    this.#indexes[bottom] = (this.#indexes[bottom] as number) + 1;
    if ((this.#indexes[bottom] as number) >= (this.leaf as Page).keyCount) this.#climb(bottom);
  }

  /** From a page of a level down to a leaf: the depth is known, so that no loop of pages can hold it up. */
  #descend(level: number, number: number, key: Uint8Array | undefined): void {
    const bottom = this.#tree.depth - 1;
    for (let at = level, pageNumber = number; ; at += 1) {
      const page = this.#pages.load(at, pageNumber, at === bottom ? "leaf" : "branch");
      this.#stack[at] = page;
      if (at === bottom) {
        this.#indexes[at] = key === undefined ? 0 : findNode(page, key, 0);
        return;
      }
      const index = key === undefined ? 0 : findChild(page, key);
      this.#indexes[at] = index;
      pageNumber = page.childAt(page.nodeAt(index));
    }
  }

  /** To the first leaf after this one (mdb_cursor_sibling). */
  #climb(bottom: number): void {
    for (let level = bottom - 1; level >= 0; level -= 1) {
      const page = this.#stack[level] as Page;
      const index = (this.#indexes[level] as number) + 1;
      if (index < page.keyCount) {
        this.#indexes[level] = index;
        this.#descend(level + 1, page.childAt(page.nodeAt(index)), undefined);
        return;
      }
    }
    this.#stack.length = 0;
  }
}
