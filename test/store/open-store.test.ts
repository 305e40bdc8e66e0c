// What is looked at before native code touches a database, and the error for each thing that can be wrong.

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieReader, openCookieStore } from "../../src/store/open-store.js";
import { copyGoldenDatabase } from "../support/golden-records.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";

afterAll(removeTempDirectories);

/** A valid database, its data file changed by `change`. */
function makeDamaged(change: (data: Buffer) => Buffer | undefined): string {
  const path = copyGoldenDatabase("db-0.9", join(makeTempDirectory(), "cookies"));
  const file = join(path, "data.mdb");
  const data = readFileSync(file);
  writeFileSync(file, change(data) ?? data);
  return path;
}

describe("opening a database that is wrong", () => {
  test.each<[string, string, () => string]>([
    ["no directory", "ERR_STORE_NOT_FOUND", () => join(makeTempDirectory(), "nothing")],
    ["an empty directory", "ERR_STORE_NOT_FOUND", makeTempDirectory],
    [
      "a file in the place of the directory",
      "ERR_STORE_NOT_FOUND",
      () => {
        const file = join(makeTempDirectory(), "file");
        writeFileSync(file, "x");
        return file;
      },
    ],
    ["an empty data.mdb", "ERR_STORE_NOT_FOUND", () => makeDamaged(() => Buffer.alloc(0))],
    ["a text file", "ERR_STORE_NOT_LMDB", () => makeDamaged(() => Buffer.from("#!/bin/sh\n".repeat(1000)))],
    ["a page of zeros", "ERR_STORE_NOT_LMDB", () => makeDamaged((data) => data.fill(0, 0, 4096))],
    ["a short text file", "ERR_STORE_TRUNCATED", () => makeDamaged(() => Buffer.from("hello"))],
    ["a wrong magic", "ERR_STORE_NOT_LMDB", () => makeDamaged((data) => data.fill(0x41, 16, 20))],
    [
      "an unknown data version",
      "ERR_STORE_FORMAT",
      () =>
        makeDamaged((data) => {
          data.writeUInt32LE(7, 20);
          return data;
        }),
    ],
    [
      "a wrong page size",
      "ERR_STORE_NOT_LMDB",
      () =>
        makeDamaged((data) => {
          data.writeUInt32LE(1000, 16 + 24);
          return data;
        }),
    ],
    [
      "a second meta page of zeros",
      "ERR_STORE_DAMAGED",
      () => makeDamaged((data) => data.fill(0, 4096, 8192)),
    ],
    ["cut after the first page", "ERR_STORE_TRUNCATED", () => makeDamaged((data) => data.subarray(0, 4096))],
    ["cut in the middle", "ERR_STORE_TRUNCATED", () => makeDamaged((data) => data.subarray(0, 5 * 4096))],
    ["without its last page", "ERR_STORE_TRUNCATED", () => makeDamaged((data) => data.subarray(0, -4096))],
    [
      "data version 2, of npm's prebuilt lmdb",
      "ERR_STORE_FORMAT",
      () =>
        makeDamaged((data) => {
          data.writeUInt32LE(2, 20);
          return data;
        }),
    ],
  ])("%s: %s, with a hint, and the file is left as it is", async (_, code, make) => {
    const path = make();
    const before = safeRead(join(path, "data.mdb"));
    for (const open of [
      () => openCookieReader({ path }),
      () => openCookieStore({ path, maxSizeBytes: 2 ** 30 }),
    ]) {
      const error = await open().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code, message: expect.stringContaining(path), hint: expect.any(String) });
    }
    expect(safeRead(join(path, "data.mdb"))).toEqual(before);
    // lmdb-js would make a directory that is missing.
    if (code === "ERR_STORE_NOT_FOUND" && before === undefined)
      expect(existsSync(join(path, "lock.mdb"))).toBe(false);
  });

  test("no right to read", async () => {
    const path = makeDamaged(() => undefined);
    chmodSync(path, 0o000);
    const isRoot = process.getuid?.() === 0;
    // Root may read everything: so it becomes somebody else for a moment.
    if (isRoot) process.seteuid?.("nobody");
    try {
      await expect(openCookieReader({ path })).rejects.toMatchObject({
        code: "ERR_STORE_ACCESS",
        message: expect.stringContaining(path),
        hint: expect.stringContaining("owner and mode"),
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  test("a database of another application, without the cookie tables", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    // The name of the table stays, its oid is another's.
    const file = join(path, "data.mdb");
    const data = readFileSync(file).toString("latin1").replaceAll("62f8c8c9", "ffffffff");
    const other = join(makeTempDirectory(), "other");
    mkdirSync(other);
    writeFileSync(join(other, "data.mdb"), Buffer.from(data, "latin1"));
    const reader = await openCookieReader({ path: other });
    await expect((async () => reader.findByValue("x"))()).rejects.toMatchObject({ code: "ERR_STORE_TABLES" });
    expect((await reader.info()).tables).toHaveLength(2);
    await reader.close();
  });
});

describe("a database in LMDB 1.0 format", () => {
  test("is read by our own reader, and nothing is written beside it", async () => {
    const path = copyGoldenDatabase("db-1.0", join(makeTempDirectory(), "cookies"));
    const reader = await openCookieReader({ path });
    expect(await reader.info()).toMatchObject({ engine: "lmdb-reader", format: "1.0", writable: false });
    expect((await reader.list({ limit: 100 })).cookies).toHaveLength(30);
    await reader.close();
    expect(readdirSync(path)).toEqual(["data.mdb"]);
  });

  test("can't be opened for writing; the error says the format and how to convert it", async () => {
    const path = copyGoldenDatabase("db-1.0", join(makeTempDirectory(), "cookies"));
    await expect(openCookieStore({ path, maxSizeBytes: 2 ** 30 })).rejects.toMatchObject({
      code: "ERR_STORE_FORMAT",
      message: expect.stringContaining("LMDB 1.0"),
      hint: expect.stringContaining("db convert"),
    });
  });
});

describe("one environment for each process and database", () => {
  test("a second open of the same database is refused, also by another path", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
    await expect(openCookieReader({ path })).rejects.toMatchObject({ code: "ERR_STORE_OPEN_TWICE" });
    await expect(openCookieReader({ path: `${path}/../cookies/` })).rejects.toMatchObject({
      code: "ERR_STORE_OPEN_TWICE",
    });
    await store.close();
  });

  test("it can be closed and opened again", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    for (let round = 0; round < 3; round += 1) {
      const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
      expect((await store.reader.info()).entries).toBe(2);
      await store.close();
    }
  });

  test("a worker thread may not open one", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const code = `
      const { parentPort, workerData } = require("node:worker_threads");
      import(workerData.store)
        .then((m) => m.openCookieReader({ path: workerData.path }))
        .then(() => parentPort.postMessage("opened"), (error) => parentPort.postMessage(error.code));`;
    const store = join(packageRoot(), "dist", "store", "open-store.js");
    const worker = new Worker(code, { eval: true, workerData: { path, store } });
    const message = await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    expect(message).toBe("ERR_STORE_OPEN_TWICE");
    await worker.terminate();
  });

  test("a copy of a database is another database", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const copy = join(makeTempDirectory(), "copy");
    cpSync(path, copy, { recursive: true });
    const [one, two] = await Promise.all([openCookieReader({ path }), openCookieReader({ path: copy })]);
    await Promise.all([one.close(), two.close()]);
  });
});

test("a file that was grown with rubbish opens: LMDB never looks past its last page", async () => {
  const path = makeDamaged((data) => Buffer.concat([data, Buffer.alloc(4096, 0xee)]));
  const reader = await openCookieReader({ path });
  expect((await reader.list({ limit: 100 })).cookies).toHaveLength(30);
  await reader.close();
});

test("a file whose last bytes are cut within a page is refused", async () => {
  const path = makeDamaged(() => undefined);
  const file = join(path, "data.mdb");
  truncateSync(file, readFileSync(file).length - 1);
  await expect(openCookieReader({ path })).rejects.toMatchObject({ code: "ERR_STORE_TRUNCATED" });
});

function safeRead(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
