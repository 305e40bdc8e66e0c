// The value of a leaf node: in the node, or on overflow pages (mdb_node_read).

import { PAGE_KIND, PAGE_KIND_MASK } from "./format.js";
import { checkIdentity, type Page } from "./page.js";
import type { PageSource } from "./page-source.js";
import { damaged, unsupported } from "./reader-errors.js";
import { readU64 } from "./u64.js";

/** Largest value that is read, in bytes. LMDB's own limit is 4 GiB, which a damaged file may claim for any value. */
export const VALUE_MAX_BYTES = 64 * 2 ** 20;

/** Node flags: F_BIGDATA, F_SUBDATA, F_DUPDATA. */
const BIG_DATA = 1;
const SUB_DATABASE = 2;
const DUPLICATES = 4;

/** @throws `ERR_STORE_DAMAGED`, `ERR_STORE_TRUNCATED`, `ERR_STORE_FORMAT` (sub-database, duplicates, too large) */
export function readValue(pages: PageSource, page: Page, node: number): Buffer {
  const flags = page.flagsAt(node);
  if ((flags & (SUB_DATABASE | DUPLICATES)) !== 0)
    throw unsupported(pages.file.path, `page ${page.number} has a sub-database or sorted duplicates`);
  if ((flags & ~BIG_DATA) !== 0) throw page.damage(`has a node with unknown flags 0x${flags.toString(16)}`);
  const length = page.valueBytesAt(node);
  if ((flags & BIG_DATA) !== 0) return readBigValue(pages, page, node, length);
  const start = page.dataAt(node, length);
  const value = Buffer.allocUnsafe(length);
  page.bytes.copy(value, 0, start, start + length);
  return value;
}

/** First page and number of pages of a node's big value; the number is checked against the page itself. */
export function findOverflow(
  pages: PageSource,
  page: Page,
  node: number,
): { readonly first: number; readonly count: number } {
  const { file } = pages;
  const { headerBytes, bigDataBytes, hasPageTxnId } = file.format;
  const pointer = page.dataAt(node, bigDataBytes);
  const first = readU64(page.view, pointer);
  pages.checkNumber(first, 1, page.number);
  const header = Buffer.from(new ArrayBuffer(headerBytes));
  const view = new DataView(header.buffer);
  file.read(header, headerBytes, first * file.pageBytes);
  checkIdentity(file.path, view, first, hasPageTxnId ? pages.txnId : undefined);
  const kind = view.getUint16(headerBytes - 6, true) & PAGE_KIND_MASK;
  if (kind !== PAGE_KIND.overflow)
    throw damaged(file.path, first, `has kind 0x${kind.toString(16)} where an overflow page belongs`);
  const count = view.getUint32(headerBytes - 4, true);
  const claimed = hasPageTxnId ? readU64(page.view, pointer + 16) : count;
  if (claimed !== count) throw damaged(file.path, first, `begins ${count} pages, its node says ${claimed}`);
  // At least: a value that the same transaction shortened keeps its pages (mdb_cursor_put).
  const needed = Math.floor((headerBytes - 1 + page.valueBytesAt(node)) / file.pageBytes) + 1;
  if (count < needed) throw damaged(file.path, first, `begins ${count} pages, its value needs ${needed}`);
  pages.checkNumber(first, count, page.number);
  return { first, count };
}

/** True for a node whose value is on overflow pages. */
export function hasOverflow(page: Page, node: number): boolean {
  return (page.flagsAt(node) & BIG_DATA) !== 0;
}

function readBigValue(pages: PageSource, page: Page, node: number, length: number): Buffer {
  const { file } = pages;
  const { first } = findOverflow(pages, page, node);
  if (length > VALUE_MAX_BYTES)
    throw unsupported(
      file.path,
      `page ${page.number} has a value of ${length} bytes, the limit is ${VALUE_MAX_BYTES}`,
    );
  const position = first * file.pageBytes + file.format.headerBytes;
  // The last byte first: a value that the file hasn't is found out before memory is set aside for it.
  if (length > 0) file.read(Buffer.allocUnsafe(1), 1, position + length - 1);
  const value = Buffer.allocUnsafe(length);
  file.read(value, length, position);
  return value;
}
