// Round trips with cfxdb itself, live: what it writes we read, what we write it reads, and byte for byte the same.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { CookieFields } from "../../src/record/cookie.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../src/store/open-store.js";
import { type Cfxdb, type CfxdbDatabase, cfxdbMissing, startCfxdb } from "../support/cfxdb.js";
import { readGoldenCookies } from "../support/golden-cookies.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";
import { makeFields } from "./conformance.js";

const missing = cfxdbMissing();
const describeLive = missing === undefined ? describe : describe.skip;

describeLive(`with cfxdb in Python${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let cfxdb: Cfxdb;

  beforeAll(async () => {
    cfxdb = await startCfxdb();
  });
  afterAll(async () => {
    await cfxdb.stop();
    removeTempDirectories();
  });

  /** One new database that both have open. `ours`: who made it. */
  async function openShared(madeBy: "us" | "cfxdb"): Promise<{ store: CookieStore; theirs: CfxdbDatabase }> {
    const path = join(makeTempDirectory(), "cookies");
    if (madeBy === "us") await initCookieStore(path);
    const theirs = await cfxdb.open(path, { format: "0.9" });
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
    return { store, theirs };
  }

  describe.each(["us", "cfxdb"] as const)("on a database made by %s", (madeBy) => {
    let store: CookieStore;
    let theirs: CfxdbDatabase;

    beforeAll(async () => {
      ({ store, theirs } = await openShared(madeBy));
    });
    afterAll(async () => {
      await store.close();
      await theirs.close();
    });

    test("it stays in format 0.9", async () => {
      expect((await theirs.info()).format).toBe("0.9");
    });

    test("a record of theirs is found by us, and the other way round", async () => {
      const [one, two] = [makeFields(), makeFields({ authextra: { a: [1, 2, { b: null }] } })];
      await theirs.put(one);
      await store.writer.write((transaction) => transaction.put(two));
      expect((await store.reader.findByValue(one.value))?.toFields()).toMatchObject(one);
      expect(await theirs.getByValue(two.value)).toMatchObject(two);
      expect(await theirs.getByOid(two.oid)).toMatchObject(two);
    });

    test("a login that Crossbar writes to its cookie is seen at once", async () => {
      const { value } = await theirs.create();
      expect((await store.reader.findByValue(value))?.authid).toBeUndefined();
      const auth = {
        authid: "joe",
        authrole: "user",
        authmethod: "wampcra",
        authrealm: "realm1",
        authextra: { x: 1 },
      };
      expect(await theirs.setAuth(value, auth)).toBe(true);
      expect((await store.reader.findByValue(value))?.toFields()).toMatchObject({ value, ...auth });
    });

    test("Crossbar's getAuth accepts a cookie of ours; its delAuth ends it for us", async () => {
      const fields = makeFields({ authmethod: "cookie" });
      await store.writer.write((transaction) => transaction.put(fields));
      expect(await theirs.getAuth(fields.value)).toMatchObject({ authid: "joe", authrole: "user" });
      expect(await theirs.delAuth(fields.value)).toBe(true);
      expect(await store.reader.findByValue(fields.value)).toBeUndefined();
    });

    test("zlmdb's invariant holds after each kind of write of ours", async () => {
      const first = makeFields();
      const holds = async (): Promise<void> => expect((await theirs.verify()).problems).toEqual([]);
      await store.writer.write((transaction) => transaction.put(first));
      await holds();
      await store.writer.write((transaction) =>
        transaction.put({ ...first, value: `${first.value}-changed` }),
      );
      await holds();
      await store.writer.write((transaction) =>
        transaction.put({ ...first, value: `${first.value}-changed`, authid: "ann" }),
      );
      await holds();
      await store.writer.write((transaction) => transaction.delete(first.oid));
      await holds();
      const { records, indexKeys } = await theirs.verify();
      expect(indexKeys).toBe(records);
    });
  });

  test("key by key, the same records give the same database, metadata included", async () => {
    // cbor2 writes NaN and the infinities as half floats, cborg as double ones: the same content, other bytes.
    const isNonFinite = (value: unknown): boolean => typeof value === "number" && !Number.isFinite(value);
    const golden = readGoldenCookies("db-0.9").filter(
      ({ authextra }) => !Object.values(authextra ?? {}).some(isNonFinite),
    );
    expect(golden.length).toBeGreaterThan(25);
    const cookies: CookieFields[] = [...golden, makeFields({ authextra: { b: 1.5, a: "ä" } })];
    const byThem = await cfxdb.open(join(makeTempDirectory(), "theirs"), { format: "0.9" });
    await byThem.putMany(cookies);
    const path = join(makeTempDirectory(), "ours");
    await initCookieStore(path);
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
    for (const fields of cookies) await store.writer.write((transaction) => transaction.put(fields));
    const byUs = await cfxdb.open(path);
    const [ours, theirs] = [await byUs.dump(), await byThem.dump()];
    expect([...ours.keys()]).toEqual([...theirs.keys()]);
    expect([...ours.keys()].filter((key) => ours.get(key) !== theirs.get(key))).toEqual([]);
    await store.close();
  });

  test("both write at the same time: every record of both is there, and the invariant holds", async () => {
    const { store, theirs } = await openShared("us");
    const loop = theirs.writeLoop({ seconds: 3, prefix: "theirs", updateEvery: 3, deleteEvery: 5 });
    let isDone = false;
    void loop.finally(() => {
      isDone = true;
    });
    const ours = new Set<string>();
    while (!isDone) {
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          const fields = makeFields();
          await store.writer.write((transaction) => transaction.put(fields));
          if (ours.size % 7 === 3) await store.writer.write((transaction) => transaction.delete(fields.oid));
          else ours.add(fields.oid);
        }),
      );
    }
    const { created, deleted } = await loop;
    expect(created).toBeGreaterThan(10);
    // LMDB's lock isn't fair: beside a loop that never rests few of ours get through, but those that do count.
    expect(ours.size).toBeGreaterThan(0);
    const { records, indexKeys, problems } = await theirs.verify();
    expect(problems).toEqual([]);
    expect(records).toBe(created - deleted + ours.size);
    expect(indexKeys).toBe(records);
    for (const oid of ours) expect((await store.reader.findByOid(oid))?.oid).toBe(oid);
    await store.close();
  }, 60_000);

  test("a writer of theirs that is killed with -9 in the middle of writing doesn't block ours", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
    for (let round = 0; round < 5; round += 1) {
      const victim = await startCfxdb();
      const theirs = await victim.open(path);
      const loop = theirs.writeLoop({ seconds: 60, prefix: `victim-${round}`, perTransaction: 20 });
      const killed = expect(loop).rejects.toThrow("gone");
      const before = (await store.reader.info()).entries;
      await waitFor("the victim to write", async () => (await store.reader.info()).entries > before + 100);
      await victim.kill("SIGKILL");
      await killed;
      const fields = makeFields();
      await store.writer.write((transaction) => transaction.put(fields));
      expect((await store.reader.findByValue(fields.value))?.oid).toBe(fields.oid);
    }
    const theirs = await cfxdb.open(path);
    expect((await theirs.verify()).problems).toEqual([]);
    await store.close();
  }, 60_000);
});
