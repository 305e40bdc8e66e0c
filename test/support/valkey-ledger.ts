// What a store has acknowledged: the book that tests of faults hold against what is there afterwards.

import type { CookieReader } from "../../src/store/cookie-reader.js";

/** `leaving`: its logout is under way; `unsure`: a login or logout of it failed, and may have been made all the same. */
export type EntryState = "living" | "leaving" | "gone" | "unsure";

export interface LedgerEntry {
  readonly oid: string;
  readonly value: string;
  state: EntryState;
  /** `performance.now()` of the last acknowledged login or logout. */
  atMs: number;
}

/** Acknowledged operations that the store no longer knows of. */
export interface Loss {
  /** Acknowledged logins whose cookie isn't found, by value or by oid. */
  readonly logins: number;
  /** Acknowledged logouts whose cookie is found again. */
  readonly logouts: number;
}

/** Entries in order of their making. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];

  in(state: EntryState): LedgerEntry[] {
    return this.entries.filter((entry) => entry.state === state);
  }

  /** Holds every acknowledged operation against the store. Nothing may be under way. */
  async check(reader: CookieReader): Promise<Loss> {
    let logins = 0;
    let logouts = 0;
    for (const { oid, value, state } of this.entries) {
      if (state !== "living" && state !== "gone") continue;
      const [byValue, byOid] = await Promise.all([reader.findByValue(value), reader.findByOid(oid)]);
      const isThere = byValue?.oid === oid && byOid?.oid === oid;
      const isAbsent = byValue === undefined && byOid === undefined;
      if (state === "living" && !isThere) logins += 1;
      if (state === "gone" && !isAbsent) logouts += 1;
    }
    return { logins, logouts };
  }
}
