// Verification beside a writer at full speed: nothing is found that isn't there.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openCookieStore } from "../../../src/store/open-store.js";
import type { VerifyReport } from "../../../src/store/verify/verify-report.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { type Cfxdb, type CfxdbFormat, cfxdbMissing, startCfxdb } from "../../support/cfxdb.js";
import { damageStore, repairInChild, stopDamageProcess } from "../../support/damage-store.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

const missing = cfxdbMissing();
const describeLive = missing === undefined ? describe : describe.skip;
const COOKIES = 5_000;

describeLive(`beside cfxdb${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  let cfxdb: Cfxdb;
  beforeAll(async () => {
    cfxdb = await startCfxdb();
  });
  afterAll(async () => {
    await cfxdb.stop();
    await stopDamageProcess();
    removeTempDirectories();
  });

  test.each<CfxdbFormat>(["0.9", "1.0"])(
    "format %s: no finding while cookies come, change and go",
    async (format) => {
      const path = join(makeTempDirectory(), "cookies");
      const database = await cfxdb.open(path, { format, sync: false });
      const fill = { seconds: 60, prefix: "fill", perTransaction: 1000, maxRecords: COOKIES };
      await database.writeLoop(fill);
      let isWriting = true;
      const writing = database
        .writeLoop({ seconds: 4, prefix: "live", updateEvery: 3, deleteEvery: 2 })
        .finally(() => {
          isWriting = false;
        });
      const reports: VerifyReport[] = [];
      while (isWriting) reports.push(await verifyStore(path));
      const { created, deleted } = await writing;
      expect(reports[0]?.changedMeanwhile).toBe(true);
      for (const { findings } of reports) expect(findings).toEqual([]);
      // The walk over all pages needs a moment of rest: that it had none is no finding, but not "ok" either.
      for (const { ok, pages } of reports) expect(ok).toBe(pages !== undefined);
      expect(await verifyStore(path)).toMatchObject({
        ok: true,
        changedMeanwhile: false,
        keys: { records: COOKIES + created - deleted, indexKeys: COOKIES + created - deleted },
      });
      await database.close();
    },
  );

  test("the index is repaired while cfxdb has the database open, and both go on writing", async () => {
    const path = join(makeTempDirectory(), "cookies");
    const database = await cfxdb.open(path, { format: "0.9" });
    await database.writeLoop({ seconds: 60, prefix: "c", perTransaction: 500, maxRecords: 1000 });
    await damageStore(path, ({ deleteIndexKey, putIndexKey }) => {
      for (let i = 0; i < 600; i += 1) deleteIndexKey(`c-${i}`);
      for (let i = 0; i < 600; i += 1) putIndexKey(`stray-${i}`, Buffer.alloc(16, i));
    });
    expect((await database.verify()).problems).not.toEqual([]);
    const { repair, after } = await repairInChild(path);
    expect(repair).toMatchObject({ removedKeys: 600, addedKeys: 600 });
    expect(after.ok).toBe(true);
    expect(await database.verify()).toEqual({ records: 1000, indexKeys: 1000, problems: [] });
    await database.writeLoop({ seconds: 60, prefix: "d", perTransaction: 10, maxRecords: 100 });
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
    await store.writer.write((transaction) =>
      transaction.put({ oid: "00000000-0000-4000-8000-000000000001", createdNs: 1n, value: "ours" }),
    );
    await store.close();
    expect(await database.verify()).toEqual({ records: 1101, indexKeys: 1101, problems: [] });
    await database.close();
  });
});
