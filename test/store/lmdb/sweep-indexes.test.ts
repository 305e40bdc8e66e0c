// The sweep: how it works in steps, what it leaves alone, and what it mends in the entries themselves.

import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "@jest/globals";
import { buildCookie } from "../../../src/record/build-cookie.js";
import { uuidToBytes } from "../../../src/record/uuid.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { createLmdbStore } from "../../../src/store/lmdb/create-lmdb-store.js";
import { LmdbEnvironment } from "../../../src/store/lmdb/environment.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { readStoreLayout } from "../../../src/store/lmdb/store-layout.js";
import {
  type CookieSlots,
  findValueKey,
  recordKey,
  type SessionSlots,
  slotStart,
} from "../../../src/store/zlmdb-layout.js";
import { checkIndexes } from "../../support/check-indexes.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";
import { listAll, makeFields } from "../conformance.js";

const RECORDS = 1100;
const NOTHING = { missing: [], stale: [], orphans: [] };

let path: string;
let environment: LmdbEnvironment;
let store: CookieStore;
let slots: CookieSlots & { readonly own: SessionSlots };

beforeEach(async () => {
  path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: 2 ** 30 });
  store = await createLmdbStore(environment, { sessions: { mode: "exclusive" } });
  const layout = environment.read((reads) => readStoreLayout(reads, path));
  slots = { ...layout.slots, own: layout.slots.own as SessionSlots };
});
afterEach(() => store.close());
afterAll(removeTempDirectories);

/** Records with their value keys and nothing else, as Crossbar writes them. */
function writeForeign(count: number): Promise<string[]> {
  return environment.write((transaction) =>
    Array.from({ length: count }, () => {
      const fields = makeFields();
      transaction.put(recordKey(slots, fields.oid), buildCookie(fields));
      transaction.put(findValueKey(slots, fields.value) as Buffer, uuidToBytes(fields.oid));
      return fields.oid;
    }),
  );
}

/** Counts the commits from now on by watching the version in every turn of the event loop. */
function watchVersions(): () => number {
  const versions = new Set<string>();
  let isOver = false;
  const look = (): void => {
    if (isOver) return;
    versions.add(store.reader.version() as string);
    setImmediate(look);
  };
  look();
  return () => {
    isOver = true;
    return versions.size;
  };
}

test("it mends in small transactions, and look-ups go on in between", async () => {
  const oids = await writeForeign(RECORDS);
  const stop = watchVersions();
  expect(await store.sweepIndexes()).toEqual({ records: RECORDS, added: 2 * RECORDS, removed: 0 });
  // At most 200 records in each of them, and the mark.
  expect(stop()).toBeGreaterThanOrEqual(RECORDS / 200);
  expect(checkIndexes(path)).toMatchObject({ records: RECORDS, ...NOTHING });
  await environment.write((transaction) => {
    for (const oid of oids.slice(0, 600)) transaction.delete(recordKey(slots, oid));
  });
  expect(await store.sweepIndexes()).toEqual({ records: 500, added: 0, removed: 1200 });
  expect(checkIndexes(path)).toMatchObject({ records: 500, ...NOTHING });
});

test("one that is aborted says what it has done, and doesn't call the indexes exact", async () => {
  await writeForeign(RECORDS);
  const aborted = new AbortController();
  const sweep = store.sweepIndexes({ signal: aborted.signal });
  const before = store.reader.version();
  const watch = setInterval(() => {
    if (store.reader.version() !== before) aborted.abort();
  }, 0);
  const { records, added, removed } = await sweep;
  clearInterval(watch);
  expect(records).toBeGreaterThan(0);
  expect(records).toBeLessThan(RECORDS);
  expect(added).toBeGreaterThan(0);
  expect(removed).toBe(0);
  expect((await store.reader.marks()).areIndexesExact).toBe(false);
  expect(checkIndexes(path).missing).toHaveLength(2 * RECORDS - added);
  await store.sweepIndexes({ signal: new AbortController().signal });
  expect(checkIndexes(path)).toMatchObject(NOTHING);
  expect((await store.reader.marks()).areIndexesExact).toBe(true);
});

test("one that was aborted before it began changes nothing", async () => {
  await writeForeign(3);
  const version = await store.reader.version();
  const report = await store.sweepIndexes({ signal: AbortSignal.abort() });
  expect(report).toMatchObject({ added: 0, removed: 0 });
  expect(await store.reader.version()).toBe(version);
});

test("writes while it runs are not undone by it", async () => {
  const oids = await writeForeign(RECORDS);
  const sweep = store.sweepIndexes();
  const writes = oids.slice(0, 300).map((oid, at) =>
    store.writer.write((transaction) => {
      if (at % 3 === 0) transaction.delete(oid);
      else transaction.put(makeFields({ oid, authid: "ann", maxAgeSeconds: at + 1 }));
    }),
  );
  await Promise.all(writes);
  await sweep;
  expect(checkIndexes(path)).toMatchObject({ records: RECORDS - 100, ...NOTHING });
  expect(await store.sweepIndexes()).toEqual({ records: RECORDS - 100, added: 0, removed: 0 });
  const ann = await listAll(store.reader, { limit: 50, where: { authid: "ann" } });
  expect(ann.cookies).toHaveLength(200);
});

test("closing ends it with the error of a closed store", async () => {
  await writeForeign(RECORDS);
  const sweep = expect(store.sweepIndexes()).rejects.toMatchObject({ code: "ERR_STORE_CLOSED" });
  await store.close();
  await sweep;
});

test("entries that no writer of ours makes are removed, and hide no cookie until then", async () => {
  const { authid = "", oid } = await store.writer.write((transaction) => transaction.put(makeFields()));
  const [byAuthid, byExpiry, uses] = [slots.own.byAuthid, slots.own.byExpiry, slots.own.uses].map(slotStart);
  await environment.write((transaction) => {
    for (const slot of [byAuthid, byExpiry, uses] as Buffer[]) {
      for (const length of [1, 15, 17, 24, 25, 48, 49, 508]) {
        transaction.put(Buffer.concat([slot, Buffer.alloc(length, 7)]), Buffer.from("?"));
      }
    }
  });
  for (const where of [{ authid }, { expiredAtNs: 2n ** 64n }]) {
    for (const limit of [1, 3, 100]) {
      const { cookies, damaged } = await listAll(store.reader, { limit, where });
      expect([cookies.map((cookie) => cookie.oid), damaged]).toEqual([[oid], []]);
    }
  }
  expect(await store.sweepIndexes()).toEqual({ records: 1, added: 0, removed: 3 * 8 });
  expect(checkIndexes(path)).toEqual({ records: 1, uses: 0, ...NOTHING });
});

test("a damaged record is passed over; by its entries a listing still shows that it is damaged", async () => {
  const { oid, authid = "" } = await store.writer.write((transaction) => transaction.put(makeFields()));
  await environment.write((transaction) => transaction.put(recordKey(slots, oid), Buffer.from("rubbish")));
  expect(await store.sweepIndexes()).toEqual({ records: 1, added: 0, removed: 0 });
  for (const isComplete of [true, false]) {
    const page = await store.reader.list({ limit: 9, where: { authid }, isComplete });
    expect(page).toMatchObject({ cookies: [], damaged: [{ oid, error: { code: "ERR_RECORD_INVALID" } }] });
  }
});
