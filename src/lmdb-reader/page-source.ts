// The pages of one snapshot, read from the file into buffers that are used again.

import type { DatabaseFile } from "./database-file.js";
import { FIRST_TREE_PAGE } from "./format.js";
import { Page, type TreePageKind } from "./page.js";
import { damaged } from "./reader-errors.js";

/** One for each database file; `begin` says which snapshot the pages are checked against. */
export class PageSource {
  readonly file: DatabaseFile;
  /** Last page of the snapshot. */
  lastPage = 0;
  /** The file's length has been found right for snapshots up to this last page. */
  wholeUpTo = 0;
  /** Transaction of the snapshot. */
  txnId = 0;
  readonly #levels: Page[] = [];
  /** Counts the snapshots: a page that was read in this one needn't be read again, one of another is forgotten. */
  #serial = 0;

  constructor(file: DatabaseFile) {
    this.file = file;
  }

  begin(snapshot: { readonly lastPage: number; readonly txnId: number }): void {
    this.lastPage = snapshot.lastPage;
    this.txnId = snapshot.txnId;
    this.#serial += 1;
  }

  /**
   * Reads a page into the buffer of a level (at most 32, each made when it is first needed) and checks its header.
   *
   * @throws `ERR_STORE_DAMAGED`, `ERR_STORE_TRUNCATED`, `ERR_STORE_FORMAT`, `ERR_STORE_ACCESS`
   */
  load(level: number, number: number, kind: TreePageKind): Page {
    this.checkNumber(number, 1, number);
    const page = this.#pageOf(level);
    if (page.holds(number, kind, this.#serial)) return page;
    page.serial = 0;
    this.file.read(page.bytes, page.bytes.length, number * this.file.pageBytes);
    page.accept(number, kind, this.txnId);
    page.serial = this.#serial;
    return page;
  }

  #pageOf(level: number): Page {
    const known = this.#levels[level];
    if (known !== undefined) return known;
    const page = new Page(this.file.path, this.file.format, this.file.pageBytes);
    this.#levels[level] = page;
    return page;
  }

  /** Refuses page numbers that no tree of the snapshot can have. @param from the page that names it */
  checkNumber(number: number, pages: number, from: number): void {
    if (number < FIRST_TREE_PAGE || pages < 1 || number + pages - 1 > this.lastPage)
      throw damaged(
        this.file.path,
        from,
        `leads to ${pages} pages from ${number}, the last is ${this.lastPage}`,
      );
  }
}
