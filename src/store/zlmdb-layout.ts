// zlmdb's layout: one flat key space, table slots, and the two tables of cfxdb.cookiestore.

import { CookieAuthenticatorError } from "../errors.js";
import { decodeCborMap, encodeCborMap } from "../record/cbor-map.js";
import { COOKIE_VALUE_MAX_BYTES } from "../record/cookie-value.js";
import { UUID_BYTES, uuidFromBytes, uuidToBytes } from "../record/uuid.js";

/** Longest key that LMDB accepts in Crossbar's builds (mdb_env_get_maxkeysize), the slot number included. */
export const LMDB_MAX_KEY_BYTES = 511;
/** A key begins with its table's slot number, 2 bytes big-endian. */
export const SLOT_BYTES = 2;

/** A table as its metadata record describes it. */
export interface TableSlot {
  readonly slot: number;
  readonly oid: string;
  readonly name: string;
}

/** What zlmdb writes about a table when it attaches it. */
export interface TableDefinition {
  readonly oid: string;
  readonly name: string;
  /** The Python class's docstring, so that our metadata is cfxdb's to the byte. */
  readonly description: string;
}

/** cfxdb.cookiestore's tables (cfxdb 26.6.1, cookiestore/_cookie.py), in the order in which it attaches them. */
export const COOKIES_TABLE: TableDefinition = {
  oid: "62f8c8c9-c50b-4686-bafe-38b221c64a0c",
  name: "cfxdb.cookiestore._cookie.Cookies",
  description:
    "Persisted cookies table.\n\n    Map :class:`zlmdb.MapUuidFlatBuffers` from ``cookie_oid`` to :class:`cfxdb.cookiestore.Cookie`",
};
export const VALUE_INDEX_TABLE: TableDefinition = {
  oid: "65e1d8c1-fa8b-459d-ae43-cb320d28cc97",
  name: "cfxdb.cookiestore._cookie.IndexCookiesByValue",
  description: "Index: cookie_value -> cookie_oid",
};

/** The slots of the two cookie tables in one database. They differ from database to database. */
export interface CookieSlots {
  readonly cookies: number;
  readonly valueIndex: number;
  /** Our own tables beside them; `undefined` where no store with sessions was opened yet. */
  readonly own?: SessionSlots | undefined;
}

/** The slots of our own tables: see session-tables.ts. */
export interface SessionSlots {
  readonly byAuthid: number;
  readonly byExpiry: number;
  readonly uses: number;
  readonly marks: number;
}

/** The highest slot number that two bytes hold. */
export const MAX_SLOT = 0xffff;

/** The key that ends a slot: greater than all of its keys. */
export function slotEnd(slot: number): Buffer {
  return slot === MAX_SLOT ? Buffer.alloc(LMDB_MAX_KEY_BYTES, 0xff) : slotStart(slot + 1);
}

/** First key of a slot. */
export function slotStart(slot: number): Buffer {
  const key = Buffer.allocUnsafe(SLOT_BYTES);
  key.writeUInt16BE(slot);
  return key;
}

/** Key of a table's metadata record: slot 0, then the table's slot number. */
export function metadataKey(slot: number): Buffer {
  return Buffer.concat([slotStart(0), slotStart(slot)]);
}

/** The oid that a key names which has nothing else behind its slot; `undefined` for one of another length. */
export function findRecordOid(key: Buffer): string | undefined {
  return key.length === SLOT_BYTES + UUID_BYTES ? uuidFromBytes(key, SLOT_BYTES) : undefined;
}

/** Key of the record with this oid. @throws `ERR_COOKIE_FIELD` if it is no UUID */
export function recordKey(slots: CookieSlots, oid: string): Buffer {
  return Buffer.concat([slotStart(slots.cookies), uuidToBytes(oid)]);
}

/**
 * Key of a cookie value in the value index, or `undefined` for a value that can't be in it: empty, or longer than a
 * key may be. lmdb-js would take up to 1978 bytes, which Crossbar's LMDB can't read.
 */
export function findValueKey(slots: CookieSlots, value: string): Buffer | undefined {
  // A UTF-16 unit is at least one byte in UTF-8, so that a huge value is refused before it is encoded.
  if (value.length === 0 || value.length > COOKIE_VALUE_MAX_BYTES) return undefined;
  const length = Buffer.byteLength(value, "utf8");
  if (length > COOKIE_VALUE_MAX_BYTES) return undefined;
  const key = Buffer.allocUnsafe(SLOT_BYTES + length);
  key[0] = slots.valueIndex >> 8;
  key[1] = slots.valueIndex & 0xff;
  key.write(value, SLOT_BYTES, "utf8");
  return key;
}

/** Key of the record that an index entry names. @throws `ERR_STORE_INCONSISTENT` if the entry is no oid */
export function recordKeyOfIndexEntry(slots: CookieSlots, entry: Uint8Array): Buffer {
  if (entry.length !== UUID_BYTES) {
    throw new CookieAuthenticatorError(
      "ERR_STORE_INCONSISTENT",
      `an entry of the value index has ${entry.length} bytes where an oid has ${UUID_BYTES}`,
      { hint: "the index is damaged; compare it with the records" },
    );
  }
  const key = Buffer.allocUnsafe(SLOT_BYTES + UUID_BYTES);
  key[0] = slots.cookies >> 8;
  key[1] = slots.cookies & 0xff;
  key.set(entry, SLOT_BYTES);
  return key;
}

/** The metadata record of a table in `slot`, as zlmdb's `_set_slot` writes it. */
export function encodeTableSlot(table: TableDefinition, slot: number): Uint8Array {
  return encodeCborMap(
    { oid: table.oid, name: table.name, description: table.description, creator: "unknown", slot },
    "table metadata",
  );
}

/**
 * One metadata record. `undefined` for keys of slot 0 that name no table.
 *
 * @throws `ERR_STORE_TABLES` if the record isn't what zlmdb writes
 */
export function decodeTableSlot(key: Uint8Array, value: Uint8Array): TableSlot | undefined {
  if (key.length < 4) return undefined;
  const slot = ((key[2] as number) << 8) | (key[3] as number);
  let map: { [key: string]: unknown };
  try {
    map = decodeCborMap(value, "table metadata");
  } catch (error) {
    throw tablesError(`the metadata of slot ${slot} can't be decoded`, error);
  }
  if (map.slot !== slot) throw tablesError(`the metadata of slot ${slot} names another slot`);
  return {
    slot,
    oid: typeof map.oid === "string" ? map.oid.toLowerCase() : "",
    name: typeof map.name === "string" ? map.name : "",
  };
}

/** The slot of a table, `undefined` if it isn't attached. @throws `ERR_STORE_TABLES` if it is there twice */
export function findTable(tables: readonly TableSlot[], table: TableDefinition): number | undefined {
  const found = tables.filter(({ oid }) => oid === table.oid);
  if (found.length > 1) {
    throw tablesError(
      `the table ${table.name} is there ${found.length} times, in slots ${found.map(({ slot }) => slot)}`,
    );
  }
  return found[0]?.slot;
}

/** The slots of the cookie tables, `undefined` if either isn't attached. */
export function findCookieSlots(tables: readonly TableSlot[]): CookieSlots | undefined {
  const cookies = findTable(tables, COOKIES_TABLE);
  const valueIndex = findTable(tables, VALUE_INDEX_TABLE);
  return cookies === undefined || valueIndex === undefined ? undefined : { cookies, valueIndex };
}

/** The slot that zlmdb gives to the next table: the largest in use plus 1, from 1. */
export function nextSlot(tables: readonly TableSlot[]): number {
  return Math.max(0, ...tables.map(({ slot }) => slot)) + 1;
}

function tablesError(message: string, cause?: unknown): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_TABLES", `the cookie tables can't be found: ${message}`, {
    hint: "is this the directory of a Crossbar.io cookie database?",
    ...(cause === undefined ? {} : { cause }),
  });
}
