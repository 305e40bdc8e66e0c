// Making a new cookie database: its layout, its modes, and what it refuses.

import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { openLmdbReader } from "../../../src/lmdb-reader/lmdb-reader.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { openCookieReader } from "../../../src/store/open-store.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

afterAll(removeTempDirectories);

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

test("R-06 a new database is private: directory 0700, files 0600", async () => {
  const path = join(makeTempDirectory(), "deep", "cookies");
  await initCookieStore(path);
  expect(modeOf(path)).toBe("700");
  expect(readdirSync(path).sort()).toEqual(["data.mdb", "lock.mdb"]);
  expect(modeOf(join(path, "data.mdb"))).toBe("600");
  expect(modeOf(join(path, "lock.mdb"))).toBe("600");
});

test("R-06 with a group, the group may read and write, and others nothing", async () => {
  const path = join(makeTempDirectory(), "cookies");
  const groupId = process.getgid?.() ?? 0;
  await initCookieStore(path, { groupId });
  expect(modeOf(path)).toBe("2770");
  expect(modeOf(join(path, "data.mdb"))).toBe("660");
  expect(statSync(join(path, "data.mdb")).gid).toBe(groupId);
});

test("it is in LMDB 0.9's format, which a Crossbar 26 that finds it keeps", async () => {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const reader = openLmdbReader(path);
  expect(reader.info()).toMatchObject({ dataVersion: 1, pageSize: 4096 });
  reader.close();
});

test("it has the two tables in cfxdb's order", async () => {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const reader = await openCookieReader({ path });
  expect((await reader.info()).tables.map(({ slot, name }) => [slot, name])).toEqual([
    [1, "cfxdb.cookiestore._cookie.Cookies"],
    [2, "cfxdb.cookiestore._cookie.IndexCookiesByValue"],
  ]);
  await reader.close();
});

test("a directory that isn't empty is left alone", async () => {
  const path = makeTempDirectory();
  writeFileSync(join(path, "precious"), "x");
  await expect(initCookieStore(path)).rejects.toMatchObject({ code: "ERR_STORE_EXISTS" });
  expect(readdirSync(path)).toEqual(["precious"]);
});

test("a database is never made over another", async () => {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  await expect(initCookieStore(path)).rejects.toMatchObject({ code: "ERR_STORE_EXISTS" });
});

test("a path below a file can't be made", async () => {
  const directory = makeTempDirectory();
  mkdirSync(join(directory, "d"));
  writeFileSync(join(directory, "file"), "x");
  await expect(initCookieStore(join(directory, "file", "cookies"))).rejects.toMatchObject({
    code: "ERR_STORE_ACCESS",
    hint: expect.any(String),
  });
});
