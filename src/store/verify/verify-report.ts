// What a verification came to.

import type { TableSlot } from "../zlmdb-layout.js";
import type { Finding } from "./findings.js";

/** Where the verification is. `total` is an estimate where the database is being written. */
export interface VerifyProgress {
  readonly phase: "pages" | "entries";
  readonly done: number;
  readonly total: number;
}

/** Pages by what they are for. */
export interface PageCounts {
  readonly total: number;
  /** Of the tree of all entries. */
  readonly branch: number;
  readonly leaf: number;
  readonly overflow: number;
  /** Of the tree that lists the free pages, and the free pages that it lists. */
  readonly freeList: number;
  readonly free: number;
  readonly lost: number;
}

export interface KeyCounts {
  readonly metadata: number;
  readonly records: number;
  readonly recordsWithoutValue: number;
  readonly indexKeys: number;
  /** Keys of our own tables: see session-tables.ts. 0 where there are none. */
  readonly byAuthid: number;
  readonly byExpiry: number;
  readonly uses: number;
  readonly marks: number;
  /** Keys of other tables, by slot; `slot` is `null` for keys too short to have one. They are left alone. */
  readonly others: readonly { readonly slot: number | null; readonly keys: number }[];
}

export interface VerifyReport {
  /** Directory of the database. */
  readonly path: string;
  /** No finding of level `damage`, and everything was looked at. */
  readonly ok: boolean;
  /** Data format. */
  readonly format: "0.9" | "1.0";
  /** Decimal text; the transaction at the beginning. */
  readonly txnId: string;
  /** Whether something was written meanwhile: each finding holds for a moment of the check, the counts for none. */
  readonly changedMeanwhile: boolean;
  /** `undefined` if writers were faster than the walk over all pages, so that it couldn't be done. */
  readonly pages: PageCounts | undefined;
  readonly keys: KeyCounts;
  readonly tables: readonly TableSlot[];
  readonly findings: readonly Finding[];
}
