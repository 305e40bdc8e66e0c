// Our own tables in the cookie database, in zlmdb's manner: a slot each, described by a metadata record.

import { findTable, type SessionSlots, type TableDefinition, type TableSlot } from "./zlmdb-layout.js";

/** SHA-256 of the authid, then the oid: a user's cookies. */
export const AUTHID_INDEX_TABLE: TableDefinition = {
  oid: "578aefc0-87e2-4736-b215-428b55136be7",
  name: "wamp_cookie_authenticator.IndexCookiesByAuthid",
  description: "Index: sha256(authid) + cookie_oid -> nothing",
};
/** When the record's own lifetime is over, then the oid; only of records that have one. */
export const EXPIRY_INDEX_TABLE: TableDefinition = {
  oid: "ee84d32b-e565-420b-835b-6d64af937d1b",
  name: "wamp_cookie_authenticator.IndexCookiesByExpiry",
  description: "Index: created + max_age (ns, uint64 big-endian) + cookie_oid -> nothing",
};
export const USES_TABLE: TableDefinition = {
  oid: "dc649d54-eb01-4b16-abe4-e87566b7d4fe",
  name: "wamp_cookie_authenticator.CookieUses",
  description: "Map: cookie_oid -> last use (ns, uint64 big-endian), CBOR map of peer and user_agent",
};
export const MARKS_TABLE: TableDefinition = {
  oid: "9801ffaf-4198-4f23-a680-efed0a96a8b4",
  name: "wamp_cookie_authenticator.Marks",
  description: "Map: name -> what the store keeps about itself: clock, values, indexes",
};

/** In the order in which they are attached. */
export const SESSION_TABLES: readonly TableDefinition[] = [
  AUTHID_INDEX_TABLE,
  EXPIRY_INDEX_TABLE,
  USES_TABLE,
  MARKS_TABLE,
];

/** The slots of our own tables, `undefined` unless all are attached. @throws `ERR_STORE_TABLES` if one is there twice */
export function findSessionSlots(tables: readonly TableSlot[]): SessionSlots | undefined {
  const byAuthid = findTable(tables, AUTHID_INDEX_TABLE);
  const byExpiry = findTable(tables, EXPIRY_INDEX_TABLE);
  const uses = findTable(tables, USES_TABLE);
  const marks = findTable(tables, MARKS_TABLE);
  if (byAuthid === undefined || byExpiry === undefined || uses === undefined || marks === undefined) {
    return undefined;
  }
  return { byAuthid, byExpiry, uses, marks };
}
