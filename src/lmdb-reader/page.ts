// A branch or leaf page in memory: every number of it is checked before it is used.

import { type LmdbFormat, PAGE_KIND, PAGE_KIND_MASK } from "./format.js";
import { damaged, unsupported } from "./reader-errors.js";
import { readU64 } from "./u64.js";

/** MDB_node: u32 data size, u16 flags, u16 key size, then the key. In a branch the first 6 bytes are the child page. */
const NODE_BYTES = 8;
const NODE_FLAGS = 4;
const NODE_KEY_SIZE = 6;
/** In front of headerBytes. */
const FLAGS_FROM_END = 6;
const LOWER_FROM_END = 4;
const UPPER_FROM_END = 2;

/** What a page must be at its level of the tree. */
export type TreePageKind = "branch" | "leaf";

/** One buffer for one page, filled again and again by `PageSource.load`. */
export class Page {
  readonly bytes: Buffer;
  readonly view: DataView;
  number = 0;
  keyCount = 0;
  /** The snapshot it was read in, as `PageSource` counts them; 0: its bytes aren't to be used. */
  serial = 0;
  #kind: TreePageKind | undefined;
  readonly #path: string;
  readonly #format: LmdbFormat;
  #nodesFrom = 0;

  constructor(path: string, format: LmdbFormat, pageBytes: number) {
    // A whole ArrayBuffer of its own: the view can then never reach beyond the page.
    this.bytes = Buffer.from(new ArrayBuffer(pageBytes));
    this.view = new DataView(this.bytes.buffer);
    this.#path = path;
    this.#format = format;
  }

  /** Whether it is this page, read in this snapshot and found right. */
  holds(number: number, kind: TreePageKind, serial: number): boolean {
    return this.serial === serial && this.number === number && this.#kind === kind;
  }

  /**
   * Checks the header of what has been read into `bytes` (mdb_page_get trusts it).
   *
   * @param txnId the snapshot's transaction: no page of it was written by a later one
   */
  accept(number: number, kind: TreePageKind, txnId: number): void {
    const { view } = this;
    const { headerBytes, pageBase, hasPageTxnId } = this.#format;
    this.number = number;
    this.#kind = kind;
    checkIdentity(this.#path, view, number, hasPageTxnId ? txnId : undefined);
    const flags = view.getUint16(headerBytes - FLAGS_FROM_END, true) & PAGE_KIND_MASK;
    if (flags !== PAGE_KIND[kind]) throw this.#wrongKind(flags, kind);
    const lower = view.getUint16(headerBytes - LOWER_FROM_END, true) + pageBase;
    const upper = view.getUint16(headerBytes - UPPER_FROM_END, true) + pageBase;
    if (lower < headerBytes || lower > upper || upper > view.byteLength || (lower & 1) !== 0)
      throw this.damage(`has bounds ${lower} and ${upper}`);
    this.keyCount = (lower - headerBytes) >> 1;
    this.#nodesFrom = upper;
    // An empty leaf is freed with the tree (mdb_rebalance), but a branch of the free list may have one child.
    if (this.keyCount === 0) throw this.damage("has no nodes");
  }

  /** Offset of a node, with room for its header and its key. */
  nodeAt(index: number): number {
    const { headerBytes, pageBase } = this.#format;
    const offset = this.view.getUint16(headerBytes + 2 * index, true) + pageBase;
    const keyEnd = offset + NODE_BYTES;
    if (offset < this.#nodesFrom || keyEnd > this.view.byteLength)
      throw this.damage(`has a node at ${offset}, outside of its nodes`);
    if (keyEnd + this.view.getUint16(offset + NODE_KEY_SIZE, true) > this.view.byteLength)
      throw this.damage(`has a key that goes past its end, in the node at ${offset}`);
    return offset;
  }

  /** Child page of the branch node at this offset: 48 bits, the flags' place included (NODEPGNO). */
  childAt(node: number): number {
    return this.view.getUint16(node + NODE_FLAGS, true) * 2 ** 32 + this.view.getUint32(node, true);
  }

  /** The key's bytes, in this page's buffer. */
  keyAt(node: number): Buffer {
    const start = node + NODE_BYTES;
    return this.bytes.subarray(start, start + this.view.getUint16(node + NODE_KEY_SIZE, true));
  }

  flagsAt(node: number): number {
    return this.view.getUint16(node + NODE_FLAGS, true);
  }

  /** Size of the node's value in bytes, here or on overflow pages. */
  valueBytesAt(node: number): number {
    return this.view.getUint32(node, true);
  }

  /** Where `length` bytes of data begin in a leaf node. */
  dataAt(node: number, length: number): number {
    const keyBytes = this.view.getUint16(node + NODE_KEY_SIZE, true);
    const start = node + NODE_BYTES + (this.#format.hasEvenData ? keyBytes + (keyBytes & 1) : keyBytes);
    if (start + length > this.view.byteLength)
      throw this.damage(`has data that goes past its end, in the node at ${node}`);
    return start;
  }

  /** Below 0 if `key` comes before the node's key, 0 if it is the same: memcmp, then length (mdb_cmp_memn). */
  compare(key: Uint8Array, node: number): number {
    const { bytes } = this;
    const length = this.view.getUint16(node + NODE_KEY_SIZE, true);
    const common = Math.min(key.length, length);
    // Byte by byte: the call of Buffer.compare costs more than the bytes of usual keys.
    for (let i = 0, at = node + NODE_BYTES; i < common; i += 1, at += 1) {
      const difference = (key[i] as number) - (bytes[at] as number);
      if (difference !== 0) return difference;
    }
    return key.length - length;
  }

  damage(why: string): Error {
    return damaged(this.#path, this.number, why);
  }

  #wrongKind(flags: number, kind: TreePageKind): Error {
    return (flags & (PAGE_KIND.leaf2 | PAGE_KIND.subPage)) !== 0 && (flags & PAGE_KIND.leaf) !== 0
      ? unsupported(this.#path, `page ${this.number} holds sorted duplicates (MDB_DUPSORT)`)
      : this.damage(`has kind 0x${flags.toString(16)} where a ${kind} page belongs`);
  }
}

/** Every page begins with its own number, and in LMDB 1.0 with the transaction that wrote it. */
export function checkIdentity(path: string, view: DataView, number: number, txnId: number | undefined): void {
  const own = readU64(view, 0);
  if (own !== number) throw damaged(path, number, `says that it is page ${own}`);
  if (txnId !== undefined && readU64(view, 8) > txnId)
    throw damaged(path, number, `was written after transaction ${txnId}, whose snapshot has it`);
}
