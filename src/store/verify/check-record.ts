// One record by itself: its key, every field of it, and whether both have the same oid.

import { CookieAuthenticatorError } from "../../errors.js";
import type { LmdbEntry } from "../../lmdb-reader/snapshot.js";
import { Cookie } from "../../record/cookie.js";
import { findRecordOid } from "../zlmdb-layout.js";
import type { Observation } from "./findings.js";

/** What is wrong with a record of the cookie table, apart from the index. */
export function checkRecord({ key, value }: LmdbEntry): Observation[] {
  const oid = findRecordOid(key);
  if (oid === undefined) return [{ kind: "record-key-malformed", what: `a key of ${key.length} bytes` }];
  try {
    const cookie = Cookie.cast(value);
    const observations: Observation[] = [];
    if (cookie.oid !== oid) observations.push({ kind: "record-under-other-oid", oid, otherOid: cookie.oid });
    // Decodes every field.
    if (cookie.toFields().value === undefined) observations.push({ kind: "record-without-value", oid });
    return observations;
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    // The messages of the record's errors name fields, never what is in them.
    return [{ kind: "record-undecodable", oid, what: error.message }];
  }
}
