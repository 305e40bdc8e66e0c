// The closed list of what a verification can find, and what each means.

/** `damage`: something must be mended. `note`: harmless, and said for completeness. */
export type FindingLevel = "damage" | "note";

export interface FindingKindInfo {
  readonly level: FindingLevel;
  /** What it is, for people, in the plural. */
  readonly title: string;
  /** Whether a repair mends it. */
  readonly isMendedByRepair: boolean;
}

const damage = (title: string): FindingKindInfo => ({ level: "damage", title, isMendedByRepair: false });
const mendable = (title: string): FindingKindInfo => ({ level: "damage", title, isMendedByRepair: true });
const note = (title: string): FindingKindInfo => ({ level: "note", title, isMendedByRepair: false });

/** All kinds, in the order of a report. The names are stable. */
export const FINDING_KINDS = {
  // the file
  "page-damaged": damage("damaged pages, or pages used twice"),
  "keys-unreadable": damage("ranges of keys that can't be read to their end"),
  "pages-lost": note("pages that are neither used nor free"),
  // zlmdb's metadata
  "table-description-broken": damage("broken descriptions of tables"),
  "table-described-twice": damage("tables that have more than one slot"),
  "table-missing": damage("cookie tables that aren't there"),
  "session-table-missing": damage("own tables missing beside others"),
  // what the store keeps about itself
  "mark-malformed": damage("marks of the store that can't be read"),
  "mark-unknown": note("marks of the store that are passed over"),
  // records
  "record-key-malformed": damage("records whose key is no oid"),
  "record-undecodable": damage("records that can't be decoded"),
  "record-under-other-oid": damage("records stored under another record's oid"),
  "record-value-too-long": damage("records whose value is too long for the index"),
  "record-without-value": note("records without a value"),
  "record-value-not-hashed": damage("records with a value that is no hash"),
  // the index of cookie values, from the records' side
  "record-without-index-key": mendable("records without an index key"),
  "record-with-wrong-index-key": mendable("records whose index key leads elsewhere"),
  "duplicate-value": damage("records with a value that another record has"),
  // and from the index's side
  "index-entry-malformed": mendable("index keys with an entry that is no oid"),
  "index-key-without-record": mendable("index keys that lead to no record"),
  "index-key-of-other-value": mendable("index keys that lead to a record with another value"),
  "index-key-unjudged": note("index keys that lead to a record that can't be decoded"),
  // our indexes by user and by expiry: damage where the store says that they are exact
  "session-entry-malformed": mendable("session index entries of a wrong length"),
  "session-entry-missing": mendable("session index entries that aren't there"),
  "session-entry-without-record": mendable("session index entries of no record"),
  "session-entry-contradicted": mendable("entries that their record contradicts"),
  "session-entry-unjudged": note("session index entries of broken records"),
  // where it doesn't, Crossbar writes too, and they are behind until the next sweep
  "session-index-lag": note("entries that the next sweep adds or removes"),
  // last uses
  "use-malformed": mendable("last uses that can't be read"),
  "use-without-record": note("last uses of cookies that are gone"),
  // what only a Valkey or Redis has: keys of their own type, with a time to live
  "key-of-wrong-type": damage("keys of another type than they must have"),
  "key-unknown": note("keys under the prefix that aren't this store's"),
  "record-under-other-value": damage("records stored under another value than theirs"),
  "duplicate-oid": damage("records with an oid that leads to another record"),
  "ttl-missing": mendable("keys that would stay after their cookie's end"),
  "ttl-too-early": mendable("keys that would go before their cookie's end"),
} as const satisfies Readonly<Record<string, FindingKindInfo>>;

export type FindingKind = keyof typeof FINDING_KINDS;
