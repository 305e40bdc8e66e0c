// Whether a file is long enough for a snapshot. LMDB lets it be shorter than the last page says.

import { FIRST_TREE_PAGE } from "./format.js";
import { readFreePages } from "./free-list.js";
import type { Tree } from "./meta.js";
import type { PageSource } from "./page-source.js";

/**
 * Pages that a transaction takes from the end and frees again are never written: the last page counts them, the free
 * list has them, the file may end before (see mm_last_pg in mdb.c). So a short file is whole if the free list has all
 * that is missing; only for such a file is this more than a comparison, and it is bounded by the file's length.
 *
 * @throws `ERR_STORE_DAMAGED`, `ERR_STORE_TRUNCATED` if the free list must be read and can't be
 */
export function hasRoomForPages(
  pages: PageSource,
  { main, free }: { readonly main: Tree; readonly free: Tree },
): boolean {
  const count = Math.floor(pages.file.lengthBytes / pages.file.pageBytes);
  const used = [main, free].map((tree) => tree.branchPages + tree.leafPages + tree.overflowPages);
  // As mdb_env_open2: the roots, and as many pages as the trees have.
  if ([main, free].some(({ root }) => root !== undefined && root >= count)) return false;
  if (used.reduce((sum, number) => sum + number, FIRST_TREE_PAGE) > count) return false;
  if (pages.lastPage < count) return true;
  const missing = pages.lastPage + 1 - count;
  if (missing > pages.file.lengthBytes / 8) return false;
  let found = 0;
  for (const ids of readFreePages(pages, free)) {
    for (const id of ids) if (id >= count) found += 1;
  }
  return found === missing;
}
