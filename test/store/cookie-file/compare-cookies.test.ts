// cookies compare: what is a difference, what is none, and that each is named without its value.

import { afterAll, describe, expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../../src/errors.js";
import { type CompareOptions, compareCookies } from "../../../src/store/cookie-file/compare-cookies.js";
import type { CompareReport } from "../../../src/store/cookie-file/compare-report.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { createMemoryStore } from "../../../src/store/memory/memory-cookie-store.js";
import { removeTempDirectories } from "../../support/temp-directory.js";
import { crossbarLine, withText } from "./open-text.js";
import { exported, oidOf, type StoreRecord, storeOf } from "./stores.js";

afterAll(removeTempDirectories);

const SECOND = 1_000_000_000n;
const record = (n: number, changes: Partial<StoreRecord> = {}): StoreRecord => ({
  oid: oidOf(n),
  value: `s3cret-${n}`,
  createdNs: 5n,
  authid: "joe",
  ...changes,
});

function compare(
  store: CookieStore,
  text: string,
  options: Partial<CompareOptions> = {},
): Promise<CompareReport> {
  return withText(text, (file) =>
    compareCookies(store.reader, file, { cookieName: "cbtid", nowNs: SECOND, ...options }),
  );
}

async function compareStores(
  there: readonly StoreRecord[],
  wanted: readonly StoreRecord[],
): Promise<CompareReport> {
  return compare(await storeOf(there), await exported(await storeOf(wanted)));
}

describe("with a complete export", () => {
  test.each<[string, StoreRecord[], StoreRecord[], object]>([
    ["nothing at all", [], [], { isSame: true, same: 0 }],
    ["the same", [record(1), record(2)], [record(2), record(1)], { isSame: true, same: 2, isComplete: true }],
    [
      "a missing record",
      [record(1)],
      [record(1), record(2)],
      { isSame: false, same: 1, missing: { count: 1, examples: [{ oid: oidOf(2), line: 3 }] } },
    ],
    [
      "a record too many",
      [record(1), record(2)],
      [record(1)],
      { isSame: false, same: 1, extra: { count: 1, examples: [{ oid: oidOf(2) }] } },
    ],
    [
      "fields that differ",
      [record(1, { authrole: "user", authextra: { a: 1 } })],
      [record(1, { authrole: "admin", authextra: { a: 2 }, maxAgeSeconds: 60 })],
      {
        differing: {
          count: 1,
          examples: [{ oid: oidOf(1), keys: ["maxAgeSeconds", "authrole", "authextra"] }],
        },
      },
    ],
    [
      "a rotated value",
      [record(1, { value: "s3cret-new" })],
      [record(1)],
      {
        differing: { count: 1, examples: [{ oid: oidOf(1), line: 2, keys: ["value"] }] },
        extra: { count: 0 },
      },
    ],
    [
      "the value under another oid",
      [record(1, { oid: oidOf(2) })],
      [record(1)],
      { differing: { count: 1, examples: [{ oid: oidOf(2), keys: ["oid"] }] }, extra: { count: 0 } },
    ],
    [
      "exchanged values",
      [record(1, { value: "s3cret-2" }), record(2, { value: "s3cret-1" })],
      [record(1), record(2)],
      { differing: { count: 2 }, extra: { count: 0 }, same: 0 },
    ],
    [
      "no last use",
      [record(1)],
      [record(1, { use: { lastUsedNs: 7n } })],
      { isSame: false, differing: { count: 1, examples: [{ oid: oidOf(1), keys: ["last use"] }] } },
    ],
    [
      "the last use of another device",
      [record(1, { use: { lastUsedNs: 7n, peer: "tcp4:192.0.2.1:1" } })],
      [record(1, { use: { lastUsedNs: 7n, peer: "tcp4:192.0.2.2:1" } })],
      { isSame: false, differing: { count: 1 } },
    ],
    [
      "a use since the export",
      [record(1, { use: { lastUsedNs: 8n } })],
      [record(1, { use: { lastUsedNs: 7n } })],
      { isSame: true, same: 1, usedSince: 1 },
    ],
    [
      "expired and gone",
      [],
      [record(1, { createdNs: 0n, maxAgeSeconds: 1 })],
      { isSame: true, expired: 1, missing: { count: 0 } },
    ],
    [
      "gone before it expired",
      [],
      [record(1, { createdNs: 1n, maxAgeSeconds: 1 })],
      { isSame: false, expired: 0, missing: { count: 1 } },
    ],
  ])("%s", async (_name, there, wanted, expected) => {
    const report = await compareStores(there, wanted);
    expect(report).toMatchObject(expected);
    expect(JSON.stringify(report)).not.toContain("s3cret");
  });

  test("all are counted, and some of each kind are kept", async () => {
    const all = Array.from({ length: 1200 }, (_, n) => record(n));
    const report = await compareStores(all.slice(0, 700), all.slice(600));
    expect(report).toMatchObject({ same: 100, missing: { count: 500 }, extra: { count: 600 } });
    expect([report.missing.examples.length, report.extra.examples.length]).toEqual([10, 10]);
  });

  test("hashes are compared with hashes, and values with their hashes", async () => {
    const hashed = await storeOf([record(1)], { hashValues: true });
    expect(await compare(hashed, await exported(hashed))).toMatchObject({ isSame: true, same: 1 });
    expect(await compare(hashed, await exported(await storeOf([record(1)])))).toMatchObject({ isSame: true });
    const clear = await storeOf([record(1)]);
    await expect(compare(clear, await exported(hashed))).rejects.toMatchObject({ code: "ERR_STORE_VALUES" });
  });

  test("a store whose time is behind isn't the same: what had expired could live again (R-13)", async () => {
    const text = await exported(await storeOf([record(1)], { clockNs: 7n }));
    expect(await compare(await storeOf([record(1)], { clockNs: 6n }), text)).toMatchObject({
      isSame: false,
      isClockBehind: true,
      same: 1,
    });
    expect(await compare(await storeOf([record(1)], { clockNs: 8n }), text)).toMatchObject({ isSame: true });
  });
});

test("with any other file nothing is too many, and what Crossbar's lines don't say is no difference", async () => {
  const store = await storeOf([record(1, { name: "other", use: { lastUsedNs: 7n } }), record(2)]);
  const created = "1970-01-01T00:00:00.000Z";
  const crossbars = {
    cbtid: "s3cret-1",
    created,
    max_age: 0,
    authrole: null,
    authmethod: null,
    authrealm: null,
  };
  expect(await compare(store, crossbarLine(crossbars))).toMatchObject({
    isSame: true,
    isComplete: false,
    same: 1,
    extra: { count: 0 },
  });
  const gone = crossbarLine({ cbtid: "s3cret-9", status: "deleted", deleted: created });
  expect(await compare(store, gone)).toMatchObject({ isSame: true, same: 0 });
  const absent = await compare(store, crossbarLine({ ...crossbars, cbtid: "s3cret-9" }));
  expect(absent.missing).toEqual({ count: 1, examples: [{ oid: undefined, line: 1 }] });
});

test("records that can't be read differ, and are too many where the file has none of their oid", async () => {
  const store = createMemoryStore();
  const error = new CookieAuthenticatorError("ERR_RECORD_INVALID", "broken");
  const damaged = [oidOf(1), oidOf(2)].map((oid) => ({ oid, error }));
  const reader: CookieStore["reader"] = {
    ...store.reader,
    findUsed: () => {
      throw error;
    },
    list: () => ({ cookies: [], uses: new Map(), damaged, next: undefined }),
  };
  expect(await compare({ ...store, reader }, await exported(await storeOf([record(1)])))).toMatchObject({
    isSame: false,
    differing: { count: 1, examples: [{ oid: oidOf(1), line: 2 }] },
    extra: { count: 1, examples: [{ oid: oidOf(2) }] },
  });
});

test("an abort ends it early", async () => {
  const text = await exported(await storeOf(Array.from({ length: 2000 }, (_, n) => record(n))));
  const report = await compare(createMemoryStore(), text, { signal: AbortSignal.abort() });
  expect(report.missing.count).toBeLessThan(2000);
});

test("answers that come over a network are waited for together", async () => {
  const store = await storeOf(Array.from({ length: 1000 }, (_, n) => record(n)));
  let [inFlight, most] = [0, 0];
  const reader: CookieStore["reader"] = {
    ...store.reader,
    findUsed: async (key) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise(setImmediate);
      inFlight -= 1;
      return store.reader.findUsed(key);
    },
  };
  expect(await compare({ ...store, reader }, await exported(store))).toMatchObject({
    isSame: true,
    same: 1000,
  });
  expect(most).toBeGreaterThanOrEqual(500);
});
