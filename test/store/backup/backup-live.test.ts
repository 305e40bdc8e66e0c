// db backup beside writers of either format: one state, whole, which Crossbar's own library opens and goes on with.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { compactStore } from "../../../src/store/backup/compact-store.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import {
  type Cfxdb,
  type CfxdbDatabase,
  type CfxdbFormat,
  cfxdbMissing,
  startCfxdb,
} from "../../support/cfxdb.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";
import { runBackup } from "./run-backup.js";

const missing = cfxdbMissing();
const describeLive = missing === undefined ? describe : describe.skip;
const COOKIES = 20_000;

describeLive(`with cfxdb${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let writer: Cfxdb;
  let other: Cfxdb;
  beforeAll(async () => {
    [writer, other] = await Promise.all([startCfxdb(), startCfxdb()]);
  });
  afterAll(async () => {
    await Promise.all([writer.stop(), other.stop()]);
    removeTempDirectories();
  });

  /** With free pages: as many cookies were deleted as are left. It is open in the child. */
  async function makeSource(
    format: CfxdbFormat,
  ): Promise<{ home: string; source: string; theirs: CfxdbDatabase }> {
    const home = makeTempDirectory();
    const source = join(home, "source");
    const theirs = await writer.open(source, { format, sync: false });
    await theirs.writeLoop({ seconds: 60, prefix: "kept", perTransaction: 500, maxRecords: COOKIES });
    await theirs.writeLoop({
      seconds: 60,
      prefix: "gone",
      perTransaction: 500,
      maxRecords: 2000,
      deleteEvery: 1,
    });
    return { home, source, theirs };
  }

  test("0.9: while Crossbar's library writes hundreds of times a second", async () => {
    const { home, source, theirs } = await makeSource("0.9");
    const target = join(home, "target");
    const writing = theirs.writeLoop({ seconds: 6, prefix: "live", updateEvery: 3, deleteEvery: 4 });
    const { report } = await runBackup(["backup", source, target]);
    const { created } = await writing;
    expect(created).toBeGreaterThan(500);
    expect(report).toMatchObject({ format: "0.9", copy: { compacted: true }, findings: [] });
    expect(readdirSync(home).sort()).toEqual(["source", "target"]);
    expect(readdirSync(target)).toEqual(["data.mdb"]);
    expect([statSync(target).mode & 0o777, statSync(join(target, "data.mdb")).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    expect(report.targetBytes).toBe(statSync(join(target, "data.mdb")).size);

    const verified = await verifyStore(target);
    expect(verified).toMatchObject({ ok: true, pages: { free: 0, lost: 0 } });
    expect(verified.keys.records).toBeGreaterThanOrEqual(COOKIES);
    const backup = await other.open(target);
    expect(await backup.info()).toMatchObject({ format: "0.9", recordSlot: 1, indexSlot: 2 });
    const { records, indexKeys, problems } = await backup.verify();
    expect({ indexKeys, problems }).toEqual({ indexKeys: records, problems: [] });
    await backup.put({ oid: "00000000-0000-4000-8000-000000000001", createdNs: 1n, value: "after" });
    expect(await backup.verify()).toMatchObject({ records: records + 1, problems: [] });
    await backup.close();
    // The source went on undisturbed.
    expect(await theirs.verify()).toMatchObject({ problems: [] });
    await theirs.close();
  }, 90_000);

  test("1.0: page by page, in its own format, beside a slower writer; and Crossbar's library goes on with it", async () => {
    const { home, source, theirs } = await makeSource("1.0");
    const target = join(home, "target");
    let stop = false;
    const writing = (async () => {
      let n = 0;
      for (; !stop; n += 1) {
        await theirs.put({ oid: oidOf(n), createdNs: 1n, value: `live-${n}` });
        await new Promise((resolve) => setTimeout(resolve, 50)); // the writer's own pace, nothing waits for it
      }
      return n;
    })();
    const { report } = await runBackup(["backup", source, target]);
    stop = true;
    expect(await writing).toBeGreaterThan(10);
    expect(report).toMatchObject({ format: "1.0", copy: { compacted: false }, findings: [] });
    expect(await verifyStore(target)).toMatchObject({ ok: true, format: "1.0" });
    const backup = await other.open(target);
    const { records, problems } = await backup.verify();
    expect(problems).toEqual([]);
    expect(records).toBeGreaterThan(COOKIES);
    // Page after page is written anew there: no meta page leads to what wasn't copied.
    await backup.writeLoop({ seconds: 30, prefix: "after", maxRecords: 2000, perTransaction: 20 });
    expect(await backup.verify()).toMatchObject({ records: records + 2000, problems: [] });
    await backup.close();
    await theirs.close();
    expect((await verifyStore(target)).ok).toBe(true);
  }, 90_000);

  test("1.0: a writer without a pause is told from one that can be copied beside, and nothing is left", async () => {
    const { home, source, theirs } = await makeSource("1.0");
    const writing = theirs.writeLoop({ seconds: 5, prefix: "live" });
    const { report } = await runBackup(["backup", source, join(home, "target")]);
    await writing;
    if (report.code === undefined) {
      // A file system that shares blocks copies in no time.
      expect(await verifyStore(join(home, "target"))).toMatchObject({ ok: true });
    } else {
      expect(report).toMatchObject({
        code: "ERR_STORE_BUSY",
        hint: expect.stringContaining("stop Crossbar"),
      });
      expect(readdirSync(home)).toEqual(["source"]);
    }
    await theirs.close();
  }, 60_000);

  test("compact refuses a database that somebody has open, and one of LMDB 1.0", async () => {
    const { home, source, theirs } = await makeSource("0.9");
    expect((await runBackup(["compact", source])).report).toMatchObject({
      code: "ERR_STORE_BUSY",
      message: `process ${writer.pid} has ${source} open`,
    });
    await theirs.close();
    const before = statSync(join(source, "data.mdb"));
    // In this process, which goes on having the old files open: whoever opens the new ones must not go by the old lock file.
    const report = await compactStore(source);
    const after = statSync(join(source, "data.mdb"));
    expect(report).toMatchObject({ beforeBytes: before.size, afterBytes: after.size, findings: [] });
    expect(after.size).toBeLessThan(before.size);
    expect(readdirSync(home)).toEqual(["source"]);
    const compacted = await other.open(source);
    expect(await compacted.verify()).toEqual({ records: COOKIES, indexKeys: COOKIES, problems: [] });
    await compacted.put({ oid: oidOf(1), createdNs: 1n, value: "after" });
    expect(await compacted.verify()).toMatchObject({ records: COOKIES + 1, problems: [] });
    await compacted.close();

    const newer = join(makeTempDirectory(), "newer");
    await (await other.open(newer, { format: "1.0" })).close();
    expect((await runBackup(["compact", newer])).report).toMatchObject({ code: "ERR_STORE_FORMAT" });
  }, 90_000);
});

function oidOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}
