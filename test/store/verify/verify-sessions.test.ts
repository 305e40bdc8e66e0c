// Verification of our own tables: each kind of damage is found and named; what a sweep will do anyway is a note.

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { buildCookie } from "../../../src/record/build-cookie.js";
import { Cookie, type CookieFields } from "../../../src/record/cookie.js";
import { uuidToBytes } from "../../../src/record/uuid.js";
import { sessionIndexKeys } from "../../../src/store/session-index-keys.js";
import {
  EXPIRY_INDEX_TABLE,
  MARKS_TABLE,
  SESSION_TABLES,
  USES_TABLE,
} from "../../../src/store/session-tables.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { encodeTableSlot, metadataKey, recordKey } from "../../../src/store/zlmdb-layout.js";
import { type Damage, damageStore, stopDamageProcess } from "../../support/damage-store.js";
import { removeTempDirectories } from "../../support/temp-directory.js";
import { makeSessionDatabase, oidOf, ownKey, ownSlots, type SessionDatabase } from "./session-databases.js";

const KEYS = { records: 30, indexKeys: 30, byAuthid: 20, byExpiry: 24, uses: 15, others: [] };
/** With authid, expiry and use. */
const ONE = 2;
/** With authid and expiry, and without a use. */
const OTHER = 7;
const NOBODY = oidOf(99);

let exclusive: SessionDatabase;
let shared: SessionDatabase;
let hashed: SessionDatabase;

beforeAll(async () => {
  exclusive = await makeSessionDatabase("exclusive");
  shared = await makeSessionDatabase("shared");
  hashed = await makeSessionDatabase("exclusive", true);
});
afterAll(async () => {
  await stopDamageProcess();
  removeTempDirectories();
});

function entriesOf(damage: Damage, fields: CookieFields, oid = fields.oid): { user: Buffer; expiry: Buffer } {
  const cookie = Cookie.cast(buildCookie(fields));
  const { byAuthid, byExpiry } = sessionIndexKeys(ownSlots(damage), cookie, uuidToBytes(oid));
  return { user: byAuthid as Buffer, expiry: byExpiry as Buffer };
}

const cookieOf = (number: number): CookieFields => exclusive.cookies[number] as CookieFields;
const EMPTY = Buffer.alloc(0);

async function find(path: string): Promise<Record<string, unknown>> {
  const report = await verifyStore(path);
  expect(JSON.stringify(report)).not.toMatch(/value-\d/);
  expect(report.ok).toBe(report.findings.every(({ level }) => level === "note"));
  for (const { count, examples } of report.findings) expect(count).toBe(examples.length);
  return Object.fromEntries(
    report.findings.map(({ kind, level, examples }) => [`${level} ${kind}`, examples]),
  );
}

describe("in order", () => {
  test.each<[string, () => SessionDatabase, number]>([
    ["an exclusive database", () => exclusive, 2],
    ["a shared database", () => shared, 1],
    ["one with hashed values", () => hashed, 3],
  ])("%s", async (_name, database, marks) => {
    const report = await verifyStore(database().copy());
    expect(report).toMatchObject({ ok: true, findings: [], keys: { ...KEYS, marks, metadata: 6 } });
  });
});

/** Damage to entries, and what is to be said of it where the indexes are exact, and where they aren't. */
const STALE: readonly [string, (damage: Damage) => void, Record<string, unknown>, Record<string, unknown>][] =
  [
    [
      "a record that lacks both entries",
      (damage) => {
        const { user, expiry } = entriesOf(damage, cookieOf(ONE));
        damage.delete(user);
        damage.delete(expiry);
      },
      {
        "damage session-entry-missing": [
          { oid: oidOf(ONE), what: "by user" },
          { oid: oidOf(ONE), what: "by expiry" },
        ],
      },
      {
        "note session-index-lag": [
          { oid: oidOf(ONE), what: "by user, to be added" },
          { oid: oidOf(ONE), what: "by expiry, to be added" },
        ],
      },
    ],
    [
      "entries without a record",
      (damage) => {
        const { user, expiry } = entriesOf(damage, cookieOf(ONE), NOBODY);
        damage.put(user, EMPTY);
        damage.put(expiry, EMPTY);
      },
      {
        "damage session-entry-without-record": [
          { oid: NOBODY, what: "by user" },
          { oid: NOBODY, what: "by expiry" },
        ],
      },
      {
        "note session-index-lag": [
          { oid: NOBODY, what: "by user, to be removed" },
          { oid: NOBODY, what: "by expiry, to be removed" },
        ],
      },
    ],
    [
      "entries of another user and of another time than the record's",
      (damage) => {
        const { user, expiry } = entriesOf(damage, { ...cookieOf(ONE), authid: "mallory", maxAgeSeconds: 1 });
        damage.put(user, EMPTY);
        damage.put(expiry, EMPTY);
      },
      {
        "damage session-entry-contradicted": [
          { oid: oidOf(ONE), what: "by user" },
          { oid: oidOf(ONE), what: "by expiry" },
        ],
      },
      {
        "note session-index-lag": [
          { oid: oidOf(ONE), what: "by user, to be removed" },
          { oid: oidOf(ONE), what: "by expiry, to be removed" },
        ],
      },
    ],
  ];

describe("entries of the indexes, where the store says that they are exact", () => {
  test.each(STALE)("%s", async (_name, damage, expected) => {
    const path = exclusive.copy();
    await damageStore(path, damage);
    expect(await find(path)).toEqual(expected);
  });
});

describe("entries of the indexes, where Crossbar writes too", () => {
  test.each(STALE)("%s", async (_name, damage, _expected, expected) => {
    const path = shared.copy();
    await damageStore(path, damage);
    expect(await find(path)).toEqual(expected);
  });
});

describe("in either mode", () => {
  const oid = uuidToBytes(oidOf(OTHER));
  const cases: [string, (damage: Damage) => void, Record<string, unknown>][] = [
    [
      "keys of the indexes that no writer makes",
      (damage) => {
        damage.put(ownKey(damage, "byAuthid"), EMPTY);
        damage.put(ownKey(damage, "byAuthid", Buffer.alloc(8, 1), oid), EMPTY);
        damage.put(ownKey(damage, "byExpiry", Buffer.alloc(9), oid), EMPTY);
      },
      {
        "damage session-entry-malformed": [
          { what: "by user, a key of 2 bytes" },
          { what: "by user, a key of 26 bytes" },
          { what: "by expiry, a key of 27 bytes" },
        ],
      },
    ],
    [
      "the entries of a record that can't be decoded",
      ({ slots, put }) => put(recordKey(slots, oidOf(ONE)), Buffer.from("rubbish")),
      {
        "damage record-undecodable": [{ oid: oidOf(ONE), what: expect.any(String) }],
        "note index-key-unjudged": [{ oid: oidOf(ONE) }],
        "note session-entry-unjudged": [
          { oid: oidOf(ONE), what: "by user" },
          { oid: oidOf(ONE), what: "by expiry" },
        ],
      },
    ],
    [
      "last uses that can't be read",
      (damage) => {
        damage.put(ownKey(damage, "uses"), Buffer.alloc(8));
        damage.put(ownKey(damage, "uses", oid), Buffer.alloc(7));
        damage.put(ownKey(damage, "uses", uuidToBytes(oidOf(ONE))), Buffer.alloc(9, 0xff));
        damage.put(
          ownKey(damage, "uses", uuidToBytes(oidOf(4))),
          Buffer.concat([Buffer.alloc(8), Buffer.of(1)]),
        );
      },
      {
        "damage use-malformed": [
          { what: "a key of 2 bytes" },
          { oid: oidOf(ONE), what: "its device is no CBOR map" },
          { oid: oidOf(4), what: "its device is no CBOR map" },
          { oid: oidOf(OTHER), what: "7 bytes, and no time" },
        ],
      },
    ],
    [
      "the last use of a cookie that is gone",
      (damage) => damage.put(ownKey(damage, "uses", uuidToBytes(NOBODY)), Buffer.alloc(8)),
      { "note use-without-record": [{ oid: NOBODY }] },
    ],
    [
      "a use with a text that isn't known here, which is none",
      (damage) =>
        damage.put(
          ownKey(damage, "uses", oid),
          Buffer.concat([Buffer.alloc(8), Buffer.from("a1656f7468657201", "hex")]),
        ),
      {},
    ],
    [
      "marks that can't be read",
      (damage) => {
        damage.put(ownKey(damage, "marks", Buffer.from("clock")), Buffer.alloc(7));
        damage.put(ownKey(damage, "marks", Buffer.from("values")), Buffer.from("SHA256"));
      },
      {
        "damage mark-malformed": [
          { what: "clock has 7 bytes, not 8" },
          { what: "values names no way of storing them that is known here" },
        ],
      },
    ],
    [
      "marks that nobody knows, and whose names may be anything",
      (damage) => {
        damage.put(ownKey(damage, "marks", Buffer.from("indexes")), Buffer.from("roughly"));
        damage.put(ownKey(damage, "marks", Buffer.from("later")), EMPTY);
        damage.put(ownKey(damage, "marks", Buffer.from("value-1")), EMPTY);
        damage.put(ownKey(damage, "marks"), EMPTY);
      },
      {
        "note mark-unknown": [
          { what: "a name of 0 bytes" },
          { what: "indexes says something else than exact" },
          { what: "later" },
          { what: "a name of 7 bytes" },
        ],
      },
    ],
    [
      "a table of ours that has two slots",
      ({ put }) => put(metadataKey(9), encodeTableSlot(USES_TABLE, 9)),
      { "damage table-described-twice": [{ oid: USES_TABLE.oid, what: "slots 5, 9" }] },
    ],
    [
      "tables of ours that are missing beside the others",
      (damage) => {
        damage.delete(metadataKey(ownSlots(damage).byExpiry));
        damage.delete(metadataKey(ownSlots(damage).marks));
      },
      {
        "damage session-table-missing": [
          { oid: EXPIRY_INDEX_TABLE.oid, what: EXPIRY_INDEX_TABLE.name },
          { oid: MARKS_TABLE.oid, what: MARKS_TABLE.name },
        ],
      },
    ],
  ];

  test.each(cases)("%s", async (_name, damage, expected) => {
    for (const database of [exclusive, shared]) {
      const path = database.copy();
      await damageStore(path, damage);
      expect(await find(path)).toEqual(expected);
    }
  });

  test("without any of our tables nothing is said of them; what they held is counted as another table's", async () => {
    const path = exclusive.copy();
    await damageStore(path, (damage) => {
      for (const slot of Object.values(ownSlots(damage))) damage.delete(metadataKey(slot));
    });
    expect(await verifyStore(path)).toMatchObject({
      ok: true,
      findings: [],
      keys: {
        byAuthid: 0,
        byExpiry: 0,
        uses: 0,
        marks: 0,
        others: [20, 24, 15, 2].map((keys, at) => ({ slot: 3 + at, keys })),
      },
    });
    expect(SESSION_TABLES).toHaveLength(4);
  });
});

describe("values that are no hash, where all should be one", () => {
  const bare = { oid: NOBODY, createdNs: 1n };
  const sha256 = "jdoCVR0WuFVaEMkcEYmmF7ElDKoVGzNLQ7hmJJjmbTo";

  test.each([
    ["too short", "s3cret", true],
    ["of the right length, with a character that base64url hasn't", `${sha256.slice(0, 42)}.`, true],
    ["with bits in the last character that no hash has", `${sha256.slice(0, 42)}p`, true],
    ["one more than a hash has", `${sha256}A`, true],
    ["a hash", sha256, false],
  ])("%s", async (_name, value, isFound) => {
    for (const database of [hashed, exclusive]) {
      const path = database.copy();
      await damageStore(path, ({ putRecord, putIndexKey }) => {
        putRecord({ ...bare, value });
        putIndexKey(value, NOBODY);
      });
      const expected =
        isFound && database === hashed ? { "damage record-value-not-hashed": [{ oid: NOBODY }] } : {};
      const found = await find(path);
      expect(found).toEqual(expected);
      expect(JSON.stringify(found)).not.toContain(value);
    }
  });

  test("a record that can't be decoded is said to be that, and no more", async () => {
    const path = hashed.copy();
    await damageStore(path, ({ slots, put }) => put(recordKey(slots, NOBODY), Buffer.from("rubbish")));
    expect(Object.keys(await find(path))).toEqual(["damage record-undecodable"]);
  });
});
