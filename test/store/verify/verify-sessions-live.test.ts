// Verification of our own tables beside writers: one transaction of theirs is never seen as damage.

import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../../src/store/open-store.js";
import type { VerifyReport } from "../../../src/store/verify/verify-report.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { cfxdbMissing, startCfxdb } from "../../support/cfxdb.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";
import { oidOf } from "./session-databases.js";

const missing = cfxdbMissing();
const describeLive = missing === undefined ? describe : describe.skip;
const COOKIES = 3_000;

afterAll(removeTempDirectories);

test("where only we write, sessions that come, change and go are no finding, and the indexes stay exact", async () => {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const sessions = { mode: "exclusive" } as const;
  const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions });
  const write = (from: number, count: number): Promise<void> =>
    store.writer.write((transaction) => {
      for (let n = from; n < from + count; n += 1) {
        const oid = oidOf(n % COOKIES);
        const old = transaction.findByOid(oid);
        // Gone and made anew, or handed to another user and another time, under another value.
        if (old !== undefined && n % 3 === 0) transaction.delete(oid);
        const fields = { oid, value: `value-${n}`, authid: `user-${n % 7}`, createdNs: BigInt(n + 1) };
        transaction.put({ ...fields, maxAgeSeconds: 1 + (n % 11) });
        transaction.putUse(oid, { lastUsedNs: BigInt(n) });
        if (n % 5 === 0) transaction.delete(oid);
      }
    });
  await write(0, COOKIES);
  await store.sweepIndexes();
  let isDone = false;
  const writing = (async () => {
    for (let n = COOKIES; !isDone; n += 3) await write(n, 3);
  })();
  const reports: VerifyReport[] = [];
  while (reports.filter(({ changedMeanwhile }) => changedMeanwhile).length < 8)
    reports.push(await verifyStore(path));
  isDone = true;
  await writing;
  for (const { findings } of reports) expect(findings).toEqual([]);
  expect(await verifyStore(path)).toMatchObject({ ok: true, findings: [] });
  expect(await store.reader.marks()).toMatchObject({ areIndexesExact: true });
  await store.close();
}, 60_000);

describeLive(`beside cfxdb${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  test("where Crossbar writes too, there are notes at most, and none after the last sweep", async () => {
    const cfxdb = await startCfxdb();
    const path = join(makeTempDirectory(), "cookies");
    const theirs = await cfxdb.open(path, { format: "0.9", sync: false });
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: { mode: "shared" } });
    let isWriting = true;
    const writing = theirs
      .writeLoop({ seconds: 3, prefix: "live", updateEvery: 3, deleteEvery: 2 })
      .finally(() => {
        isWriting = false;
      });
    const sweeping = (async () => {
      while (isWriting) await store.sweepIndexes();
    })();
    const reports: VerifyReport[] = [];
    while (isWriting) reports.push(await verifyStore(path));
    await Promise.all([writing, sweeping]);
    const kinds = new Set(reports.flatMap(({ findings }) => findings.map(({ kind }) => kind)));
    expect([...kinds]).toEqual(["session-index-lag"]);
    await store.sweepIndexes();
    const { records, byAuthid, byExpiry } = (await verifyStore(path)).keys;
    expect(await verifyStore(path)).toMatchObject({ ok: true, findings: [] });
    expect(records).toBeGreaterThan(0);
    expect(Math.max(byAuthid, byExpiry)).toBeLessThanOrEqual(records);
    await store.close();
    await theirs.close();
    await cfxdb.stop();
  }, 60_000);
});
