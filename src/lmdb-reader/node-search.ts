// Binary search in a page, as mdb_node_search does it.

import type { Page } from "./page.js";

/** Index of the first node from `low` on whose key is not before `key`; `keyCount` if there is none. */
export function findNode(page: Page, key: Uint8Array, low: number): number {
  let [from, to] = [low, page.keyCount];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (page.compare(key, page.nodeAt(middle)) > 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Index of the child that has `key` if any has. The first node's key isn't looked at: it stands for all before. */
export function findChild(page: Page, key: Uint8Array): number {
  const index = findNode(page, key, 1);
  return index < page.keyCount && page.compare(key, page.nodeAt(index)) === 0 ? index : index - 1;
}
