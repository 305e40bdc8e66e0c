// Finds cookies in zlmdb's layout, over whatever reads keys: a snapshot, or a write transaction.

import { CookieAuthenticatorError } from "../errors.js";
import { Cookie } from "../record/cookie.js";
import { UUID_BYTES, uuidFromBytes } from "../record/uuid.js";
import type { KeyReads } from "./snapshot-engine.js";
import { type CookieSlots, findValueKey, recordKey, recordKeyOfIndexEntry } from "./zlmdb-layout.js";

/** The record of a cookie value. @throws `ERR_STORE_INCONSISTENT` if index and record contradict each other */
export function findCookieByValue(reads: KeyReads, slots: CookieSlots, value: string): Cookie | undefined {
  const key = findValueKey(slots, value);
  if (key === undefined) return undefined;
  const entry = reads.get(key);
  if (entry === undefined) return undefined;
  const record = reads.get(recordKeyOfIndexEntry(slots, entry));
  if (record === undefined) throw inconsistent("an entry of the value index names a record that isn't there");
  const cookie = castRecord(record, entry);
  // An index entry that leads to another cookie's record must never log anybody in.
  if (!cookie.hasValue(value)) {
    throw inconsistent("an entry of the value index names a record with another value", cookie.oid);
  }
  return cookie;
}

/** The record with an oid. @throws `ERR_STORE_INCONSISTENT` if the record says that it is another's */
export function findCookieByOid(reads: KeyReads, slots: CookieSlots, oid: string): Cookie | undefined {
  const key = recordKey(slots, oid);
  const record = reads.get(key);
  if (record === undefined) return undefined;
  const cookie = castRecord(record, key.subarray(-UUID_BYTES));
  if (cookie.oid !== oid.toLowerCase())
    throw inconsistent("a record is stored under another record's oid", oid);
  return cookie;
}

const VERIFY_HINT = "the database is damaged: `wamp-cookie-authenticator db verify` finds out how far";

/** `Cookie.cast`, with the oid under which the record is stored in the error. */
function castRecord(record: Uint8Array, oid: Buffer): Cookie {
  try {
    return Cookie.cast(record);
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    const stored = uuidFromBytes(oid);
    throw new CookieAuthenticatorError(error.code, `${error.message}, in the record ${stored}`, {
      hint: VERIFY_HINT,
      details: { ...error.details, oid: stored },
      cause: error,
    });
  }
}

function inconsistent(message: string, oid?: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_INCONSISTENT", message, {
    hint: VERIFY_HINT,
    details: oid === undefined ? {} : { oid },
  });
}
