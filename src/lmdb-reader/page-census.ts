// Visits every page of a snapshot once: for verification, not for look-ups.

import { CookieAuthenticatorError } from "../errors.js";
import { readIds, readTxnId } from "./free-list.js";
import type { Tree } from "./meta.js";
import type { Page } from "./page.js";
import { PageSet } from "./page-set.js";
import type { PageSource } from "./page-source.js";
import { findOverflow, hasOverflow, readValue } from "./read-value.js";
import { damaged } from "./reader-errors.js";

/** As many problems are worded; `problemCount` counts all. */
const PROBLEMS_MAX = 100;

/** Pages of one tree, and its entries. */
export interface TreeCensus {
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
}

/** What the pages of a snapshot are. */
export interface PageCensus {
  readonly main: Readonly<TreeCensus>;
  readonly free: Readonly<TreeCensus>;
  /** Pages that the free list has. */
  readonly freePages: number;
  /** Pages that neither a tree nor the free list has: lost, but harmless. */
  readonly lostPages: number;
  readonly problems: readonly CookieAuthenticatorError[];
  readonly problemCount: number;
}

/** @throws nothing of its own: what is wrong with a page is in `problems`, and the walk goes on beside it */
export function takeCensus(
  pages: PageSource,
  trees: { readonly main: Tree; readonly free: Tree },
): PageCensus {
  const census = new Census(pages);
  const main = census.visitTree(trees.main, (leaf, node) => {
    readValue(pages, leaf, node);
  });
  const free = census.visitTree(trees.free, (leaf, node) => census.countFree(leaf, node), true);
  const treePages = [main, free].map((tree) => tree.branchPages + tree.leafPages + tree.overflowPages);
  const used = treePages.reduce((sum, count) => sum + count, 2);
  return {
    main,
    free,
    freePages: census.freePages,
    lostPages: pages.lastPage + 1 - used - census.freePages,
    problems: census.problems,
    problemCount: census.problemCount,
  };
}

class Census {
  readonly problems: CookieAuthenticatorError[] = [];
  problemCount = 0;
  freePages = 0;
  readonly #pages: PageSource;
  readonly #seen = new PageSet();

  constructor(pages: PageSource) {
    this.#pages = pages;
  }

  visitTree(tree: Tree, visitEntry: (leaf: Page, node: number) => void, isFreeList = false): TreeCensus {
    const found: TreeCensus = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    if (tree.root === undefined) return found;
    let before: Buffer | undefined;
    const visit = (number: number, level: number, from: number): void => {
      const isLeaf = level === tree.depth - 1;
      const page = this.#pages.load(level, number, isLeaf ? "leaf" : "branch");
      this.#use(number, from);
      found[isLeaf ? "leafPages" : "branchPages"] += 1;
      if (!isLeaf && !isFreeList && page.keyCount < 2) throw page.damage("is a branch with one child");
      for (let index = 0; index < page.keyCount; index += 1) {
        this.#attempt(() => {
          const node = page.nodeAt(index);
          if (!isLeaf) {
            visit(page.childAt(node), level + 1, number);
            return;
          }
          if (!isFreeList && before !== undefined && page.compare(before, node) >= 0)
            throw page.damage(`has key ${index} out of order`);
          before = Buffer.from(page.keyAt(node));
          found.entries += 1;
          if (hasOverflow(page, node)) {
            const { first, count } = findOverflow(this.#pages, page, node);
            for (let i = 0; i < count; i += 1) this.#use(first + i, number);
            found.overflowPages += count;
          }
          visitEntry(page, node);
        });
      }
    };
    this.#attempt(() => visit(tree.root as number, 0, 0));
    this.#attempt(() => checkCounts(this.#pages, tree, found, isFreeList));
    return found;
  }

  /** An entry of the free list. */
  countFree(leaf: Page, node: number): void {
    readTxnId(leaf, node);
    for (const id of readIds(this.#pages, leaf, node)) {
      this.#use(id, leaf.number);
      this.freePages += 1;
    }
  }

  #use(page: number, from: number): void {
    if (!this.#seen.add(page))
      throw damaged(this.#pages.file.path, from, `leads to page ${page}, which is in use elsewhere`);
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof CookieAuthenticatorError)) throw error;
      this.problemCount += 1;
      if (this.problems.length < PROBLEMS_MAX) this.problems.push(error);
    }
  }
}

/** The meta page's own figures (MDB_db). */
function checkCounts(pages: PageSource, tree: Tree, found: TreeCensus, isFreeList: boolean): void {
  for (const what of ["entries", "branchPages", "leafPages", "overflowPages"] as const) {
    if (tree[what] === found[what]) continue;
    const name = isFreeList ? "free list" : "tree";
    throw damaged(
      pages.file.path,
      0,
      `or 1 counts ${tree[what]} ${what} of the ${name}, there are ${found[what]}`,
    );
  }
}
