// Conversion and Crossbar's own library: what it made is converted, refused while it is in use, and used by it afterwards.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { convertStore } from "../../../src/store/convert/convert-store.js";
import { openCookieStore } from "../../../src/store/open-store.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { type Cfxdb, type CfxdbDatabase, cfxdbMissing, startCfxdb } from "../../support/cfxdb.js";
import { convertInChild, stopDamageProcess } from "../../support/damage-store.js";
import { describeLmdb, makeLmdb } from "../../support/lmdb-make.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

const missing = cfxdbMissing();
const describeLive = missing === undefined ? describe : describe.skip;
const COOKIES = 20_000;
const OURS = { oid: "00000000-0000-4000-8000-000000000001", createdNs: 1n, value: "ours" };

describeLive(`with cfxdb${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let cfxdb: Cfxdb;
  beforeAll(async () => {
    cfxdb = await startCfxdb();
  });
  afterAll(async () => {
    await cfxdb.stop();
    await stopDamageProcess();
    removeTempDirectories();
  });

  /** A database in LMDB 1.0 format, with pages that were freed and used again. It is open in the child. */
  async function makeSource(
    cookies = COOKIES,
  ): Promise<{ home: string; source: string; theirs: CfxdbDatabase }> {
    const home = makeTempDirectory();
    const source = join(home, "source");
    const theirs = await cfxdb.open(source, { format: "1.0", sync: false });
    const loop = { seconds: 60, perTransaction: 500, updateEvery: 50 };
    await theirs.writeLoop({ ...loop, prefix: "kept", maxRecords: cookies - 500 });
    await theirs.writeLoop({ ...loop, prefix: "gone", maxRecords: 500, updateEvery: 0, deleteEvery: 1 });
    await theirs.writeLoop({ ...loop, prefix: "late", maxRecords: 500 });
    return { home, source, theirs };
  }

  test("20,000 cookies of LMDB 1.0: the same content, which cfxdb opens in format 0.9, and both write", async () => {
    const { home, source, theirs } = await makeSource();
    const content = await theirs.dump();
    await theirs.close();
    const target = join(home, "target");
    const report = await convertInChild(source, target);
    expect(report).toMatchObject({ sourceFormat: "1.0", entries: 2 * COOKIES + 2, findings: [] });

    const converted = await cfxdb.open(target);
    expect(await converted.info()).toMatchObject({ format: "0.9", recordSlot: 1, indexSlot: 2 });
    expect(await converted.verify()).toEqual({ records: COOKIES, indexKeys: COOKIES, problems: [] });
    expect(await converted.dump()).toEqual(content);

    const store = await openCookieStore({ path: target, maxSizeBytes: 2 ** 30 });
    const writing = converted.writeLoop({
      seconds: 60,
      prefix: "theirs",
      perTransaction: 5,
      maxRecords: 200,
    });
    await store.writer.write((transaction) => transaction.put(OURS));
    await writing;
    expect((await store.reader.findByValue("theirs-199"))?.authid).toBe("theirs@example.com");
    expect(await converted.getByValue("ours")).toMatchObject(OURS);
    await store.close();
    expect(await converted.verify()).toEqual({
      records: COOKIES + 201,
      indexKeys: COOKIES + 201,
      problems: [],
    });
    await converted.close();
    expect((await verifyStore(target)).ok).toBe(true);
  }, 90_000);

  test("a source that a process has open is refused, and converted with force if nothing is written", async () => {
    const { home, source, theirs } = await makeSource(1000);
    const target = join(home, "target");
    await expect(convertInChild(source, target)).rejects.toMatchObject({
      code: "ERR_STORE_BUSY",
      message: expect.stringContaining(`process ${cfxdb.pid} has`),
      hint: expect.stringContaining("stop Crossbar"),
    });
    expect(readdirSync(home)).toEqual(["source"]);
    expect(await convertInChild(source, target, true)).toMatchObject({ entries: 2002 });
    await theirs.close();
  });

  test("a source that is written to once is read anew", async () => {
    const { home, source, theirs } = await makeSource(10_000);
    let writing: Promise<unknown> | undefined;
    const { entries } = await convertStore(source, join(home, "target"), {
      force: true,
      onProgress: () => {
        writing ??= theirs.put({ ...OURS, value: "meanwhile" });
      },
    });
    await writing;
    expect(entries).toBe(20_004);
    await theirs.close();
  });

  test("a source that is written to all the time is given up, and nothing is left", async () => {
    const { home, source, theirs } = await makeSource(5_000);
    const writing = theirs.writeLoop({ seconds: 3, prefix: "live" });
    await expect(convertInChild(source, join(home, "target"), true)).rejects.toMatchObject({
      code: "ERR_STORE_BUSY",
      message: expect.stringContaining("written to during the conversion"),
    });
    expect(readdirSync(home)).toEqual(["source"]);
    await writing;
    await theirs.close();
  });

  test("two conversions to one target don't get in each other's way", async () => {
    const { home, source, theirs } = await makeSource(1000);
    await theirs.close();
    const busy = await cfxdb.open(join(home, "target.converting"), { format: "0.9" });
    await expect(convertInChild(source, join(home, "target"))).rejects.toMatchObject({
      code: "ERR_STORE_BUSY",
      message: expect.stringContaining(`process ${cfxdb.pid} is writing`),
    });
    expect(await busy.verify()).toMatchObject({ problems: [] });
    await busy.close();
  });

  test.each([
    ["nothing", { entries: 0 }],
    ["small pages", { entries: 4000, pageSize: 512, keyBytes: 100, valueBytes: 60 }],
    [
      "the largest pages, keys of every length",
      { entries: 3000, pageSize: 65_536, keyBytes: 511, valueBytes: 9000 },
    ],
    ["values of a megabyte", { special: "megabyte" }],
    ["a value that was longer", { special: "shortened" }],
  ] as const)("any LMDB 1.0 content, as LMDB itself reads it: %s", async (_name, shape) => {
    const home = makeTempDirectory();
    const made = makeLmdb({ path: join(home, "source"), format: "1.0", ...shape });
    await convertInChild(join(home, "source"), join(home, "target"));
    const { count, sha256, engine } = describeLmdb(join(home, "target"));
    expect({ count, sha256, engine }).toEqual({ count: made.count, sha256: made.sha256, engine: [0, 9] });
  });
});
