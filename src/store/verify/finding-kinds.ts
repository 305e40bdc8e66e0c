// The closed list of what a verification can find, and what each means.

/** `damage`: something must be mended. `note`: harmless, and said for completeness. */
export type FindingLevel = "damage" | "note";

export interface FindingKindInfo {
  readonly level: FindingLevel;
  /** What it is, for people, in the plural. */
  readonly title: string;
  /** Whether rebuilding the value index mends it. */
  readonly isMendedByRepair: boolean;
}

const damage = (title: string): FindingKindInfo => ({ level: "damage", title, isMendedByRepair: false });
const index = (title: string): FindingKindInfo => ({ level: "damage", title, isMendedByRepair: true });
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
  // records
  "record-key-malformed": damage("records whose key is no oid"),
  "record-undecodable": damage("records that can't be decoded"),
  "record-under-other-oid": damage("records stored under another record's oid"),
  "record-value-too-long": damage("records whose value is too long for the index"),
  "record-without-value": note("records without a value"),
  // the index of cookie values, from the records' side
  "record-without-index-key": index("records without an index key"),
  "record-with-wrong-index-key": index("records whose index key leads elsewhere"),
  "duplicate-value": damage("records with a value that another record has"),
  // and from the index's side
  "index-entry-malformed": index("index keys with an entry that is no oid"),
  "index-key-without-record": index("index keys that lead to no record"),
  "index-key-of-other-value": index("index keys that lead to a record with another value"),
  "index-key-unjudged": note("index keys that lead to a record that can't be decoded"),
} as const satisfies Readonly<Record<string, FindingKindInfo>>;

export type FindingKind = keyof typeof FINDING_KINDS;
