// Finds zlmdb's tables in an environment, and attaches the cookie tables as zlmdb does.

import { CookieAuthenticatorError } from "../../errors.js";
import type { RangeReads } from "../snapshot-engine.js";
import {
  COOKIES_TABLE,
  type CookieSlots,
  decodeTableSlot,
  encodeTableSlot,
  findCookieSlots,
  findTable,
  metadataKey,
  nextSlot,
  slotStart,
  type TableSlot,
  VALUE_INDEX_TABLE,
} from "../zlmdb-layout.js";
import type { LmdbTransaction } from "./environment.js";

/** All tables that the metadata of slot 0 describes. @throws `ERR_STORE_TABLES` if a description is broken */
export function readTables(reads: RangeReads): TableSlot[] {
  return reads.range(slotStart(0), slotStart(1), 65_536).flatMap(({ key, value }) => {
    const table = decodeTableSlot(key, value);
    return table === undefined ? [] : [table];
  });
}

/** The slots of the cookie tables. @throws `ERR_STORE_TABLES` if they aren't there (yet) */
export function readCookieSlots(reads: RangeReads, path: string): CookieSlots {
  const slots = findCookieSlots(readTables(reads));
  if (slots === undefined) {
    throw new CookieAuthenticatorError("ERR_STORE_TABLES", `the database ${path} has no cookie tables`, {
      hint: "Crossbar makes them when it starts with this cookie store, or `db init` makes a new database",
      details: { path },
    });
  }
  return slots;
}

/** Gives each cookie table that isn't there yet the next free slot, in cfxdb's order. */
export function attachCookieTables(transaction: LmdbTransaction): void {
  for (const table of [COOKIES_TABLE, VALUE_INDEX_TABLE]) {
    const tables = readTables(transaction);
    if (findTable(tables, table) !== undefined) continue;
    const slot = nextSlot(tables);
    transaction.put(metadataKey(slot), encodeTableSlot(table, slot));
  }
}
