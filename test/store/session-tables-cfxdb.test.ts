// Our tables in a database that Crossbar's own code writes: it goes on working, they survive, and nothing of it is missed.

import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieReader, openCookieStore } from "../../src/store/open-store.js";
import { SESSION_TABLES } from "../../src/store/session-tables.js";
import { type Cfxdb, type CfxdbDatabase, cfxdbMissing, startCfxdb } from "../support/cfxdb.js";
import { checkIndexes } from "../support/check-indexes.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { listAll, makeFields } from "./conformance.js";

const missing = cfxdbMissing();
const describeLive = missing === undefined ? describe : describe.skip;
const AUTH = { authid: "ann", authrole: "user", authmethod: "wampcra", authrealm: "realm1", authextra: {} };
const SESSIONS = { mode: "shared" } as const;
const NOTHING = { missing: [], stale: [], orphans: [] };

describeLive(`with cfxdb in Python${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let cfxdb: Cfxdb;

  beforeAll(async () => {
    cfxdb = await startCfxdb();
  });
  afterAll(async () => {
    await cfxdb.stop();
    removeTempDirectories();
  });

  const listed = async (store: CookieStore, authid: string, isComplete: boolean): Promise<string[]> =>
    (await listAll(store.reader, { limit: 3, where: { authid }, isComplete })).cookies.map(({ oid }) => oid);

  describe.each([
    ["that we made", "us", false],
    ["of cfxdb", "cfxdb", false],
    ["of cfxdb, with other tables in it", "cfxdb", true],
  ] as const)("a database %s", (_, madeBy, shifted) => {
    let path: string;
    let store: CookieStore;
    let theirs: CfxdbDatabase;

    beforeEach(async () => {
      path = join(makeTempDirectory(), "cookies");
      if (madeBy === "us") await initCookieStore(path);
      theirs = await cfxdb.open(path, { format: "0.9", shifted });
      store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: SESSIONS });
    });
    afterEach(async () => {
      await store.close();
      await theirs.close();
    });

    test("that is open there when we attach our tables goes on working, and so does one opened afterwards", async () => {
      const [before, after] = [makeFields({ authid: "ann" }), makeFields({ authid: "ann" })];
      await theirs.put(before);
      await theirs.close();
      theirs = await cfxdb.open(path, { shifted });
      const { value } = await theirs.create();
      expect(await theirs.setAuth(value, AUTH)).toBe(true);
      await store.writer.write((transaction) => transaction.put(after));
      expect(await theirs.getAuth(after.value)).toMatchObject({ authid: "ann", authrole: "user" });
      expect(await theirs.verify()).toEqual({ records: 3, indexKeys: 3, problems: [] });
      const { tables } = await store.reader.info();
      const names = tables.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(SESSION_TABLES.map(({ name }) => name)));
      expect(new Set(tables.map(({ slot }) => slot)).size).toBe(tables.length);
      expect(new Set(names).size).toBe(names.length);
    });

    test("cookies of theirs are in a complete listing at once, and in the index after a sweep", async () => {
      const mine = makeFields({ authid: "ann" });
      await store.writer.write((transaction) => transaction.put(mine));
      const { value } = await theirs.create();
      await theirs.setAuth(value, AUTH);
      const other = (await store.reader.findByValue(value))?.oid ?? "";
      expect(await listed(store, "ann", true)).toEqual([mine.oid, other].sort());
      expect(await listed(store, "ann", false)).toEqual([mine.oid]);
      expect(await store.sweepIndexes()).toEqual({ records: 2, added: 2, removed: 0 });
      expect(await listed(store, "ann", false)).toEqual([mine.oid, other].sort());
      expect(checkIndexes(path)).toMatchObject({ records: 2, ...NOTHING });
    });

    test("cookies that they delete or hand to another user are in no listing; a sweep tidies up", async () => {
      const [kept, deleted, changed] = [1, 2, 3].map(() => makeFields({ authid: "ann" })) as [
        ReturnType<typeof makeFields>,
        ReturnType<typeof makeFields>,
        ReturnType<typeof makeFields>,
      ];
      await store.writer.write((transaction) => {
        for (const fields of [kept, deleted, changed]) {
          transaction.put(fields);
          transaction.putUse(fields.oid, { lastUsedNs: 5n });
        }
      });
      expect(await theirs.delAuth(deleted.value)).toBe(true);
      expect(await theirs.setAuth(changed.value, { ...AUTH, authid: "bob" })).toBe(true);
      for (const isComplete of [true, false])
        expect(await listed(store, "ann", isComplete)).toEqual([kept.oid]);
      const inside = await store.writer.write((transaction) => transaction.listByAuthid("ann"));
      expect(inside.map(({ oid }) => oid)).toEqual([kept.oid]);
      expect(await listed(store, "bob", true)).toEqual([changed.oid]);
      // Gone: two index entries and the use of the deleted one, one entry of the changed one, which gets another.
      expect(await store.sweepIndexes()).toEqual({ records: 2, added: 1, removed: 4 });
      expect(await listed(store, "bob", false)).toEqual([changed.oid]);
      expect(checkIndexes(path)).toMatchObject({ records: 2, uses: 2, ...NOTHING });
      expect(await store.reader.marks()).toMatchObject({ areIndexesExact: false });
    });

    test("the version changes with each commit of theirs, and with nothing else", async () => {
      const before = await store.reader.version();
      await theirs.getByOid(makeFields().oid);
      expect(await store.reader.version()).toBe(before);
      const fields = makeFields();
      await theirs.put(fields);
      const after = await store.reader.version();
      expect(after).not.toBe(before);
      await theirs.delete(fields.oid);
      expect(await store.reader.version()).not.toBe(after);
    });

    test("one version is one state, also while a commit of theirs is being synced", async () => {
      let isDone = false;
      const loop = theirs.writeLoop({ seconds: 1, prefix: "theirs" }).finally(() => {
        isDone = true;
      });
      const countOf = new Map<string, number>();
      while (!isDone) {
        const version = await store.reader.version();
        const { cookies } = await store.reader.list({ limit: 100_000 });
        expect(cookies.length).toBe(countOf.get(version) ?? cookies.length);
        countOf.set(version, cookies.length);
        await nextTurn();
      }
      expect((await loop).created).toBeGreaterThan(10);
      expect(countOf.size).toBeGreaterThan(10);
    });

    test("our own reader finds the same without native code", async () => {
      const fields = makeFields({ authid: "ann" });
      await store.writer.write((transaction) => {
        transaction.put(fields);
        transaction.putUse(fields.oid, { lastUsedNs: 7n, peer: "p" });
        transaction.raiseClock(9n);
      });
      const pure = await openCookieReader({ path, engine: "pure" });
      expect((await pure.findUsed({ value: fields.value }))?.use).toEqual({ lastUsedNs: 7n, peer: "p" });
      expect((await listAll(pure, { limit: 1, where: { authid: "ann" } })).cookies).toHaveLength(1);
      expect(await pure.marks()).toEqual({ clockNs: 9n, areValuesHashed: false, areIndexesExact: false });
      const version = await pure.version();
      await theirs.delete(fields.oid);
      expect(await pure.version()).not.toBe(version);
      await pure.close();
    });
  });

  test("key by key, our tables are all that a store with sessions adds to what cfxdb writes", async () => {
    const cookies = [
      makeFields(),
      makeFields({ authid: undefined }),
      makeFields({ maxAgeSeconds: undefined }),
    ];
    const byThem = await cfxdb.open(join(makeTempDirectory(), "theirs"), { format: "0.9" });
    await byThem.putMany(cookies);
    const path = join(makeTempDirectory(), "ours");
    await initCookieStore(path);
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: SESSIONS });
    for (const fields of cookies) {
      await store.writer.write((transaction) => {
        transaction.put(fields);
        transaction.putUse(fields.oid, { lastUsedNs: 1n });
      });
    }
    const byUs = await cfxdb.open(path);
    const [ours, theirs] = [await byUs.dump(), await byThem.dump()];
    const { tables } = await store.reader.info();
    const own = tables.filter(({ oid }) => SESSION_TABLES.some((table) => table.oid === oid));
    const slots = own.map(({ slot }) => slot.toString(16).padStart(4, "0"));
    const isOwn = (key: string): boolean =>
      slots.some((slot) => key.startsWith(slot) || key === `0000${slot}`);
    expect([...ours].filter(([key]) => !isOwn(key))).toEqual([...theirs]);
    expect([...ours.keys()].filter(isOwn)).toHaveLength(4 + 2 + 2 + 3);
    await store.close();
  });

  test("while they write, sweeps go on and lose nothing; afterwards one more makes the indexes exact", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const theirs = await cfxdb.open(path, { format: "0.9" });
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: SESSIONS });
    let isDone = false;
    const loop = theirs
      .writeLoop({ seconds: 2, prefix: "theirs", perTransaction: 5, updateEvery: 3, deleteEvery: 4 })
      .finally(() => {
        isDone = true;
      });
    let added = 0;
    while (!isDone) added += (await store.sweepIndexes()).added;
    const { created, deleted } = await loop;
    expect(added).toBeGreaterThan(0);
    await store.sweepIndexes();
    expect(checkIndexes(path)).toEqual({ records: created - deleted, uses: 0, ...NOTHING });
    expect((await theirs.verify()).problems).toEqual([]);
    await store.close();
  }, 60_000);
});
