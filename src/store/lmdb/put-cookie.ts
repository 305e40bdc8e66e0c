// Stores and deletes a record with all its index entries: zlmdb's by value as zlmdb does it, and ours.

import { buildCookie } from "../../record/build-cookie.js";
import { Cookie, type CookieFields } from "../../record/cookie.js";
import { uuidFromBytes, uuidToBytes } from "../../record/uuid.js";
import { useKey } from "../cookie-uses.js";
import { findCookieByOid } from "../find-cookie.js";
import { EMPTY_VALUE, sessionIndexKeys } from "../session-index-keys.js";
import { valueNotStorable, valueTaken } from "../value-errors.js";
import { type CookieSlots, findValueKey, recordKey, type SessionSlots } from "../zlmdb-layout.js";
import type { LmdbTransaction } from "./environment.js";

/** As zlmdb's `PersistentMap.__setitem__`: old index key away if the value changed, record, new index key. */
export function putCookie(transaction: LmdbTransaction, slots: CookieSlots, fields: CookieFields): Cookie {
  const indexKey = fields.value === undefined ? undefined : findValueKey(slots, fields.value);
  if (indexKey === undefined) throw valueNotStorable(fields.oid, fields.value);
  const bytes = buildCookie(fields);
  const oid = uuidToBytes(fields.oid);
  const owner = transaction.get(indexKey);
  if (owner !== undefined && !oid.equals(owner)) throw valueTaken(fields.oid, uuidFromBytes(owner));

  const old = findCookieByOid(transaction, slots, fields.oid);
  if (old !== undefined && old.value !== fields.value) removeValueKey(transaction, slots, old, oid);
  transaction.put(recordKey(slots, fields.oid), bytes);
  transaction.put(indexKey, oid);
  const cookie = Cookie.cast(bytes);
  if (slots.own === undefined) return cookie;
  updateSessionIndexes(transaction, slots.own, { old, cookie, oid });
  // What Crossbar deleted has left its use behind, which isn't that of a new record.
  if (old === undefined) transaction.delete(useKey(slots.own, fields.oid));
  return cookie;
}

/** As zlmdb's `__delitem__`: index key, then record; and what we keep of it. */
export function deleteCookie(transaction: LmdbTransaction, slots: CookieSlots, oid: string): boolean {
  const old = findCookieByOid(transaction, slots, oid);
  if (old === undefined) return false;
  const bytes = uuidToBytes(oid);
  removeValueKey(transaction, slots, old, bytes);
  if (slots.own !== undefined) {
    updateSessionIndexes(transaction, slots.own, { old, cookie: undefined, oid: bytes });
    transaction.delete(useKey(slots.own, oid));
  }
  return transaction.delete(recordKey(slots, oid));
}

/**
 * Removes a record without decoding it, and its last use. Which entries the indexes have for it can't be known: they lead to
 * nothing from then on, and `db verify --repair` removes them.
 */
export function deleteDamagedCookie(transaction: LmdbTransaction, slots: CookieSlots, oid: string): boolean {
  const key = recordKey(slots, oid);
  if (transaction.get(key) === undefined) return false;
  if (slots.own !== undefined) transaction.delete(useKey(slots.own, oid));
  return transaction.delete(key);
}

/** Makes our entries of one record those of `cookie`; the entries that `old` has no more are removed. */
function updateSessionIndexes(
  transaction: LmdbTransaction,
  slots: SessionSlots,
  record: { readonly old: Cookie | undefined; readonly cookie: Cookie | undefined; readonly oid: Buffer },
): void {
  const keysOf = (cookie: Cookie | undefined): readonly (Buffer | undefined)[] => {
    if (cookie === undefined) return [];
    const { byAuthid, byExpiry } = sessionIndexKeys(slots, cookie, record.oid);
    return [byAuthid, byExpiry];
  };
  const after = keysOf(record.cookie);
  for (const [at, key] of keysOf(record.old).entries()) {
    if (key !== undefined && after[at]?.equals(key) !== true) transaction.delete(key);
  }
  for (const key of after) {
    // Looked for even if the old record asked for it too: another process may have written that one.
    if (key !== undefined && transaction.get(key) === undefined) transaction.put(key, EMPTY_VALUE);
  }
}

function removeValueKey(transaction: LmdbTransaction, slots: CookieSlots, cookie: Cookie, oid: Buffer): void {
  const key = cookie.value === undefined ? undefined : findValueKey(slots, cookie.value);
  // A key that names another record is that record's, whatever this one says.
  if (key !== undefined && transaction.get(key)?.equals(oid)) transaction.delete(key);
}
