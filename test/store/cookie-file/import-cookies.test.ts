// cookies import: what is new, the same, changed or contrary; that importing twice changes nothing; batches on real LMDB.

import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { describeImport } from "../../../src/cli/describe-import.js";
import { buildCookie } from "../../../src/record/build-cookie.js";
import { Cookie } from "../../../src/record/cookie.js";
import { exportCookies } from "../../../src/store/cookie-file/export-cookies.js";
import { formatCookieLine } from "../../../src/store/cookie-file/format-cookie-line.js";
import {
  type ImportOptions,
  importCookies,
  type OnConflict,
  planImport,
} from "../../../src/store/cookie-file/import-cookies.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { createMemoryStore } from "../../../src/store/memory/memory-cookie-store.js";
import { openCookieStore } from "../../../src/store/open-store.js";
import { toStoredValue } from "../../../src/store/stored-value.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { checkIndexes } from "../../support/check-indexes.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";
import { crossbarLine, withText } from "./open-text.js";

afterAll(removeTempDirectories);

const A = {
  oid: "00000000-0000-4000-8000-00000000000a",
  createdNs: 5n,
  value: "a",
  authid: "joe",
  authrole: "user",
};
const B = { ...A, oid: "00000000-0000-4000-8000-00000000000b", value: "b" };
const options = (onConflict: OnConflict, more: Partial<ImportOptions> = {}): ImportOptions => ({
  onConflict,
  cookieName: "cbtid",
  ...more,
});

async function exported(store: CookieStore): Promise<string> {
  let text = "";
  const write = async (more: string): Promise<boolean> => {
    text += more;
    return true;
  };
  await exportCookies(store.reader, write, { withValues: true, nowNs: 0n });
  return text;
}

/** The line of a record, as an export has it. */
function lineOf(fields: typeof A, lastUsedNs?: bigint): string {
  const use = lastUsedNs === undefined ? undefined : { lastUsedNs };
  return formatCookieLine(Cookie.cast(buildCookie(fields)), use, "clear");
}

async function storeWith(...records: (typeof A)[]): Promise<CookieStore> {
  const store = createMemoryStore();
  await store.writer.write((transaction) => {
    for (const fields of records) transaction.put(fields);
  });
  return store;
}

describe("in memory", () => {
  test.each<[string, readonly string[], OnConflict, object]>([
    ["the same", [lineOf(A)], "fail", { same: 1 }],
    ["another record", [lineOf(B)], "fail", { new: 1 }],
    ["changed", [lineOf({ ...A, authrole: "admin" })], "skip", { changed: 1, changedBecame: "kept" }],
    ["changed", [lineOf({ ...A, authrole: "admin" })], "replace", { changed: 1, changedBecame: "replaced" }],
    ["used later", [lineOf(A, 7n)], "replace", { changed: 1 }],
    ["another value of the same oid", [lineOf({ ...A, value: "new" })], "skip", { changed: 1 }],
    ["another oid of the same value", [lineOf({ ...A, oid: B.oid })], "skip", { changed: 0, same: 1 }],
    [
      "Crossbar's line, to the ms",
      [
        crossbarLine({
          cbtid: "a",
          created: "1970-01-01T00:00:00.000Z",
          max_age: 0,
          authmethod: null,
          authrealm: null,
        }),
      ],
      "fail",
      { same: 1 },
    ],
    [
      "two lines, the later counts",
      [lineOf({ ...A, authrole: "old" }), lineOf(A)],
      "fail",
      { same: 1, superseded: 1 },
    ],
    [
      "a value that was rotated away within the file",
      [lineOf({ ...B, value: "old" }), lineOf(B)],
      "skip",
      { new: 1, superseded: 1 },
    ],
  ])("%s (%#)", async (_name, lines, onConflict, expected) => {
    const store = await storeWith(A);
    await withText(lines.join(""), async (file) => {
      const before = await exported(store);
      const plan = await planImport(store.reader, file, options(onConflict));
      expect(await exported(store)).toBe(before);
      const report = await importCookies(store, file, options(onConflict));
      expect(report).toEqual(plan);
      expect(report).toMatchObject(expected);
      if (onConflict === "skip") return;
      // Again: nothing is new or changed.
      const after = await exported(store);
      expect(await importCookies(store, file, options("fail"))).toMatchObject({
        new: 0,
        changed: 0,
        contradictions: 0,
      });
      expect(await exported(store)).toBe(after);
    });
  });

  test("a value of one record and the oid of another: left alone, whatever is asked for", async () => {
    const store = await storeWith(A, B);
    const before = await exported(store);
    await withText(lineOf({ ...A, oid: B.oid }), async (file) => {
      expect(await importCookies(store, file, options("replace"))).toMatchObject({
        contradictions: 1,
        changed: 0,
      });
      expect(await exported(store)).toBe(before);
      await expect(importCookies(store, file, options("fail"))).rejects.toMatchObject({
        code: "ERR_COOKIE_CONFLICT",
        details: { count: 1, conflicts: [{ line: 1 }] },
      });
    });
  });

  test("with fail nothing is written, not even what is new", async () => {
    const store = await storeWith(A);
    const before = await exported(store);
    await withText(lineOf(B) + lineOf({ ...A, authrole: "admin" }), async (file) => {
      const error = importCookies(store, file, options("fail"));
      await expect(error).rejects.toMatchObject({
        code: "ERR_COOKIE_CONFLICT",
        message: expect.stringContaining("lines 2"),
      });
    });
    expect(await exported(store)).toBe(before);
  });

  test("what was logged out in the file doesn't come back, and isn't deleted either", async () => {
    const store = await storeWith(A);
    const ended = (value: string): string =>
      crossbarLine({ cbtid: value, status: "deleted", deleted: "2026-11-22T10:11:53.891Z" });
    await withText(lineOf(B) + ended("b") + ended("a"), async (file) => {
      expect(await importCookies(store, file, options("replace"))).toMatchObject({
        new: 0,
        ended: 2,
        superseded: 1,
      });
    });
    expect(await store.reader.findByValue("b")).toBeUndefined();
    expect((await store.reader.findByValue("a"))?.oid).toBe(A.oid);
  });

  test("values into a database of hashes, hashes into another one, and never hashes where values belong", async () => {
    const hashed = createMemoryStore({ hashValues: true });
    await withText(lineOf(A) + lineOf(B), async (file) => {
      expect(await importCookies(hashed, file, options("skip"))).toMatchObject({ new: 2 });
      expect(await importCookies(hashed, file, options("fail"))).toMatchObject({ same: 2 });
    });
    expect((await hashed.reader.findByOid(A.oid))?.value).toBe(toStoredValue("a", true));
    const text = await exported(hashed);
    const other = createMemoryStore({ hashValues: true });
    await withText(text, async (file) => {
      expect(await importCookies(other, file, options("skip"))).toMatchObject({ new: 2 });
      expect(await importCookies(other, file, options("fail"))).toMatchObject({ same: 2 });
      expect((await other.reader.findByValue("a"))?.oid).toBe(A.oid);
      await expect(importCookies(createMemoryStore(), file, options("skip"))).rejects.toMatchObject({
        code: "ERR_STORE_VALUES",
      });
    });
    // A hash that another record has shows only when it is stored.
    const moved = text.replaceAll(A.oid, "00000000-0000-4000-8000-00000000000c");
    await withText(moved, async (file) => {
      expect(await importCookies(other, file, options("replace"))).toMatchObject({
        same: 1,
        contradictions: 1,
      });
    });
  });
});

test("an interrupted import says what it hasn't come to, and calls nothing superseded that isn't", async () => {
  const store = createMemoryStore();
  const controller = new AbortController();
  const writer: CookieStore["writer"] = {
    write: async (change) => {
      const result = await store.writer.write(change);
      controller.abort();
      return result;
    },
  };
  const lines = Array.from({ length: 3000 }, (_, n) =>
    crossbarLine({ cbtid: `value-${n}`, authid: `user-${n % 7}` }),
  );
  const text = lineOf({ ...A, authrole: "old" }) + lineOf(A) + lines.join("");
  await withText(text, async (file) => {
    const report = await importCookies({ ...store, writer }, file, {
      ...options("skip"),
      signal: controller.signal,
    });
    expect(report).toMatchObject({ lines: 3002, superseded: 1 });
    expect(report.new).toBeGreaterThan(0);
    expect(report.notReached).toBeGreaterThan(0);
    expect(report.new + report.notReached).toBe(3001);
    expect(describeImport(report, false)).toContain(`not reached ${report.notReached}\n`);
    const rest = await importCookies(store, file, options("skip"));
    expect(rest).toMatchObject({ new: report.notReached, same: report.new, superseded: 1, notReached: 0 });
  });
});

describe("on LMDB", () => {
  const COOKIES = 3000;
  const lines = Array.from({ length: COOKIES }, (_, n) =>
    crossbarLine({ cbtid: `value-${n}`, authid: `user-${n % 7}` }),
  );

  test.each([true, false])("in batches, with all indexes (tables of our own: %s)", async (own) => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const sessions = own ? { sessions: { mode: "exclusive" } as const } : {};
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, ...sessions });
    let writes = 0;
    const writer: CookieStore["writer"] = {
      write: (change) => {
        writes += 1;
        return store.writer.write(change);
      },
    };
    await withText(lines.join("") + lineOf(A, 9n), async (file) => {
      expect(await importCookies({ ...store, writer }, file, options("skip"))).toMatchObject({
        new: COOKIES + 1,
      });
      expect(writes).toBeGreaterThan(COOKIES / 200);
      writes = 0;
      expect(await importCookies({ ...store, writer }, file, options("replace"))).toMatchObject({
        same: COOKIES + 1,
        new: 0,
      });
      // What is there already costs no transaction.
      expect(writes).toBe(0);
    });
    await store.close();
    expect(await verifyStore(path)).toMatchObject({
      ok: true,
      keys: { records: COOKIES + 1, indexKeys: COOKIES + 1 },
    });
    if (own) expect(checkIndexes(path)).toMatchObject({ missing: [], stale: [], orphans: [], uses: 1 });
  });

  test("alone with the database, in few transactions", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
    let writes = 0;
    const writer: CookieStore["writer"] = {
      write: (change) => {
        writes += 1;
        return store.writer.write(change);
      },
    };
    await withText(lines.join(""), async (file) => {
      const report = await importCookies(
        { ...store, writer },
        file,
        options("skip", { isAlone: () => true }),
      );
      expect(report).toMatchObject({ new: COOKIES });
    });
    expect(writes).toBe(2);
    await store.close();
  });

  test("aborted between two transactions, it says how far it got, and goes on the next time", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
    const controller = new AbortController();
    await withText(lines.join(""), async (file) => {
      const onBytes = (done: number): void => {
        if (done > file.size / 3) controller.abort();
      };
      const first = await importCookies(store, file, options("skip", { signal: controller.signal, onBytes }));
      expect(first.new).toBeGreaterThan(100);
      expect(first.new).toBeLessThan(COOKIES);
      const second = await importCookies(store, file, options("fail"));
      expect(second).toMatchObject({ same: first.new, new: COOKIES - first.new });
    });
    await store.close();
  });
});
