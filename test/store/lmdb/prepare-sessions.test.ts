// Opening a database for sessions: the modes, the marks, hashed values, and what is refused.

import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { LmdbEnvironment } from "../../../src/store/lmdb/environment.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import type { SessionStoreOptions } from "../../../src/store/lmdb/prepare-sessions.js";
import { readStoreLayout } from "../../../src/store/lmdb/store-layout.js";
import { openCookieReader, openCookieStore } from "../../../src/store/open-store.js";
import { type MarkName, markKey } from "../../../src/store/store-marks.js";
import {
  COOKIES_TABLE,
  encodeTableSlot,
  metadataKey,
  type SessionSlots,
  VALUE_INDEX_TABLE,
} from "../../../src/store/zlmdb-layout.js";
import { checkIndexes } from "../../support/check-indexes.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";
import { listAll, makeFields } from "../conformance.js";

afterAll(removeTempDirectories);

async function makeDatabase(): Promise<string> {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  return path;
}

const open = (path: string, options: SessionStoreOptions = {}): Promise<CookieStore> =>
  openCookieStore({ path, maxSizeBytes: 2 ** 30, ...options });

/** Opens it, does something, closes it. */
async function within<T>(
  path: string,
  options: SessionStoreOptions,
  use: (store: CookieStore) => T | Promise<T>,
): Promise<T> {
  const store = await open(path, options);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const SHARED = { sessions: { mode: "shared" } } as const;
const EXCLUSIVE = { sessions: { mode: "exclusive" } } as const;
const marks = async ({ reader }: CookieStore) => reader.marks();
const put = async ({ writer }: CookieStore, fields = makeFields()) => {
  await writer.write((transaction) => transaction.put(fields));
  return fields;
};

describe("our tables", () => {
  test("are not made without `sessions`, and nothing is written by opening", async () => {
    const path = await makeDatabase();
    const version = await within(path, {}, async ({ reader }) => [
      await reader.version(),
      await reader.info(),
    ]);
    const again = await within(path, { hashValues: false }, async ({ reader }) => [
      await reader.version(),
      await reader.info(),
    ]);
    expect(again).toEqual(version);
    expect(again[1]).toMatchObject({ tables: { length: 2 } });
  });

  test("are made once, and opening again writes nothing", async () => {
    const path = await makeDatabase();
    const version = await within(path, SHARED, async ({ reader }) => reader.version());
    expect(await within(path, SHARED, async ({ reader }) => reader.version())).toBe(version);
    expect(await within(path, SHARED, async ({ reader }) => (await reader.info()).tables)).toHaveLength(6);
  });

  test("are kept right by a store that was opened without `sessions` too", async () => {
    const path = await makeDatabase();
    await within(path, EXCLUSIVE, (store) => put(store));
    await within(path, {}, async (store) => {
      const { oid } = await put(store);
      await put(store, makeFields({ oid, authid: "somebody-else" }));
      await put(store);
    });
    expect(checkIndexes(path)).toMatchObject({ records: 3, missing: [], stale: [] });
  });

  test("that another process attaches while a store is open are kept right from then on", async () => {
    const path = await makeDatabase();
    const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: 2 ** 30 });
    const { createLmdbStore } = await import("../../../src/store/lmdb/create-lmdb-store.js");
    const early = await createLmdbStore(environment, {});
    const before = await put(early, makeFields({ authid: "ann" }));
    expect(await early.reader.findUsed({ oid: before.oid })).toMatchObject({ use: undefined });
    const late = await createLmdbStore(environment, SHARED);
    const after = await put(early, makeFields({ authid: "ann" }));
    expect(checkIndexes(path)).toMatchObject({ records: 2, missing: { length: 2 }, stale: [] });
    await late.writer.write((transaction) => transaction.putUse(before.oid, { lastUsedNs: 1n }));
    expect((await early.reader.findUsed({ oid: before.oid }))?.use).toEqual({ lastUsedNs: 1n });
    const page = await listAll(early.reader, { limit: 5, where: { authid: "ann" } });
    expect(page.cookies.map(({ oid }) => oid)).toEqual([after.oid]);
    await environment.close();
  });

  test.each<[string, (store: CookieStore) => Promise<unknown>]>([
    ["a sweep", (store) => store.sweepIndexes()],
    ["a use", ({ writer }) => writer.write((transaction) => transaction.putUse("x", { lastUsedNs: 1n }))],
    ["a user's cookies", ({ writer }) => writer.write((transaction) => transaction.listByAuthid("joe"))],
    ["the clock", ({ writer }) => writer.write((transaction) => transaction.raiseClock(1n))],
  ])("are missed by %s where they aren't", async (_, use) => {
    const path = await makeDatabase();
    await within(path, {}, async (store) => {
      await expect(use(store)).rejects.toMatchObject({ code: "ERR_STORE_TABLES", hint: expect.any(String) });
      expect(await marks(store)).toEqual({ clockNs: 0n, areValuesHashed: false, areIndexesExact: false });
    });
  });

  test("aren't made before Crossbar's own: zlmdb would give a slot twice", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: 2 ** 30 });
    await environment.write((transaction) => void transaction.delete(metadataKey(2)));
    await environment.close();
    await expect(open(path, SHARED)).rejects.toMatchObject({ code: "ERR_STORE_TABLES" });
    await expect(open(path, { hashValues: true })).rejects.toMatchObject({ code: "ERR_STORE_TABLES" });
    // The refused open has let go of the database.
    expect(await within(path, {}, async ({ reader }) => (await reader.info()).tables)).toHaveLength(1);
  });

  test("need slots, of which there are 65,535", async () => {
    const path = await makeDatabase();
    const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: 2 ** 30 });
    await environment.write((transaction) => {
      for (const [table, from, slot] of [
        [COOKIES_TABLE, 1, 0xfffd],
        [VALUE_INDEX_TABLE, 2, 0xfffe],
      ] as const) {
        transaction.delete(metadataKey(from));
        transaction.put(metadataKey(slot), encodeTableSlot(table, slot));
      }
    });
    await environment.close();
    await expect(open(path, SHARED)).rejects.toMatchObject({ code: "ERR_STORE_TABLES" });
    expect(await within(path, {}, async ({ reader }) => (await reader.info()).tables)).toHaveLength(2);
  });
});

describe("the mark that the indexes are exact", () => {
  test("comes with a whole sweep where only we write, and stays", async () => {
    const path = await makeDatabase();
    await within(path, EXCLUSIVE, async (store) => {
      expect((await marks(store)).areIndexesExact).toBe(false);
      await store.sweepIndexes();
      expect((await marks(store)).areIndexesExact).toBe(true);
      await put(store);
      expect((await marks(store)).areIndexesExact).toBe(true);
    });
    expect((await within(path, EXCLUSIVE, marks)).areIndexesExact).toBe(true);
    expect((await within(path, {}, marks)).areIndexesExact).toBe(true);
  });

  test("goes with a table that was lost and is made anew, empty", async () => {
    const path = await makeDatabase();
    const slot = await within(path, EXCLUSIVE, async (store) => {
      await put(store);
      await store.sweepIndexes();
      return (await store.reader.info()).tables.find(({ name }) => name.endsWith("IndexCookiesByAuthid"))
        ?.slot;
    });
    const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: 2 ** 30 });
    await environment.write((transaction) => transaction.delete(metadataKey(slot ?? 0)));
    await environment.close();
    await within(path, EXCLUSIVE, async (store) => {
      expect((await marks(store)).areIndexesExact).toBe(false);
      await store.sweepIndexes();
      expect(checkIndexes(path)).toMatchObject({ records: 1, missing: [], stale: [] });
    });
  });

  test("goes with the first opening in shared mode, and no sweep there brings it back", async () => {
    const path = await makeDatabase();
    await within(path, EXCLUSIVE, (store) => store.sweepIndexes());
    await within(path, SHARED, async (store) => {
      expect((await marks(store)).areIndexesExact).toBe(false);
      await store.sweepIndexes();
      expect((await marks(store)).areIndexesExact).toBe(false);
    });
    expect((await within(path, EXCLUSIVE, marks)).areIndexesExact).toBe(false);
  });

  test("lets listings of what has expired come in order of expiry, whatever the oids", async () => {
    const path = await makeDatabase();
    await within(path, EXCLUSIVE, async (store) => {
      await store.sweepIndexes();
      const ages = [30, 5, 20, 5, 70, 1, 50];
      for (const maxAgeSeconds of ages) await put(store, makeFields({ createdNs: 1n, maxAgeSeconds }));
      const where = { expiredAtNs: 50_000_000_001n };
      for (const limit of [1, 2, 100]) {
        const { cookies } = await listAll(store.reader, { limit, where, isComplete: true });
        expect(cookies.map((cookie) => cookie.maxAgeSeconds)).toEqual([1, 5, 5, 20, 30, 50]);
      }
    });
  });
});

describe("a listing that goes on", () => {
  test("after the mark was taken away meets what was there when it began", async () => {
    const path = await makeDatabase();
    const where = { authid: "joe" };
    const [oids, next] = await within(path, EXCLUSIVE, async (store) => {
      await store.sweepIndexes();
      for (let n = 0; n < 5; n += 1) await put(store);
      const { cookies } = await listAll(store.reader, { limit: 9 });
      const page = await store.reader.list({ limit: 2, where, isComplete: true });
      return [cookies.map(({ oid }) => oid), page.next] as const;
    });
    await within(path, SHARED, async ({ reader }) => {
      const rest = await reader.list({ limit: 9, where, isComplete: true, after: next });
      expect(rest.cookies.map(({ oid }) => oid)).toEqual(oids.slice(2));
    });
  });

  test.each(["", "nonsense", "index:", "index:0", "index:zz", `index:${"00".repeat(509)}`, "index:00\n"])(
    "from a text that is no `next` is refused: %p",
    async (after) => {
      const path = await makeDatabase();
      await within(path, SHARED, async ({ reader }) => {
        for (const where of [undefined, { authid: "joe" }]) {
          expect(() => reader.list({ limit: 1, where, after })).toThrow(
            expect.objectContaining({ code: "ERR_COOKIE_FIELD" }),
          );
        }
      });
    },
  );

  test("from anywhere never leaves its user: a stranger may have written the text", async () => {
    const path = await makeDatabase();
    await within(path, SHARED, async (store) => {
      for (const authid of ["ann", "bob", "joe", "zoe"]) await put(store, makeFields({ authid }));
      for (const after of [
        "index:00",
        "index:ff",
        `index:${"ff".repeat(508)}`,
        `index:${"00".repeat(508)}`,
      ]) {
        const { cookies } = await store.reader.list({ limit: 9, where: { authid: "bob" }, after });
        expect(cookies.filter(({ authid }) => authid !== "bob")).toEqual([]);
      }
    });
  });
});

describe("hashed values", () => {
  test("are decided by the first opening that asks for them; later ones needn't say so", async () => {
    const path = await makeDatabase();
    const value = await within(path, { ...EXCLUSIVE, hashValues: true }, async (store) => {
      const fields = makeFields();
      await store.writer.write((transaction) =>
        transaction.put({ ...fields, value: transaction.toStoredValue(fields.value) }),
      );
      return fields.value;
    });
    await within(path, {}, async (store) => {
      expect((await marks(store)).areValuesHashed).toBe(true);
      expect((await store.reader.findByValue(value))?.authid).toBe("joe");
      expect(await store.writer.write((transaction) => transaction.toStoredValue("x"))).toHaveLength(43);
    });
    const pure = await openCookieReader({ path, engine: "pure" });
    expect((await pure.findByValue(value))?.authid).toBe("joe");
    await pure.close();
    await expect(open(path, { hashValues: false })).rejects.toMatchObject({
      code: "ERR_STORE_VALUES",
      hint: expect.stringContaining("hashValues"),
    });
  });

  test("are refused where a cookie is stored in clear, and taken again when it is gone", async () => {
    const path = await makeDatabase();
    const { oid } = await within(path, EXCLUSIVE, (store) => put(store));
    await expect(open(path, { hashValues: true })).rejects.toMatchObject({ code: "ERR_STORE_VALUES" });
    expect((await within(path, { hashValues: false }, marks)).areValuesHashed).toBe(false);
    await within(path, {}, ({ writer }) => writer.write((transaction) => transaction.delete(oid)));
    expect((await within(path, { hashValues: true }, marks)).areValuesHashed).toBe(true);
  });

  test("are noticed by a reader that was open before, with the next look at the marks or the figures", async () => {
    const path = await makeDatabase();
    const reader = await openCookieReader({ path, engine: "pure" });
    expect(await reader.findByValue("presented")).toBeUndefined();
    await within(path, { hashValues: true }, ({ writer }) =>
      writer.write((transaction) =>
        transaction.put(makeFields({ value: transaction.toStoredValue("presented") })),
      ),
    );
    await reader.info();
    expect((await reader.findByValue("presented"))?.authid).toBe("joe");
    await reader.close();
  });
});

describe("a damaged mark", () => {
  async function damage(name: MarkName, bytes: string): Promise<string> {
    const path = await makeDatabase();
    await within(path, EXCLUSIVE, (store) => put(store));
    const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: 2 ** 30 });
    const { slots } = environment.read((reads) => readStoreLayout(reads, path));
    const key = markKey(slots.own as SessionSlots, name);
    await environment.write((transaction) => transaction.put(key, Buffer.from(bytes)));
    await environment.close();
    return path;
  }

  test("of values: nothing is looked up, nothing written", async () => {
    const path = await damage("values", "sha512");
    const code = { code: "ERR_STORE_INCONSISTENT", hint: expect.any(String) };
    await expect(open(path, { hashValues: true })).rejects.toMatchObject(code);
    await within(path, {}, async ({ reader, writer }) => {
      expect(() => reader.findByValue("x")).toThrow(
        expect.objectContaining({ code: "ERR_STORE_INCONSISTENT" }),
      );
      await expect(writer.write((transaction) => transaction.toStoredValue("x"))).rejects.toMatchObject(code);
    });
  });

  test("of the clock: an error, and not the year 1970, which could revive what has expired", async () => {
    const path = await damage("clock", "soon");
    await within(path, {}, async ({ reader, writer }) => {
      expect(() => reader.marks()).toThrow(expect.objectContaining({ code: "ERR_STORE_INCONSISTENT" }));
      const code = { code: "ERR_STORE_INCONSISTENT" };
      await expect(writer.write((transaction) => transaction.clockNs)).rejects.toMatchObject(code);
      await expect(writer.write((transaction) => transaction.raiseClock(5n))).rejects.toMatchObject(code);
    });
  });

  test("of the indexes: they count as not exact", async () => {
    const path = await damage("indexes", "perhaps");
    expect((await within(path, {}, marks)).areIndexesExact).toBe(false);
  });

  test.each([-1n, 2n ** 64n])("a clock of %p is refused, or no rise", async (timeNs) => {
    const path = await makeDatabase();
    await within(path, SHARED, async ({ writer, reader }) => {
      const write = writer.write((transaction) => transaction.raiseClock(timeNs));
      if (timeNs > 0n) await expect(write).rejects.toMatchObject({ code: "ERR_COOKIE_FIELD" });
      else await write;
      expect((await reader.marks()).clockNs).toBe(0n);
    });
  });
});
