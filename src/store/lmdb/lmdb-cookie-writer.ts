// The writing port on LMDB: record and index key in one transaction, with zlmdb's invariant.

import { buildCookie } from "../../record/build-cookie.js";
import { Cookie, type CookieFields } from "../../record/cookie.js";
import { uuidFromBytes, uuidToBytes } from "../../record/uuid.js";
import type { CookieTransaction, CookieWriter } from "../cookie-writer.js";
import { findCookieByOid, findCookieByValue } from "../find-cookie.js";
import { valueNotStorable, valueTaken } from "../value-errors.js";
import { type CookieSlots, findValueKey, recordKey } from "../zlmdb-layout.js";
import { readCookieSlots } from "./cookie-tables.js";
import type { LmdbEnvironment, LmdbTransaction } from "./environment.js";

export class LmdbCookieWriter implements CookieWriter {
  readonly #environment: LmdbEnvironment;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
  }

  write<T>(change: (transaction: CookieTransaction) => T): Promise<T> {
    return this.#environment.write((transaction) => {
      const slots = readCookieSlots(transaction, this.#environment.path);
      return change({
        findByValue: (value) => findCookieByValue(transaction, slots, value),
        findByOid: (oid) => findCookieByOid(transaction, slots, oid),
        put: (fields) => put(transaction, slots, fields),
        delete: (oid) => remove(transaction, slots, oid),
      });
    });
  }
}

/** As zlmdb's `PersistentMap.__setitem__`: old index key away if the value changed, record, new index key. */
function put(transaction: LmdbTransaction, slots: CookieSlots, fields: CookieFields): Cookie {
  const indexKey = fields.value === undefined ? undefined : findValueKey(slots, fields.value);
  if (indexKey === undefined) throw valueNotStorable(fields.oid, fields.value);
  const bytes = buildCookie(fields);
  const oid = uuidToBytes(fields.oid);
  const owner = transaction.get(indexKey);
  if (owner !== undefined && !oid.equals(owner)) throw valueTaken(fields.oid, uuidFromBytes(owner));

  const old = findCookieByOid(transaction, slots, fields.oid);
  if (old !== undefined && old.value !== fields.value) removeIndexKey(transaction, slots, old, oid);
  transaction.put(recordKey(slots, fields.oid), bytes);
  transaction.put(indexKey, oid);
  return Cookie.cast(bytes);
}

/** As zlmdb's `__delitem__`: index key, then record. */
function remove(transaction: LmdbTransaction, slots: CookieSlots, oid: string): boolean {
  const old = findCookieByOid(transaction, slots, oid);
  if (old === undefined) return false;
  removeIndexKey(transaction, slots, old, uuidToBytes(oid));
  return transaction.delete(recordKey(slots, oid));
}

function removeIndexKey(transaction: LmdbTransaction, slots: CookieSlots, cookie: Cookie, oid: Buffer): void {
  const key = cookie.value === undefined ? undefined : findValueKey(slots, cookie.value);
  // A key that names another record is that record's, whatever this one says.
  if (key !== undefined && transaction.get(key)?.equals(oid)) transaction.delete(key);
}
