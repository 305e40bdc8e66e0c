// What a callback of `LmdbReader.read` reads from: one committed state of the database.

import { CookieAuthenticatorError } from "../errors.js";
import { hasRoomForPages } from "./file-length.js";
import type { Meta, Tree } from "./meta.js";
import { findChild, findNode } from "./node-search.js";
import { type PageCensus, takeCensus } from "./page-census.js";
import type { PageSource } from "./page-source.js";
import { readValue } from "./read-value.js";
import { damaged, readerClosed, truncated, unsupported } from "./reader-errors.js";
import { TreeCursor } from "./tree-cursor.js";

/** Most bytes that one range returns. Every entry of a damaged file may claim the same overflow pages. */
export const RANGE_MAX_BYTES = 256 * 2 ** 20;

/** An entry, both parts in memory of their own. */
export interface LmdbEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** One committed state. Usable only inside the callback that it was given to. */
export interface LmdbSnapshot {
  /** The transaction that made this state. */
  readonly txnId: bigint;
  /** Counts the database files that this reader has had: another number means another database, made anew. */
  readonly generation: number;
  /** The value of a key. */
  get(key: Uint8Array): Buffer | undefined;
  /** Up to `limit` entries with start <= key < end, in order. @throws `ERR_STORE_FORMAT` over 256 MiB */
  range(start: Uint8Array, end: Uint8Array, limit: number): LmdbEntry[];
  /** Visits every page of both trees: what is used, free, neither, twice, or damaged. Takes its time. */
  census(): PageCensus;
}

/** Made by the reader for one try of a read. */
export class Snapshot implements LmdbSnapshot {
  readonly generation: number;
  readonly lastPage: number;
  readonly mapBytes: number;
  readonly main: Tree;
  readonly #free: () => Tree;
  /** Where it reads from. */
  readonly pages: PageSource;
  readonly #txnId: number;
  #isOver = false;

  /** @throws `ERR_STORE_DAMAGED`, `ERR_STORE_FORMAT` if the meta page can't be the beginning of a snapshot */
  constructor(pages: PageSource, meta: Meta, slot: number, generation: number) {
    const { path } = pages.file;
    meta.check(path, slot);
    if (meta.hasUnsupportedOrder)
      throw unsupported(path, "it was made with flags of another key order or of duplicates");
    this.generation = generation;
    this.lastPage = meta.lastPage;
    this.mapBytes = meta.mapBytes;
    this.main = meta.mainTree(path, slot);
    // Look-ups don't use the free list, and aren't kept back by damage in it.
    this.#free = () => meta.freeTree(path, slot);
    this.#txnId = meta.txnId;
    this.pages = pages;
    pages.begin({ lastPage: this.lastPage, txnId: this.#txnId });
  }

  get txnId(): bigint {
    return BigInt(this.#txnId);
  }

  get(key: Uint8Array): Buffer | undefined {
    this.#checkUse();
    try {
      return this.#find(key);
    } catch (error) {
      throw this.#toCoded(error);
    }
  }

  range(start: Uint8Array, end: Uint8Array, limit: number): LmdbEntry[] {
    this.#checkUse();
    try {
      return this.#collect(start, end, limit);
    } catch (error) {
      throw this.#toCoded(error);
    }
  }

  census(): PageCensus {
    this.#checkUse();
    try {
      return takeCensus(this.pages, { main: this.main, free: this.#free() });
    } catch (error) {
      throw this.#toCoded(error);
    }
  }

  /** @throws `ERR_STORE_TRUNCATED` if the file can't hold the snapshot's pages (see file-length.ts) */
  checkFileLength(): void {
    try {
      const { file } = this.pages;
      if (hasRoomForPages(this.pages, { main: this.main, free: this.#free() })) return;
      throw truncated(file.path, `it has ${file.lengthBytes} bytes, its last page is ${this.lastPage}`);
    } catch (error) {
      throw this.#toCoded(error);
    }
  }

  /** After this the snapshot is of no use: what it would read isn't checked by anyone. */
  end(): void {
    this.#isOver = true;
  }

  /** As mdb_get: from the root down by the last key that isn't after ours. */
  #find(key: Uint8Array): Buffer | undefined {
    const { root, depth } = this.main;
    if (root === undefined) return undefined;
    let number = root;
    for (let level = 0; level < depth - 1; level += 1) {
      const page = this.pages.load(level, number, "branch");
      number = page.childAt(page.nodeAt(findChild(page, key)));
    }
    const leaf = this.pages.load(depth - 1, number, "leaf");
    const index = findNode(leaf, key, 0);
    if (index >= leaf.keyCount) return undefined;
    const node = leaf.nodeAt(index);
    return leaf.compare(key, node) === 0 ? readValue(this.pages, leaf, node) : undefined;
  }

  #collect(start: Uint8Array, end: Uint8Array, limit: number): LmdbEntry[] {
    const entries: LmdbEntry[] = [];
    const cursor = new TreeCursor(this.pages, this.main);
    let bytes = 0;
    if (limit < 1) return entries;
    for (cursor.seek(start); cursor.leaf !== undefined; cursor.next()) {
      const { leaf, node } = cursor;
      if (leaf.compare(end, node) <= 0) break;
      // Keys that only ascend also mean that a walk round in a circle ends at once.
      const before = entries.at(-1)?.key ?? start;
      const order = leaf.compare(before, node);
      if (order > 0 || (order === 0 && entries.length > 0)) throw leaf.damage("has keys out of order");
      const entry = { key: Buffer.from(leaf.keyAt(node)), value: readValue(this.pages, leaf, node) };
      entries.push(entry);
      bytes += entry.key.length + entry.value.length;
      if (bytes > RANGE_MAX_BYTES)
        throw unsupported(
          this.pages.file.path,
          `a range of over ${RANGE_MAX_BYTES} bytes; ask for fewer entries`,
        );
      if (entries.length >= limit) break;
    }
    return entries;
  }

  #checkUse(): void {
    if (this.#isOver) throw readerClosed(this.pages.file.path, "a snapshot was used after its read");
  }

  /** Whatever the bytes provoked, e.g. a RangeError: it is their fault. */
  #toCoded(error: unknown): CookieAuthenticatorError {
    if (error instanceof CookieAuthenticatorError) return error;
    return damaged(this.pages.file.path, this.main.root ?? 0, "or a page below it can't be read", error);
  }
}
