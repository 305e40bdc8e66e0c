// Finds zlmdb's tables in an environment, and attaches the cookie tables and our own as zlmdb does.

import { CookieAuthenticatorError } from "../../errors.js";
import { findSessionSlots, SESSION_TABLES } from "../session-tables.js";
import type { RangeReads } from "../snapshot-engine.js";
import {
  COOKIES_TABLE,
  type CookieSlots,
  decodeTableSlot,
  encodeTableSlot,
  findCookieSlots,
  findTable,
  MAX_SLOT,
  metadataKey,
  nextSlot,
  slotStart,
  type TableDefinition,
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

/** The slots of the cookie tables, and of ours. @throws `ERR_STORE_TABLES` if the cookie tables aren't there (yet) */
export function readCookieSlots(reads: RangeReads, path: string): CookieSlots {
  return toCookieSlots(readTables(reads), path);
}

/** The same of tables that were read. */
export function toCookieSlots(tables: readonly TableSlot[], path: string): CookieSlots {
  const slots = findCookieSlots(tables);
  if (slots === undefined) {
    throw new CookieAuthenticatorError("ERR_STORE_TABLES", `the database ${path} has no cookie tables`, {
      hint: "Crossbar makes them when it starts with this cookie store, or `db init` makes a new database",
      details: { path },
    });
  }
  return { ...slots, own: findSessionSlots(tables) };
}

/** Gives each cookie table that isn't there yet the next free slot, in cfxdb's order. */
export function attachCookieTables(transaction: LmdbTransaction): void {
  attachTables(transaction, [COOKIES_TABLE, VALUE_INDEX_TABLE]);
}

/**
 * The same for our own tables. Only after the cookie tables: zlmdb reads the slots once when it opens a database, and
 * would give a slot that we took meanwhile to the next table that it attaches.
 *
 * @returns whether one of them wasn't there: then no index can be exact
 * @throws `ERR_STORE_TABLES` if the cookie tables aren't there
 */
export function attachSessionTables(transaction: LmdbTransaction, path: string): boolean {
  readCookieSlots(transaction, path);
  return attachTables(transaction, SESSION_TABLES);
}

/** @returns whether one of them wasn't there */
function attachTables(transaction: LmdbTransaction, definitions: readonly TableDefinition[]): boolean {
  let isAnyNew = false;
  for (const table of definitions) {
    const tables = readTables(transaction);
    if (findTable(tables, table) !== undefined) continue;
    const slot = nextSlot(tables);
    if (slot > MAX_SLOT) {
      throw new CookieAuthenticatorError(
        "ERR_STORE_TABLES",
        `there is no slot left for the table ${table.name}`,
        {
          hint: "a table has the last slot: is this the directory of a Crossbar.io cookie database?",
        },
      );
    }
    transaction.put(metadataKey(slot), encodeTableSlot(table, slot));
    isAnyNew = true;
  }
  return isAnyNew;
}
