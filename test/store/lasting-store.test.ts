// The store of a running service: writes to a database that comes late, goes, comes back, or is another one.

import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import type { CookieStore } from "../../src/store/cookie-store.js";
import type { LastingStoreEvents } from "../../src/store/lasting-store.js";
import { CrashGuard } from "../../src/store/lmdb/crash-guard.js";
import { LmdbEnvironment } from "../../src/store/lmdb/environment.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openLastingStore } from "../../src/store/open-lasting-store.js";
import { openCookieStore } from "../../src/store/open-store.js";
import { metadataKey } from "../../src/store/zlmdb-layout.js";
import { checkIndexes } from "../support/check-indexes.js";
import { copyGoldenDatabase } from "../support/golden-records.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";
import { makeFields } from "./conformance.js";

afterAll(removeTempDirectories);

const MAX_SIZE = 2 ** 30;

/** Opens `path` and writes down what happens to it. `checkEveryMs`: an hour is never. */
async function open(
  path: string,
  options: { readonly hashValues?: boolean; readonly checkEveryMs?: number } = {},
): Promise<{ store: CookieStore; seen: string[] }> {
  const seen: string[] = [];
  const events: LastingStoreEvents = {
    onAvailable: ({ format, engine }) => seen.push(`available ${format} ${engine}`),
    onUnavailable: ({ code }) => seen.push(`unavailable ${code}`),
    onReplaced: ({ code }) => seen.push(`replaced ${code}`),
  };
  const sessions = { mode: "exclusive" } as const;
  const store = await openLastingStore({
    path,
    maxSizeBytes: MAX_SIZE,
    sessions,
    events,
    checkEveryMs: 10,
    ...options,
  });
  return { store, seen };
}

const newPath = (): string => join(makeTempDirectory(), "cookies");
const put = ({ writer }: CookieStore) => writer.write((transaction) => transaction.put(makeFields()));
const AVAILABLE = "available 0.9 lmdb-js";

test("a database that comes late is written with all that sessions need", async () => {
  const path = newPath();
  const { store, seen } = await open(path);
  expect(seen).toEqual(["unavailable ERR_STORE_NOT_FOUND"]);
  await expect(put(store)).rejects.toMatchObject({ code: "ERR_STORE_NOT_FOUND" });
  await expect(store.sweepIndexes()).rejects.toMatchObject({ code: "ERR_STORE_NOT_FOUND" });
  const other = newPath();
  await initCookieStore(other);
  renameSync(other, path);
  await waitFor("it to be taken up", () => seen.includes(AVAILABLE));
  const { oid, value = "" } = await put(store);
  await store.writer.write((transaction) => transaction.putUse(oid, { lastUsedNs: 3n }));
  expect(await store.reader.findUsed({ value })).toMatchObject({ cookie: { oid }, use: { lastUsedNs: 3n } });
  expect(await store.sweepIndexes()).toEqual({ records: 1, added: 0, removed: 0 });
  expect(await store.reader.marks()).toMatchObject({ areIndexesExact: true });
  expect(await store.reader.version()).toBe(await store.reader.version());
  expect((await store.reader.findByOid(oid))?.oid).toBe(oid);
  expect((await store.reader.list({ limit: 1 })).cookies).toHaveLength(1);
  expect(checkIndexes(path)).toMatchObject({ records: 1, uses: 1, missing: [], stale: [] });
  await store.close();
  await expect(put(store)).rejects.toMatchObject({ code: "ERR_STORE_CLOSED" });
  await expect(store.sweepIndexes()).rejects.toMatchObject({ code: "ERR_STORE_CLOSED" });
});

test("one whose tables Crossbar hasn't made yet is waited for", async () => {
  const path = newPath();
  await initCookieStore(path);
  const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: MAX_SIZE });
  const key = metadataKey(2);
  const table = environment.read((reads) => reads.get(key)) ?? Buffer.alloc(0);
  await environment.write((transaction) => void transaction.delete(key));
  await environment.close();
  // The check is far away: this process can have the environment only once, and writes the table itself.
  const { store, seen } = await open(path, { checkEveryMs: 300 });
  expect(seen).toEqual(["unavailable ERR_STORE_TABLES"]);
  const again = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: MAX_SIZE });
  await again.write((transaction) => transaction.put(key, table));
  await again.close();
  await waitFor("the tables to be seen", () => seen.includes(AVAILABLE));
  await put(store);
  await store.close();
});

test("one that was removed is not written, not even before the loss is noticed", async () => {
  const path = newPath();
  await initCookieStore(path);
  const { store, seen } = await open(path, { checkEveryMs: 3_600_000 });
  await put(store);
  renameSync(path, `${path}-away`);
  await expect(put(store)).rejects.toMatchObject({ code: "ERR_STORE_NOT_FOUND" });
  expect(seen).toEqual([AVAILABLE]);
  // Removed in the middle of a write: it is no success.
  renameSync(`${path}-away`, path);
  const write = store.writer.write((transaction) => {
    transaction.put(makeFields());
    renameSync(path, `${path}-away`);
  });
  await expect(write).rejects.toMatchObject({ code: "ERR_STORE_NOT_FOUND" });
  renameSync(`${path}-away`, path);
  await put(store);
  await store.close();
});

test("one in whose place another is: no write succeeds, and the process is told to end", async () => {
  const path = newPath();
  await initCookieStore(path);
  const { store, seen } = await open(path, { checkEveryMs: 100 });
  const other = newPath();
  await initCookieStore(other);
  renameSync(path, `${path}-old`);
  renameSync(other, path);
  await expect(put(store)).rejects.toMatchObject({ code: "ERR_STORE_REPLACED" });
  await waitFor("it to be noticed", () => seen.includes("replaced ERR_STORE_REPLACED"));
  await expect(put(store)).rejects.toMatchObject({ code: "ERR_STORE_REPLACED" });
  await store.close();
});

test("a database in 1.0 format is refused at the start, with the way to convert it", async () => {
  const path = copyGoldenDatabase("db-1.0", newPath());
  await expect(open(path)).rejects.toMatchObject({
    code: "ERR_STORE_FORMAT",
    hint: expect.stringContaining("db convert"),
  });
  expect(readdirSync(path).filter((name) => name.endsWith(".opening"))).toEqual([]);
});

test("a configuration that contradicts the database is refused at the start", async () => {
  const path = newPath();
  await initCookieStore(path);
  const filled = await openCookieStore({ path, maxSizeBytes: MAX_SIZE });
  await put(filled);
  await filled.close();
  await expect(open(path, { hashValues: true })).rejects.toMatchObject({ code: "ERR_STORE_VALUES" });
});

test("where the pure reader had to take over, look-ups go on and writes say why they don't", async () => {
  const path = newPath();
  await initCookieStore(path);
  const filled = await openCookieStore({ path, maxSizeBytes: MAX_SIZE, sessions: { mode: "exclusive" } });
  const { oid, value = "" } = await put(filled);
  await filled.writer.write((transaction) => transaction.putUse(oid, { lastUsedNs: 3n }));
  await filled.close();
  leaveCrashes(path, 3);
  const { store, seen } = await open(path);
  await waitFor("it to be open", () => seen.includes("available 0.9 lmdb-reader"));
  expect(await store.reader.findUsed({ value })).toMatchObject({ cookie: { oid }, use: { lastUsedNs: 3n } });
  const readOnly = { code: "ERR_STORE_READ_ONLY", hint: expect.any(String) };
  await expect(put(store)).rejects.toMatchObject(readOnly);
  await expect(store.sweepIndexes()).rejects.toMatchObject(readOnly);
  await store.close();
});

/** The marks of processes that died with the database open. */
function leaveCrashes(path: string, count: number): void {
  const guard = CrashGuard.begin(path);
  const [mark = ""] = readdirSync(path).filter((name) => name.endsWith(".opening"));
  expect(mark).not.toBe("");
  guard.end();
  for (let n = 1; n <= count; n += 1) {
    writeFileSync(join(path, mark.replace(String(process.pid), String(2 ** 22 - n))), "");
  }
}
