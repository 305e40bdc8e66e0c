// Holds our index tables against the records, read without native code and without the code under test.

import { createHash } from "node:crypto";
import { openLmdbReader } from "../../src/lmdb-reader/lmdb-reader.js";
import { Cookie } from "../../src/record/cookie.js";
import { readTables } from "../../src/store/lmdb/cookie-tables.js";

export interface IndexFindings {
  readonly records: number;
  readonly uses: number;
  /** Entries that records ask for and that aren't there, and the other way round: hex text. */
  readonly missing: readonly string[];
  readonly stale: readonly string[];
  /** Last uses without a record. */
  readonly orphans: readonly string[];
}

/** Compares all of them in one snapshot. */
export function checkIndexes(path: string): IndexFindings {
  const reader = openLmdbReader(path);
  try {
    return reader.read((snapshot) => {
      const slots = new Map(readTables(snapshot).map(({ name, slot }) => [name.split(".").at(-1), slot]));
      const rowsOf = (table: string): { readonly key: string; readonly value: Buffer }[] => {
        const slot = slots.get(table);
        if (slot === undefined) throw new Error(`there is no table ${table}`);
        return snapshot
          .range(numberKey(slot, 2), numberKey(slot + 1, 2), 1_000_000)
          .map(({ key, value }) => ({ key: key.toString("hex", 2), value }));
      };
      const records = rowsOf("Cookies");
      const oids = new Set(records.map(({ key }) => key));
      const expected = new Set<string>();
      for (const { key, value } of records) {
        const { authid, createdNs, maxAgeSeconds } = Cookie.cast(value);
        if (authid !== undefined) expected.add(`u${createHash("sha256").update(authid).digest("hex")}${key}`);
        if (maxAgeSeconds === undefined) continue;
        const end = createdNs + BigInt(maxAgeSeconds) * 1_000_000_000n;
        expected.add(`e${(end < 2n ** 64n ? end : 2n ** 64n - 1n).toString(16).padStart(16, "0")}${key}`);
      }
      const actual = new Set([
        ...rowsOf("IndexCookiesByAuthid").map(({ key }) => `u${key}`),
        ...rowsOf("IndexCookiesByExpiry").map(({ key }) => `e${key}`),
      ]);
      const uses = rowsOf("CookieUses").map(({ key }) => key);
      return {
        records: records.length,
        uses: uses.length,
        missing: [...expected].filter((entry) => !actual.has(entry)),
        stale: [...actual].filter((entry) => !expected.has(entry)),
        orphans: uses.filter((oid) => !oids.has(oid)),
      };
    });
  } finally {
    reader.close();
  }
}

function numberKey(value: number, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * bytes, "0"), "hex");
}
