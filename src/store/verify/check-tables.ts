// zlmdb's metadata in slot 0: which table has which slot.

import { CookieAuthenticatorError } from "../../errors.js";
import type { LmdbEntry } from "../../lmdb-reader/snapshot.js";
import { findSessionSlots, SESSION_TABLES } from "../session-tables.js";
import {
  COOKIES_TABLE,
  type CookieSlots,
  decodeTableSlot,
  type SessionSlots,
  type TableDefinition,
  type TableSlot,
  VALUE_INDEX_TABLE,
} from "../zlmdb-layout.js";
import type { Findings } from "./findings.js";
import { slotRange } from "./key-range.js";
import type { KeyWalk } from "./key-walk.js";

/** Two bytes of slot 0, two of the slot described. So there are at most 65,536 of them. */
const METADATA_KEY_BYTES = 4;

export interface CheckedTables {
  /** Number of metadata keys, broken ones included. */
  readonly keys: number;
  readonly tables: readonly TableSlot[];
  /**
   * `undefined` if a cookie table is missing or has several slots: nothing can be said of the cookies then. Without `own`
   * if that is so of a table of ours.
   */
  readonly slots: CookieSlots | undefined;
}

/** Reads the metadata of all tables. @throws what `KeyWalk.over` throws */
export async function checkTables(walk: KeyWalk, findings: Findings): Promise<CheckedTables> {
  const tables: TableSlot[] = [];
  let keys = 0;
  await walk.over(
    slotRange(0),
    () => undefined,
    (entry) => {
      keys += 1;
      const table = describe(entry, findings);
      if (table !== undefined) tables.push(table);
    },
  );
  for (const [oid, slots] of groupByOid(tables)) {
    if (slots.length > 1)
      findings.add({ kind: "table-described-twice", oid, what: `slots ${slots.slice(0, 10).join(", ")}` });
  }
  const cookies = findSlot(tables, COOKIES_TABLE, findings);
  const valueIndex = findSlot(tables, VALUE_INDEX_TABLE, findings);
  const own = findOwnSlots(tables, findings);
  const slots = cookies === undefined || valueIndex === undefined ? undefined : { cookies, valueIndex, own };
  return { keys, tables, slots };
}

function describe({ key, value }: LmdbEntry, findings: Findings): TableSlot | undefined {
  const broken = (what: string): undefined => {
    const slot = key.length >= METADATA_KEY_BYTES ? { slot: key.readUInt16BE(2) } : {};
    findings.add({ kind: "table-description-broken", ...slot, what });
  };
  if (key.length !== METADATA_KEY_BYTES) return broken(`its key has ${key.length} bytes, not 4`);
  try {
    const table = decodeTableSlot(key, value);
    if (table === undefined || table.oid === "") return broken("it names no table");
    // Slot 0 holds these descriptions themselves.
    return table.slot === 0 ? broken("it gives a table slot 0") : table;
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    return broken(error.message);
  }
}

function groupByOid(tables: readonly TableSlot[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const { oid, slot } of tables) {
    const slots = groups.get(oid) ?? [];
    groups.set(oid, slots);
    slots.push(slot);
  }
  return groups;
}

function findSlot(
  tables: readonly TableSlot[],
  { oid, name }: TableDefinition,
  findings: Findings,
): number | undefined {
  const found = tables.filter((table) => table.oid === oid);
  if (found.length === 0) findings.add({ kind: "table-missing", oid, what: name });
  return found.length === 1 ? found[0]?.slot : undefined;
}

/** All of ours are attached in one transaction: one alone never is. */
function findOwnSlots(tables: readonly TableSlot[], findings: Findings): SessionSlots | undefined {
  const counts = SESSION_TABLES.map(({ oid }) => tables.filter((table) => table.oid === oid).length);
  if (counts.every((count) => count === 0)) return undefined;
  for (const [index, { oid, name }] of SESSION_TABLES.entries()) {
    if (counts[index] === 0) findings.add({ kind: "session-table-missing", oid, what: name });
  }
  return counts.some((count) => count > 1) ? undefined : findSessionSlots(tables);
}
