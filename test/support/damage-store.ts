// Damage to the content of a 0.9 database, made deliberately: any key, past every check of ours.

import { join } from "node:path";
import { openLmdbReader } from "../../src/lmdb-reader/lmdb-reader.js";
import { buildCookie } from "../../src/record/build-cookie.js";
import type { CookieFields } from "../../src/record/cookie.js";
import { uuidToBytes } from "../../src/record/uuid.js";
import { readCookieSlots } from "../../src/store/lmdb/cookie-tables.js";
import { LmdbEnvironment, type LmdbTransaction } from "../../src/store/lmdb/environment.js";
import { ALL_KEYS } from "../../src/store/verify/key-range.js";
import { type CookieSlots, findValueKey, recordKey } from "../../src/store/zlmdb-layout.js";
import { copyGoldenDatabase } from "./golden-records.js";
import { makeTempDirectory } from "./temp-directory.js";

/** What damage is made with: keys and records in one write transaction. */
export interface Damage {
  readonly transaction: LmdbTransaction;
  readonly slots: CookieSlots;
  /** Stores a record under its oid, or under another, without an index key. */
  putRecord(fields: CookieFields, under?: string): void;
  /** Lets the index key of a value lead to an oid, or to any bytes. */
  putIndexKey(value: string, entry: string | Uint8Array): void;
  deleteIndexKey(value: string): void;
  deleteRecord(oid: string): void;
}

/** A copy of the golden 0.9 database of 30 cookies. */
export function copyGolden(): string {
  return copyGoldenDatabase("db-0.9", join(makeTempDirectory(), "cookies"));
}

/** Every key and value, hex text, read without native code. */
export function dumpStore(path: string): Map<string, string> {
  const reader = openLmdbReader(path);
  const entries = reader.range(ALL_KEYS.start, ALL_KEYS.end, 100_000);
  reader.close();
  return new Map(entries.map(({ key, value }) => [key.toString("hex"), value.toString("hex")]));
}

/** Changes a database in one transaction; it isn't open afterwards. */
export async function damageStore(path: string, change: (damage: Damage) => void): Promise<void> {
  const environment = LmdbEnvironment.open({ path, writable: true });
  try {
    await environment.write((transaction) => {
      const slots = readCookieSlots(transaction, path);
      const keyOf = (value: string): Buffer => findValueKey(slots, value) as Buffer;
      change({
        transaction,
        slots,
        putRecord: (fields, under = fields.oid) =>
          transaction.put(recordKey(slots, under), buildCookie(fields)),
        putIndexKey: (value, entry) =>
          transaction.put(keyOf(value), typeof entry === "string" ? uuidToBytes(entry) : entry),
        deleteIndexKey: (value) => void transaction.delete(keyOf(value)),
        deleteRecord: (oid) => void transaction.delete(recordKey(slots, oid)),
      });
    });
  } finally {
    await environment.close();
  }
}
