// The repair: it mends what is damaged in the value index, says what it did, and touches nothing else.

import { afterAll, expect, test } from "@jest/globals";
import type { CookieFields } from "../../../src/record/cookie.js";
import { openCookieReader } from "../../../src/store/open-store.js";
import { repairStore } from "../../../src/store/verify/repair-store.js";
import { COOKIES_TABLE, encodeTableSlot, metadataKey, recordKey } from "../../../src/store/zlmdb-layout.js";
import {
  copyGolden,
  damageStore,
  dumpStore,
  repairInChild,
  stopDamageProcess,
} from "../../support/damage-store.js";
import { readGoldenCookies } from "../../support/golden-cookies.js";
import { readGoldenRecords } from "../../support/golden-records.js";
import { LmdbPatch } from "../../support/lmdb-patch.js";
import { removeTempDirectories } from "../../support/temp-directory.js";

afterAll(async () => {
  await stopDamageProcess();
  removeTempDirectories();
});

type CookieWithValue = CookieFields & { readonly value: string };

const [one, two] = readGoldenCookies("db-0.9") as unknown as [CookieWithValue, CookieWithValue];
const OLDER = { oid: "00000000-0000-4000-8000-000000000001", createdNs: 5n };
const NEWER = { oid: "00000000-0000-4000-8000-000000000002", createdNs: 6n };

test("an index that was damaged in every way is as it was before", async () => {
  const path = copyGolden();
  const before = dumpStore(path);
  await damageStore(path, ({ putIndexKey, deleteIndexKey }) => {
    deleteIndexKey(one.value);
    putIndexKey(two.value, one.oid);
    putIndexKey("stray", two.oid);
    putIndexKey("nowhere", OLDER.oid);
    putIndexKey("broken", Buffer.of(1, 2, 3));
  });
  const { before: found, repair, after } = await repairInChild(path);
  expect(found.findings.map(({ kind, count }) => `${count} ${kind}`)).toEqual([
    "1 record-without-index-key",
    "1 record-with-wrong-index-key",
    "1 index-entry-malformed",
    "1 index-key-without-record",
    "2 index-key-of-other-value",
  ]);
  expect(repair).toEqual({
    removedKeys: 4,
    addedKeys: 2,
    movedKeys: 0,
    losers: { count: 0, examples: [] },
  });
  expect(after).toMatchObject({ ok: true, findings: [] });
  expect(dumpStore(path)).toEqual(before);
});

test("of two records with one value the newer has the key afterwards, and the loser is named", async () => {
  const path = copyGolden();
  await damageStore(path, ({ putRecord, putIndexKey }) => {
    putRecord({ ...OLDER, value: "both" });
    putRecord({ ...NEWER, value: "both" });
    putIndexKey("both", OLDER.oid);
  });
  const { repair, after } = await repairInChild(path);
  const examples = [{ oid: OLDER.oid, keptBy: NEWER.oid }];
  expect(repair).toEqual({ removedKeys: 0, addedKeys: 0, movedKeys: 1, losers: { count: 1, examples } });
  // The older record is still there, and said to be unreachable.
  expect(after.findings).toMatchObject([
    { kind: "duplicate-value", count: 1, examples: [{ oid: OLDER.oid, otherOid: NEWER.oid }] },
  ]);
  const reader = await openCookieReader({ path, engine: "pure" });
  expect((await reader.findByValue("both"))?.oid).toBe(NEWER.oid);
  expect((await reader.findByOid(OLDER.oid))?.value).toBe("both");
  await reader.close();
});

test("a newer record that has the key keeps it; of two unindexed ones the newer gets it", async () => {
  const path = copyGolden();
  await damageStore(path, ({ putRecord, putIndexKey }) => {
    putRecord({ ...OLDER, value: "both" });
    putRecord({ ...NEWER, value: "both" });
    putIndexKey("both", NEWER.oid);
  });
  const first = await repairInChild(path);
  expect(first.repair).toMatchObject({ addedKeys: 0, movedKeys: 0, losers: { count: 1 } });
  await damageStore(path, ({ deleteIndexKey }) => deleteIndexKey("both"));
  const second = await repairInChild(path);
  expect(second.repair).toMatchObject({
    addedKeys: 1,
    movedKeys: 1,
    losers: { count: 1, examples: [{ oid: OLDER.oid, keptBy: NEWER.oid }] },
  });
});

test("a key that leads to a record which can't be decoded stays, until a readable record needs it", async () => {
  const path = copyGolden();
  const broken = Buffer.from(
    readGoldenRecords().hostile.find(({ when }) => when === "cast")?.hex ?? "",
    "hex",
  );
  await damageStore(path, ({ put, slots, deleteIndexKey }) => {
    put(recordKey(slots, one.oid), broken);
    deleteIndexKey(two.value);
  });
  const first = await repairInChild(path);
  expect(first.repair).toMatchObject({ removedKeys: 0, addedKeys: 1 });
  expect(first.after.findings.map(({ kind }) => kind)).toEqual(["record-undecodable", "index-key-unjudged"]);
  await damageStore(path, ({ putRecord }) => putRecord({ ...NEWER, value: one.value }));
  const second = await repairInChild(path);
  expect(second.after.findings.map(({ kind }) => kind)).toEqual(["record-undecodable"]);
});

test("a database in order isn't written to", async () => {
  const path = copyGolden();
  const { before, repair, after } = await repairInChild(path);
  expect(repair).toBeUndefined();
  expect(after).toEqual(before);
  expect(after.txnId).toBe("3");
});

test("LMDB 1.0 is refused, with what to do", async () => {
  await expect(repairStore(LmdbPatch.golden("1.0").write())).rejects.toMatchObject({
    code: "ERR_STORE_FORMAT",
    hint: expect.stringContaining("db convert"),
  });
});

test("a file with damaged pages is never mapped by native code", async () => {
  const patch = LmdbPatch.golden("0.9");
  patch.bytes.fill(0, patch.root * patch.pageSize, (patch.root + 1) * patch.pageSize);
  await expect(repairStore(patch.write())).rejects.toMatchObject({ code: "ERR_STORE_DAMAGED" });
});

test("nothing is written where a table has two slots", async () => {
  const path = copyGolden();
  await damageStore(path, ({ put }) => put(metadataKey(9), encodeTableSlot(COOKIES_TABLE, 9)));
  await expect(repairStore(path)).rejects.toMatchObject({ code: "ERR_STORE_TABLES" });
});
