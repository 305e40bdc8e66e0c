// Our own tables are converted like all others: byte for byte, and in use afterwards.

import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openCookieStore } from "../../../src/store/open-store.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { cfxdbMissing, startCfxdb } from "../../support/cfxdb.js";
import { convertInChild, dumpStore, stopDamageProcess } from "../../support/damage-store.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";
import { makeSessionDatabase, oidOf, type SessionDatabase } from "../verify/session-databases.js";

const here = dirname(fileURLToPath(import.meta.url));
const missing = cfxdbMissing();
const testLive = missing === undefined ? test : test.skip;
const KEYS = { records: 30, indexKeys: 30, byAuthid: 20, byExpiry: 24, uses: 15, marks: 2, others: [] };

let database: SessionDatabase;
beforeAll(async () => {
  database = await makeSessionDatabase("exclusive");
});
afterAll(async () => {
  await stopDamageProcess();
  removeTempDirectories();
});

/** Copies every entry into a new database in LMDB 1.0 format, with the engines that zlmdb has. */
const COPY_TO_1_0 = `
import sys
from zlmdb import _lmdb_vendor as lmdb
source = lmdb.open(sys.argv[1], readonly=True, lock=False, lib_version=0)
target = lmdb.open(sys.argv[2], map_size=2**30, lib_version=1)
with source.begin() as old, target.begin(write=True) as new:
    for key, value in old.cursor():
        new.put(key, value)
target.close()
`;

function copyToFormat1(source: string): string {
  const python = process.env.CFXDB_PYTHON ?? join(here, "..", "..", "..", ".venv", "bin", "python");
  const target = join(makeTempDirectory(), "cookies");
  execFileSync(python, ["-B", "-W", "ignore", "-c", COPY_TO_1_0, source, target], { stdio: "inherit" });
  return target;
}

test("of 0.9", async () => {
  const source = database.copy();
  const target = join(makeTempDirectory(), "target");
  expect(await convertInChild(source, target)).toMatchObject({ findings: [] });
  expect(dumpStore(target)).toEqual(dumpStore(source));
  expect(await verifyStore(target)).toMatchObject({ ok: true, findings: [], keys: KEYS });
});

testLive(`of 1.0, which are verified there too, and are in use in 0.9 ${missing ?? ""}`, async () => {
  const source = copyToFormat1(database.copy());
  expect(await verifyStore(source)).toMatchObject({ ok: true, format: "1.0", findings: [], keys: KEYS });
  const target = join(makeTempDirectory(), "target");
  expect(await convertInChild(source, target)).toMatchObject({ sourceFormat: "1.0", findings: [] });
  expect(dumpStore(target)).toEqual(dumpStore(source));
  await stopDamageProcess(); // it has the target open
  const store = await openCookieStore({ path: target, maxSizeBytes: 2 ** 30 });
  expect(await store.reader.marks()).toEqual({ clockNs: 9n, areValuesHashed: false, areIndexesExact: true });
  expect((await store.reader.findUsed({ oid: oidOf(2) }))?.use).toEqual({ lastUsedNs: 7n, peer: "peer 2" });
  await store.writer.write((transaction) => transaction.delete(oidOf(2)));
  await store.close();
  const keys = { ...KEYS, records: 29, indexKeys: 29, byAuthid: 19, byExpiry: 23, uses: 14 };
  expect(await verifyStore(target)).toMatchObject({ ok: true, findings: [], keys });
});

testLive(`tables that cfxdb doesn't know, of a 1.0 database of its own ${missing ?? ""}`, async () => {
  const cfxdb = await startCfxdb();
  const source = join(makeTempDirectory(), "source");
  const theirs = await cfxdb.open(source, { format: "1.0", shifted: true });
  await theirs.writeLoop({ seconds: 60, prefix: "c", perTransaction: 50, maxRecords: 50 });
  await theirs.close();
  await cfxdb.stop();
  const target = join(makeTempDirectory(), "target");
  await convertInChild(source, target);
  expect(dumpStore(target)).toEqual(dumpStore(source));
});
