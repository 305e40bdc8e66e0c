// Verification of content: each kind of damage, made deliberately, is found, counted and named, and nothing else is.

import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { CookieFields } from "../../../src/record/cookie.js";
import { uuidToBytes } from "../../../src/record/uuid.js";
import type { FindingExample } from "../../../src/store/verify/findings.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { COOKIES_TABLE, encodeTableSlot, metadataKey, recordKey } from "../../../src/store/zlmdb-layout.js";
import { copyGolden, type Damage, damageStore, stopDamageProcess } from "../../support/damage-store.js";
import { readGoldenCookies } from "../../support/golden-cookies.js";
import { copyGoldenDatabase, type GoldenDatabase, readGoldenRecords } from "../../support/golden-records.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

afterAll(async () => {
  await stopDamageProcess();
  removeTempDirectories();
});

type CookieWithValue = CookieFields & { readonly value: string };

const [one, two] = readGoldenCookies("db-0.9") as unknown as [CookieWithValue, CookieWithValue];
const NEW = { oid: randomUUID(), createdNs: 5n, value: "s3cret-new-value" };

/** What was found, by kind. */
async function find(path: string): Promise<Record<string, readonly FindingExample[]>> {
  const report = await verifyStore(path);
  for (const { count, examples } of report.findings) expect(count).toBe(examples.length);
  expect(JSON.stringify(report)).not.toContain("s3cret");
  return Object.fromEntries(report.findings.map(({ kind, examples }) => [kind, examples]));
}

describe.each<GoldenDatabase>(["db-0.9", "db-1.0", "db-shifted"])("the golden %s", (name) => {
  test("is in order", async () => {
    const path = copyGoldenDatabase(name, join(makeTempDirectory(), "cookies"));
    expect(await verifyStore(path)).toMatchObject({
      path,
      ok: true,
      format: name === "db-1.0" ? "1.0" : "0.9",
      changedMeanwhile: false,
      pages: { total: 18, lost: 0 },
      keys: { records: 30, recordsWithoutValue: 0, indexKeys: 30 },
      findings: [],
    });
  });
});

test("keys of other tables are counted and left alone", async () => {
  const { keys, tables } = await verifyStore(
    copyGoldenDatabase("db-shifted", join(makeTempDirectory(), "cookies")),
  );
  expect(keys).toMatchObject({ metadata: 4, others: [{ slot: 2, keys: 1 }] });
  expect(tables.map(({ slot }) => slot)).toEqual([1, 2, 3, 4]);
});

describe("damage", () => {
  const hostile = readGoldenRecords().hostile;
  const castFails = hostile.find(({ when }) => when === "cast") as (typeof hostile)[number];
  const readFails = hostile.find(({ when, code }) => when === "read" && code === "ERR_RECORD_CBOR");
  const bytesOf = (hex = ""): Buffer => Buffer.from(hex, "hex");

  test.each<[string, (damage: Damage) => void, Record<string, unknown[]>]>([
    [
      "a record without an index key",
      ({ deleteIndexKey }) => deleteIndexKey(one.value),
      { "record-without-index-key": [{ oid: one.oid }] },
    ],
    [
      "an index key without a record",
      ({ deleteRecord }) => deleteRecord(one.oid),
      { "index-key-without-record": [{ oid: one.oid }] },
    ],
    [
      "an index key of no record's value",
      ({ putIndexKey }) => putIndexKey("s3cret-stray", one.oid),
      { "index-key-of-other-value": [{ oid: one.oid }] },
    ],
    [
      "an index key that leads to another cookie's record",
      ({ putIndexKey }) => putIndexKey(one.value, two.oid),
      {
        "record-with-wrong-index-key": [{ oid: one.oid }],
        "index-key-of-other-value": [{ oid: two.oid }],
      },
    ],
    [
      "an index key that leads nowhere",
      ({ putIndexKey }) => putIndexKey(one.value, NEW.oid),
      {
        "record-with-wrong-index-key": [{ oid: one.oid }],
        "index-key-without-record": [{ oid: NEW.oid }],
      },
    ],
    ...[0, 15, 17, 5000].map((length): [string, (damage: Damage) => void, Record<string, unknown[]>] => [
      `an index entry of ${length} bytes`,
      ({ putIndexKey }) => putIndexKey(one.value, Buffer.alloc(length)),
      {
        "record-with-wrong-index-key": [{ oid: one.oid }],
        "index-entry-malformed": [{ what: `an entry of ${length} bytes, not 16` }],
      },
    ]),
    [
      "two records of one value, one of them indexed",
      ({ putRecord }) => putRecord({ ...NEW, value: one.value }),
      { "duplicate-value": [{ oid: NEW.oid, otherOid: one.oid }] },
    ],
    [
      "two records of one value, none of them indexed",
      ({ putRecord }) => {
        putRecord({ ...NEW, oid: "00000000-0000-4000-8000-000000000001" });
        putRecord({ ...NEW, oid: "00000000-0000-4000-8000-000000000002" });
      },
      {
        "record-without-index-key": [
          { oid: "00000000-0000-4000-8000-000000000001" },
          { oid: "00000000-0000-4000-8000-000000000002" },
        ],
        "duplicate-value": [
          {
            oid: "00000000-0000-4000-8000-000000000002",
            otherOid: "00000000-0000-4000-8000-000000000001",
          },
        ],
      },
    ],
    [
      "a record under another oid",
      ({ putRecord, putIndexKey }) => {
        putRecord({ ...NEW, oid: one.oid }, NEW.oid);
        putIndexKey(NEW.value, NEW.oid);
      },
      { "record-under-other-oid": [{ oid: NEW.oid, otherOid: one.oid }] },
    ],
    [
      "a record that can't be cast, with an index key",
      ({ put, slots }) => put(recordKey(slots, one.oid), bytesOf(castFails.hex)),
      {
        "record-undecodable": [{ oid: one.oid, what: expect.stringContaining("not a valid cookie record") }],
        "index-key-unjudged": [{ oid: one.oid }],
      },
    ],
    [
      "a record under a key that is no oid",
      ({ put, slots }) => put(Buffer.concat([recordKey(slots, one.oid), Buffer.of(1)]), Buffer.of(1)),
      { "record-key-malformed": [{ what: "a key of 19 bytes" }] },
    ],
    [
      "a record with a value too long for the index",
      ({ putRecord }) => putRecord({ ...NEW, value: "s3cret".repeat(100) }),
      { "record-value-too-long": [{ oid: NEW.oid }] },
    ],
    [
      "a table with two slots",
      ({ put }) => put(metadataKey(9), encodeTableSlot(COOKIES_TABLE, 9)),
      { "table-described-twice": [{ oid: COOKIES_TABLE.oid, what: "slots 1, 9" }] },
    ],
    [
      "a table that isn't there",
      (damage) => damage.delete(metadataKey(damage.slots.cookies)),
      { "table-missing": [{ oid: COOKIES_TABLE.oid, what: COOKIES_TABLE.name }] },
    ],
    [
      "descriptions of tables that aren't any",
      ({ put }) => {
        put(metadataKey(9), Buffer.from("rubbish"));
        put(metadataKey(10), encodeTableSlot(COOKIES_TABLE, 11));
        put(Buffer.of(0, 0, 7), Buffer.of(1));
        put(metadataKey(0), encodeTableSlot(COOKIES_TABLE, 0));
      },
      {
        "table-description-broken": [
          { slot: 0, what: "it gives a table slot 0" },
          { slot: 9, what: expect.stringContaining("can't be decoded") },
          { slot: 10, what: expect.stringContaining("names another slot") },
          { what: "its key has 3 bytes, not 4" },
        ],
      },
    ],
  ])("%s", async (_name, damage, expected) => {
    const path = copyGolden();
    await damageStore(path, damage);
    expect(await find(path)).toEqual(expected);
    expect((await verifyStore(path)).ok).toBe(false);
  });

  test("every hostile record is named, whichever field it is that can't be read", async () => {
    const path = copyGolden();
    const oids = hostile.map(() => randomUUID());
    await damageStore(path, ({ put, slots }) => {
      for (const [index, { hex }] of hostile.entries())
        put(recordKey(slots, oids[index] as string), bytesOf(hex));
    });
    const report = await verifyStore(path);
    const found = report.findings.find(({ kind }) => kind === "record-undecodable");
    expect(found?.examples.map(({ oid }) => oid).sort()).toEqual(oids.toSorted());
  });

  test("a record with one damaged field is still found by the index, and not said to be unindexed", async () => {
    const path = copyGolden();
    const bytes = bytesOf(readFails?.hex);
    await damageStore(path, ({ put, slots }) => put(recordKey(slots, NEW.oid), bytes));
    const kinds = Object.keys(await find(path));
    expect(kinds).toContain("record-undecodable");
    expect(kinds).not.toContain("index-key-unjudged");
  });

  test("a record without a value is a note, and no damage", async () => {
    const path = copyGolden();
    await damageStore(path, ({ putRecord }) => putRecord({ oid: NEW.oid, createdNs: 1n }));
    const report = await verifyStore(path);
    expect(report).toMatchObject({ ok: true, keys: { records: 31, recordsWithoutValue: 1, indexKeys: 30 } });
    expect(report.findings).toMatchObject([{ kind: "record-without-value", level: "note", count: 1 }]);
  });

  test("of many findings of a kind 100 are listed and all are counted", async () => {
    const path = copyGolden();
    await damageStore(path, ({ putIndexKey }) => {
      for (let i = 0; i < 2500; i += 1) putIndexKey(`s3cret-${i}`, uuidToBytes(randomUUID()));
    });
    const { findings, keys } = await verifyStore(path);
    expect(findings).toMatchObject([{ kind: "index-key-without-record", count: 2500 }]);
    expect(findings[0]?.examples).toHaveLength(100);
    expect(keys.indexKeys).toBe(2530);
  });
});

test("progress goes from nothing to all entries", async () => {
  const seen: string[] = [];
  await verifyStore(copyGolden(), {
    onProgress: ({ phase, done, total }) => void seen.push(`${phase} ${done}/${total}`),
  });
  expect(seen[0]).toBe("pages 0/18");
  expect(seen.at(-1)).toBe("entries 62/62");
});

test("what can't be opened is the reader's error", async () => {
  await expect(verifyStore(makeTempDirectory())).rejects.toMatchObject({ code: "ERR_STORE_NOT_FOUND" });
});
