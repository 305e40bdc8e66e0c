// Where the tables of one database are: read once and kept, since slots don't move; but tables of ours may come later.

import type { SnapshotReads } from "../snapshot-engine.js";
import { readAreValuesHashed } from "../store-marks.js";
import { type CookieSlots, MAX_SLOT, metadataKey, nextSlot } from "../zlmdb-layout.js";
import { readTables, toCookieSlots } from "./cookie-tables.js";

type TableReads = Pick<SnapshotReads, "get" | "range">;

/** What look-ups and writes need to know of the tables. */
export interface StoreLayout {
  readonly slots: CookieSlots;
  /** The slot of the next table that anybody attaches. */
  readonly nextSlot: number;
  /** Values are hashed, or not, from before the first cookie on. */
  readonly areValuesHashed: boolean;
}

/** @throws `ERR_STORE_TABLES` if the cookie tables aren't there (yet); `ERR_STORE_INCONSISTENT` */
export function readStoreLayout(reads: TableReads, path: string): StoreLayout {
  const tables = readTables(reads);
  const slots = toCookieSlots(tables, path);
  return { slots, nextSlot: nextSlot(tables), areValuesHashed: readAreValuesHashed(reads, slots) };
}

/** Whether no table has been attached since: one get. */
export function hasSameTables(reads: TableReads, layout: StoreLayout): boolean {
  return layout.nextSlot > MAX_SLOT || reads.get(metadataKey(layout.nextSlot)) === undefined;
}
