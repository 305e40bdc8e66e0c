// The two LMDB data formats that can be read, and all that differs between them.

/** MDB_MAGIC of mdb.c, the first 4 bytes of MDB_meta. */
export const LMDB_MAGIC = 0xbeefc0de;
/** MDB_ENCRYPT in the environment's persistent flags: the pages can't be read without the application's key. */
export const ENCRYPTED_FLAG = 0x2000;
/** Pages 0 and 1 are meta pages (NUM_METAS): no tree has a page below this. */
export const FIRST_TREE_PAGE = 2;
/** The smallest page that mdb_env_set_pagesize accepts. */
export const MIN_PAGE_BYTES = 256;
/** Page flags that say what a page is; the others are bookkeeping of a writer. */
export const PAGE_KIND = { branch: 1, leaf: 2, overflow: 4, meta: 8, leaf2: 0x20, subPage: 0x40 } as const;
export const PAGE_KIND_MASK = 0x6f;

/** One data format: sizes in bytes, unless said otherwise. */
export interface LmdbFormat {
  readonly name: "0.9" | "1.0";
  readonly dataVersion: 1 | 3;
  /** PAGEHDRSZ. Ends with u16 flags, u16 lower, u16 upper (overflow pages: u32 number of pages instead of both). */
  readonly headerBytes: number;
  /** PAGEBASE: what `lower`, `upper` and the node pointers are counted from. */
  readonly pageBase: number;
  /** MAX_PAGESIZE: with offsets from the page's beginning, 65536 doesn't fit into their 16 bits. */
  readonly maxPageBytes: number;
  /** Whether the page header has the id of the transaction that wrote the page, 8 bytes at 8. */
  readonly hasPageTxnId: boolean;
  /** Whether a node's data begins at an even distance from its key (NODEDATA). */
  readonly hasEvenData: boolean;
  /** What a big-data node holds: `pgno` alone in 0.9, `{pgno, txnid, pages}` (MDB_ovpage) in 1.0. */
  readonly bigDataBytes: number;
  /** Whether page 0 may end with the size of page checksums (mdb_env_set_checksum), which shorten every page. */
  readonly hasChecksums: boolean;
}

export const FORMATS: readonly LmdbFormat[] = [
  {
    name: "0.9",
    dataVersion: 1,
    headerBytes: 16,
    pageBase: 0,
    maxPageBytes: 32_768,
    hasPageTxnId: false,
    hasEvenData: false,
    bigDataBytes: 8,
    hasChecksums: false,
  },
  {
    name: "1.0",
    dataVersion: 3,
    headerBytes: 24,
    pageBase: 24,
    maxPageBytes: 65_536,
    hasPageTxnId: true,
    hasEvenData: true,
    bigDataBytes: 24,
    hasChecksums: true,
  },
];
