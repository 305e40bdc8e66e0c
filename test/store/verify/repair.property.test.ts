// Any damage to index entries: the verification finds exactly it, and the repair brings back the index byte for byte.

import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../../src/store/open-store.js";
import type { VerifyReport } from "../../../src/store/verify/verify-report.js";
import { damageStore, dumpStore, repairInChild, stopDamageProcess } from "../../support/damage-store.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

const COOKIES = 40;
const oidOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const valueFor = (number: number): string => `value-${number}`;

let path: string;
let whole: Map<string, string>;

beforeAll(async () => {
  path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
  await store.writer.write((transaction) => {
    for (let i = 0; i < COOKIES; i += 1)
      transaction.put({ oid: oidOf(i), createdNs: BigInt(i + 1), value: valueFor(i) });
  });
  await store.close();
  whole = dumpStore(path);
});
afterAll(async () => {
  await stopDamageProcess();
  removeTempDirectories();
});

/** What an index key is made to hold: nothing, some bytes, a record (its own or another's), or no record. */
type Entry = "deleted" | Uint8Array | { readonly record: number };

const entryArbitrary: fc.Arbitrary<Entry> = fc.oneof(
  fc.constant<Entry>("deleted"),
  fc.uint8Array({ maxLength: 40 }).filter(({ length }) => length !== 16),
  fc.record({ record: fc.nat(COOKIES * 2) }),
);
/** Values of records, and values that no record has. */
const damageArbitrary = fc.dictionary(fc.nat(COOKIES * 2).map(String), entryArbitrary, { maxKeys: 30 });

/** What a verification must find, counted by other means than its own. */
function expectedCounts(damage: Readonly<Record<string, Entry>>): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = (kind: string): void => {
    counts[kind] = (counts[kind] ?? 0) + 1;
  };
  for (const [key, entry] of Object.entries(damage)) {
    const owner = Number(key);
    const hasRecord = owner < COOKIES;
    if (entry === "deleted") {
      if (hasRecord) count("record-without-index-key");
      continue;
    }
    const named = entry instanceof Uint8Array ? undefined : entry.record;
    if (hasRecord && named === owner) continue;
    if (hasRecord) count("record-with-wrong-index-key");
    if (named === undefined) count("index-entry-malformed");
    else count(named < COOKIES ? "index-key-of-other-value" : "index-key-without-record");
  }
  return counts;
}

const countsOf = ({ findings }: VerifyReport): Record<string, number> =>
  Object.fromEntries(findings.map(({ kind, count }) => [kind, count]));

test("exactly the damage is found, and mended", async () => {
  await fc.assert(
    fc.asyncProperty(damageArbitrary, async (damage) => {
      await damageStore(path, ({ putIndexKey, deleteIndexKey }) => {
        for (const [key, entry] of Object.entries(damage)) {
          const value = valueFor(Number(key));
          if (entry === "deleted") deleteIndexKey(value);
          else putIndexKey(value, entry instanceof Uint8Array ? entry : oidOf(entry.record));
        }
      });
      const { before, after } = await repairInChild(path);
      expect(countsOf(before)).toEqual(expectedCounts(damage));
      expect(after).toMatchObject({ ok: true, findings: [] });
      expect(dumpStore(path)).toEqual(whole);
    }),
    { numRuns: 60 },
  );
}, 60_000);
