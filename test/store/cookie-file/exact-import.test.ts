// An exact import: afterwards a store has the file's cookies and no others; only a file that has all may say so.

import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareCookies } from "../../../src/store/cookie-file/compare-cookies.js";
import { countExactOthers } from "../../../src/store/cookie-file/exact-records.js";
import {
  type ImportOptions,
  importCookies,
  planImport,
} from "../../../src/store/cookie-file/import-cookies.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../../src/store/open-store.js";
import { checkIndexes } from "../../support/check-indexes.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";
import { crossbarLine, withText } from "./open-text.js";
import { exported, oidOf, put, type StoreRecord, storeOf } from "./stores.js";

afterAll(removeTempDirectories);

const EXACT: ImportOptions = { onConflict: "replace", isExact: true, cookieName: "cbtid" };
const record = (n: number, changes: Partial<StoreRecord> = {}): StoreRecord => ({
  oid: oidOf(n),
  value: `value-${n}`,
  createdNs: 5n,
  authid: "joe",
  authrole: "user",
  ...changes,
});

const anyRecords = fc
  .uniqueArray(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(2), fc.option(fc.bigInt(1n, 3n))), {
    maxLength: 5,
    selector: ([oid]) => oid,
  })
  .map((all) => all.filter(([, value], at) => all.findIndex((other) => other[1] === value) === at))
  .map((all) =>
    all.map(([oid, value, role, lastUsedNs]) =>
      record(oid, {
        value: `value-${value}`,
        authrole: `role-${role}`,
        ...(lastUsedNs === null ? {} : { use: { lastUsedNs } }),
      }),
    ),
  );

test.each([
  [false, false],
  [false, true],
  [true, true],
])(
  "whatever was there, the records are the file's to the byte, and a plan has said so (hashed: %s to %s)",
  async (isSourceHashed, isTargetHashed) => {
    await fc.assert(
      fc.asyncProperty(anyRecords, anyRecords, fc.bigInt(0n, 3n), async (wanted, there, clockNs) => {
        const source = await storeOf(wanted, { hashValues: isSourceHashed, clockNs });
        const target = await storeOf(there, { hashValues: isTargetHashed, clockNs: 1n });
        const before = await exported(target);
        await withText(await exported(source), async (file) => {
          const plan = await planImport(target.reader, file, EXACT);
          expect(await exported(target)).toBe(before);
          const others = await countExactOthers(target.reader, file, EXACT);
          const report = await importCookies(target, file, EXACT);
          expect(report).toEqual(plan);
          expect(report).toMatchObject({ contradictions: 0, deleted: others });
          expect(report.new + report.same + report.changed).toBe(wanted.length);
          const options = { cookieName: "cbtid", nowNs: 0n };
          expect(await compareCookies(target.reader, file, options)).toMatchObject({
            isSame: true,
            same: wanted.length,
          });
          expect(await importCookies(target, file, EXACT)).toMatchObject({
            new: 0,
            changed: 0,
            deleted: 0,
            clock: "kept",
          });
        });
        // Uses only go forward, so the source takes the target's; all else is as it was in the source.
        const expected = await storeOf(wanted, {
          hashValues: isTargetHashed,
          clockNs: clockNs > 1n ? clockNs : 1n,
        });
        for (const { cookies, uses } of [await target.reader.list({ limit: 100, withUse: true })]) {
          expect(cookies.map(({ oid }) => oid)).toEqual(wanted.map(({ oid }) => oid).sort());
          for (const cookie of cookies) {
            const found = await expected.reader.findUsed({ oid: cookie.oid });
            expect(Buffer.from(cookie.bytes).equals(found?.cookie.bytes as Uint8Array)).toBe(true);
            expect(uses.get(cookie.oid)?.lastUsedNs ?? 0n).toBeGreaterThanOrEqual(
              found?.use?.lastUsedNs ?? 0n,
            );
          }
        }
        expect((await target.reader.marks()).clockNs).toBe(clockNs > 1n ? clockNs : 1n);
      }),
    );
  },
);

describe("by the lines of a file that Crossbar went on with", () => {
  test("what it ended is deleted; its own lines, without an oid, keep the record that they are about", async () => {
    const there = [record(1), record(2), record(3)];
    const text =
      (await exported(await storeOf(there))) +
      crossbarLine({ cbtid: "value-1", authrole: "admin", created: "1970-01-01T00:00:00.000Z" }) +
      crossbarLine({ cbtid: "value-2", status: "deleted", deleted: "2026-11-22T10:11:53.891Z" });
    const target = await storeOf(there);
    await withText(text, async (file) => {
      expect(await importCookies(target, file, EXACT)).toMatchObject({
        changed: 1,
        same: 1,
        deleted: 1,
        ended: 1,
      });
    });
    const { cookies } = await target.reader.list({ limit: 9 });
    expect(cookies.map(({ oid, authrole }) => [oid, authrole])).toEqual([
      [oidOf(1), "admin"],
      [oidOf(3), "user"],
    ]);
  });
});

describe("a file that may lack something is refused before anything is written", () => {
  const whole = (): Promise<string> => storeOf([record(1), record(2)]).then(exported);
  test.each<[string, () => Promise<string>, RegExp]>([
    [
      "a filter",
      async () => exported(await storeOf([record(1)]), { authid: "joe" }),
      /exported with a filter/,
    ],
    ["another filter", async () => exported(await storeOf([record(1)]), { authrealm: "r" }), /with a filter/],
    ["Crossbar's own", async () => crossbarLine({}), /no export of this program/],
    [
      "an older version's",
      async () => (await whole()).replace('"filter":null,', ""),
      /doesn't say whether it was filtered/,
    ],
    ["two in one", async () => (await whole()) + (await whole()), /more than one export/],
    ["a line taken out", async () => (await whole()).replace(/^.*value-2.*\n/m, ""), /lines were taken out/],
    [
      "a record that its store couldn't read",
      async () => (await whole()).replace('"damaged":0', '"damaged":1'),
      /1 records of its store couldn't be read/,
    ],
    ["an invalid line", async () => (await whole()).replace("value-2", "value 2"), /lines were taken out/],
    ["an invalid line after the end", async () => `${await whole()}{}\n`, /invalid lines/],
    ["cut off", async () => (await whole()).replace(/^.*"end".*\n/m, ""), /cut off/],
  ])("%s", async (_name, text, why) => {
    const target = await storeOf([record(7)]);
    const before = await exported(target);
    await withText(await text(), async (file) => {
      for (const run of [
        () => importCookies(target, file, EXACT),
        () => planImport(target.reader, file, EXACT),
        () => countExactOthers(target.reader, file, EXACT),
      ]) {
        await expect(run()).rejects.toMatchObject({
          code: "ERR_COOKIE_FILE",
          message: expect.stringMatching(why),
          hint: expect.stringContaining("nothing deleted"),
        });
      }
    });
    expect(await exported(target)).toBe(before);
  });

  test("hashes, where values belong", async () => {
    const target = await storeOf([record(7)]);
    await withText(await exported(await storeOf([record(1)], { hashValues: true })), async (file) => {
      await expect(importCookies(target, file, EXACT)).rejects.toMatchObject({ code: "ERR_STORE_VALUES" });
    });
    expect((await target.reader.list({ limit: 9 })).cookies).toHaveLength(1);
  });
});

test("a record that came to fit since it was listed is looked at again in its transaction, and stays", async () => {
  const target = await storeOf([record(1, { value: "value-2" })]);
  const reader: CookieStore["reader"] = {
    ...target.reader,
    list: async (options) => {
      const page = await target.reader.list(options);
      await put(target, [record(1)]);
      return page;
    },
  };
  await withText(await exported(await storeOf([record(1), record(2)])), async (file) => {
    expect(await countExactOthers(target.reader, file, EXACT)).toBe(1);
    expect(await importCookies({ ...target, reader }, file, EXACT)).toMatchObject({
      deleted: 0,
      same: 1,
      new: 1,
    });
  });
});

describe("on LMDB", () => {
  const COUNT = 1500;
  const open = async (): Promise<{ readonly store: CookieStore; readonly path: string }> => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const sessions = { mode: "exclusive" } as const;
    return { path, store: await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions }) };
  };
  const many = (from: number, to: number): StoreRecord[] =>
    Array.from({ length: to - from }, (_, n) => record(from + n, { use: { lastUsedNs: 9n } }));

  test("in batches, with the indexes right; aborted, it goes on the next time", async () => {
    const { store, path } = await open();
    await put(store, many(0, COUNT));
    const text = await exported(await storeOf(many(COUNT - 100, COUNT + 100), { clockNs: 77n }));
    await withText(text, async (file) => {
      const controller = new AbortController();
      let writes = 0;
      const writer: CookieStore["writer"] = {
        write: async (change) => {
          const result = await store.writer.write(change);
          writes += 1;
          if (writes === 3) controller.abort();
          return result;
        },
      };
      const first = await importCookies({ ...store, writer }, file, { ...EXACT, signal: controller.signal });
      expect(first).toMatchObject({ new: 0, clock: "raised" });
      expect(first.deleted).toBeGreaterThan(50);
      const second = await importCookies(store, file, EXACT);
      expect(second).toMatchObject({ new: 100, same: 100, clock: "kept" });
      expect(first.deleted + second.deleted).toBe(COUNT - 100);
    });
    expect((await store.reader.marks()).clockNs).toBe(77n);
    await store.close();
    expect(checkIndexes(path)).toMatchObject({
      records: 200,
      uses: 200,
      missing: [],
      stale: [],
      orphans: [],
    });
  });

  test("aborted while the file is read, it deletes nothing", async () => {
    const { store } = await open();
    await put(store, many(0, 3));
    await withText(await exported(await storeOf([])), async (file) => {
      const signal = AbortSignal.abort();
      expect(await importCookies(store, file, { ...EXACT, signal })).toMatchObject({ deleted: 0 });
    });
    expect((await store.reader.list({ limit: 9 })).cookies).toHaveLength(3);
    await store.close();
  });

  test("without tables of our own the time has no place, and the report says so", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
    await withText(await exported(await storeOf([record(1)], { clockNs: 77n })), async (file) => {
      expect(await planImport(store.reader, file, EXACT)).toMatchObject({ clock: "dropped" });
      expect(await importCookies(store, file, EXACT)).toMatchObject({ new: 1, clock: "dropped" });
    });
    await store.close();
  });
});
