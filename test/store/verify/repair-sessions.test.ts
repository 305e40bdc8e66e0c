// The repair of our own tables: the indexes become what the records say, last uses keep what can be read of them.

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { uuidToBytes } from "../../../src/record/uuid.js";
import { MARKS_TABLE } from "../../../src/store/session-tables.js";
import { FINDING_KINDS } from "../../../src/store/verify/finding-kinds.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { encodeTableSlot, metadataKey } from "../../../src/store/zlmdb-layout.js";
import { checkIndexes } from "../../support/check-indexes.js";
import {
  type Damage,
  damageStore,
  dumpStore,
  repairInChild,
  stopDamageProcess,
} from "../../support/damage-store.js";
import { removeTempDirectories } from "../../support/temp-directory.js";
import {
  COOKIES,
  makeSessionDatabase,
  oidOf,
  ownKey,
  ownSlots,
  type SessionDatabase,
} from "./session-databases.js";

const EMPTY = Buffer.alloc(0);

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

/** All keys of our two indexes. */
function indexKeys(path: string, damage: Damage): Buffer[] {
  const { byAuthid, byExpiry } = ownSlots(damage);
  return [...dumpStore(path).keys()]
    .map((key) => Buffer.from(key, "hex"))
    .filter((key) => [byAuthid, byExpiry].includes(key.readUInt16BE(0)));
}

/** An entry where none belongs. */
interface Stray {
  readonly table: "byAuthid" | "byExpiry";
  readonly prefix: Uint8Array;
  readonly cookie: number;
}

const strayArbitrary: fc.Arbitrary<Stray> = fc
  .constantFrom<Stray["table"]>("byAuthid", "byExpiry")
  .chain((table) => {
    const length = table === "byAuthid" ? 32 : 8;
    return fc.record({
      table: fc.constant(table),
      prefix: fc.oneof(
        fc.uint8Array({ minLength: length, maxLength: length }),
        fc.uint8Array({ maxLength: 60 }).filter((prefix) => prefix.length !== length),
      ),
      cookie: fc.nat(COOKIES * 2),
    });
  });

test("any damage to the indexes is found, each entry of it, and mended byte for byte", async () => {
  const path = exclusive.copy();
  const whole = dumpStore(path);
  const damageArbitrary = fc.record({
    deleted: fc.uniqueArray(fc.nat(43), { maxLength: 44 }),
    strays: fc.array(strayArbitrary, { maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(damageArbitrary, async ({ deleted, strays }) => {
      await damageStore(path, (damage) => {
        const keys = indexKeys(path, damage);
        for (const at of deleted) damage.delete(keys[at] as Buffer);
        for (const { table, prefix, cookie } of strays)
          damage.put(ownKey(damage, table, prefix, uuidToBytes(oidOf(cookie))), EMPTY);
      });
      const { missing, stale } = checkIndexes(path);
      const { before, repair, after } = await repairInChild(path);
      const counts = new Map(before.findings.map(({ kind, count }) => [kind, count]));
      expect(counts.get("session-entry-missing") ?? 0).toBe(missing.length);
      counts.delete("session-entry-missing");
      expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(stale.length);
      expect(repair?.sessions ?? { added: 0, removed: 0, mendedUses: 0 }).toEqual({
        added: missing.length,
        removed: stale.length,
        mendedUses: 0,
      });
      expect(after).toMatchObject({ ok: true, findings: [] });
      expect(dumpStore(path)).toEqual(whole);
    }),
    { numRuns: 30 },
  );
}, 60_000);

test("last uses that can't be read go, or keep their time", async () => {
  const path = exclusive.copy();
  const whole = dumpStore(path);
  const use = (damage: Damage, number: number): Buffer => ownKey(damage, "uses", uuidToBytes(oidOf(number)));
  const keys: Buffer[] = [];
  await damageStore(path, (damage) => {
    keys.push(use(damage, 2), use(damage, 4));
    damage.put(use(damage, 2), Buffer.alloc(9, 0xff));
    damage.put(use(damage, 4), Buffer.alloc(3));
    damage.put(use(damage, 1), EMPTY);
    damage.put(use(damage, COOKIES + 1), Buffer.alloc(8));
    damage.put(ownKey(damage, "uses", Buffer.alloc(17)), Buffer.alloc(8));
  });
  const { repair, after } = await repairInChild(path);
  expect(repair).toMatchObject({ removedKeys: 0, addedKeys: 0 });
  expect(repair?.sessions).toEqual({ added: 0, removed: 1, mendedUses: 4 });
  expect(after).toMatchObject({ ok: true, findings: [], keys: { uses: 14 } });
  const [cut, gone] = keys.map((key) => key.toString("hex")) as [string, string];
  whole.set(cut, "ff".repeat(8));
  whole.delete(gone);
  expect(dumpStore(path)).toEqual(whole);
});

test("more entries than one transaction takes", async () => {
  const path = exclusive.copy();
  const whole = dumpStore(path);
  await damageStore(path, (damage) => {
    for (let i = 0; i < 650; i += 1) {
      const oid = uuidToBytes(oidOf(COOKIES + i));
      damage.put(ownKey(damage, "uses", oid), Buffer.alloc(7));
      damage.put(ownKey(damage, "byExpiry", Buffer.alloc(8), oid), EMPTY);
    }
  });
  const { repair, after } = await repairInChild(path);
  expect(repair?.sessions).toEqual({ added: 0, removed: 650, mendedUses: 650 });
  expect(after.ok).toBe(true);
  expect(dumpStore(path)).toEqual(whole);
});

test("where Crossbar writes too, a sweep in arrears is no reason to write; a repair makes up for it all the same", async () => {
  const path = shared.copy();
  const whole = dumpStore(path);
  await damageStore(path, (damage) => damage.delete(indexKeys(path, damage)[0] as Buffer));
  const first = await repairInChild(path);
  expect(first.repair).toBeUndefined();
  expect(first.after).toMatchObject({ ok: true, findings: [{ kind: "session-index-lag", count: 1 }] });
  await damageStore(path, ({ deleteIndexKey }) => deleteIndexKey("value-1"));
  const second = await repairInChild(path);
  expect(second.repair).toMatchObject({ addedKeys: 1, sessions: { added: 1, removed: 0, mendedUses: 0 } });
  expect(second.after).toMatchObject({ ok: true, findings: [] });
  // Byte for byte: nor does the store say now that its indexes are exact.
  expect(dumpStore(path)).toEqual(whole);
});

test("a value that is no hash stays, since records aren't touched, and so does the finding", async () => {
  const path = hashed.copy();
  await damageStore(path, ({ putRecord }) => putRecord({ oid: oidOf(99), createdNs: 1n, value: "s3cret" }));
  const { repair, after } = await repairInChild(path);
  expect(repair).toMatchObject({ addedKeys: 1 });
  expect(after.findings.map(({ kind, count }) => [kind, count])).toEqual([["record-value-not-hashed", 1]]);
  expect(FINDING_KINDS["record-value-not-hashed"].isMendedByRepair).toBe(false);
});

test.each<[string, (damage: Damage) => void]>([
  [
    "a mark that can't be read",
    (damage) => damage.put(ownKey(damage, "marks", Buffer.from("values")), EMPTY),
  ],
  ["a table of ours is missing", (damage) => damage.delete(metadataKey(ownSlots(damage).uses))],
  ["a table of ours has two slots", ({ put }) => put(metadataKey(9), encodeTableSlot(MARKS_TABLE, 9))],
])("nothing is written where there is disorder: %s", async (_name, damage) => {
  const path = exclusive.copy();
  await damageStore(path, (all) => {
    damage(all);
    all.deleteIndexKey("value-1");
  });
  const before = dumpStore(path);
  await expect(repairInChild(path)).rejects.toMatchObject({ code: "ERR_STORE_TABLES" });
  expect(dumpStore(path)).toEqual(before);
  expect((await verifyStore(path)).ok).toBe(false);
});
