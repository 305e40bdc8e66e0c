// The data file that the path has now: a database may be removed and made anew under a reader.

import { statSync } from "node:fs";
import { CookieAuthenticatorError } from "../errors.js";
import { DatabaseFile } from "./database-file.js";
import { PageSource } from "./page-source.js";
import { busy, inaccessible, notFound } from "./reader-errors.js";

export class CurrentFile {
  readonly path: string;
  /** Counts the files that were opened. */
  generation = 0;
  #pages: PageSource | undefined;

  /** @throws as `DatabaseFile.open` */
  constructor(path: string) {
    this.path = path;
    this.#open();
  }

  /**
   * The pages of the path's file; another file than before is opened.
   *
   * @throws `ERR_STORE_NOT_FOUND` if there is none, or an empty one; `ERR_STORE_BUSY` if it is too short for its meta
   *   pages: LMDB writes both at once, but the file grows page by page; what `DatabaseFile.open` throws
   */
  pages(): PageSource {
    const identity = this.#findIdentity();
    if (this.#pages?.file.identity === identity) return this.#pages;
    // The new file is opened before the old one is closed: it can't have got the old one's inode.
    const old = this.#pages;
    this.#pages = undefined;
    try {
      return this.#open();
    } catch (error) {
      if (!(error instanceof CookieAuthenticatorError) || error.code !== "ERR_STORE_TRUNCATED") throw error;
      throw busy(this.path, "another file is there, and not complete", error);
    } finally {
      old?.file.close();
    }
  }

  /** Lets go of the file; the next `pages` opens it anew. */
  close(): void {
    this.#pages?.file.close();
    this.#pages = undefined;
  }

  #findIdentity(): string {
    try {
      const status = statSync(this.path, { bigint: true, throwIfNoEntry: false });
      if (status !== undefined) return `${status.dev}:${status.ino}`;
    } catch (error) {
      throw inaccessible(this.path, error);
    }
    this.close();
    throw notFound(this.path, "isn't there any more");
  }

  #open(): PageSource {
    this.#pages = new PageSource(DatabaseFile.open(this.path));
    this.generation += 1;
    return this.#pages;
  }
}
