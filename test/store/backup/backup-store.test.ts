// db backup and db compact that are refused, killed, or find the disk full: nothing half done is left.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { backupStore } from "../../../src/store/backup/backup-store.js";
import { LmdbEnvironment } from "../../../src/store/lmdb/environment.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../../src/store/open-store.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { dumpStore } from "../../support/damage-store.js";
import { copyGoldenDatabase } from "../../support/golden-records.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";
import { runBackup } from "./run-backup.js";

const COOKIES = 20_000;
let source: string;

beforeAll(async () => {
  source = join(makeTempDirectory(), "source");
  await initCookieStore(source);
  const sessions = { mode: "exclusive" } as const;
  const store = await openCookieStore({ path: source, maxSizeBytes: 2 ** 30, sessions });
  await store.writer.write((transaction) => {
    for (let i = 0; i < 2 * COOKIES; i += 1) {
      const oid = oidOf(i);
      transaction.put({ oid, createdNs: 1n, value: `value-${i}`, authextra: { filler: "x".repeat(500) } });
      transaction.putUse(oid, { lastUsedNs: BigInt(i) });
    }
  });
  await store.writer.write((transaction) => {
    for (let i = COOKIES; i < 2 * COOKIES; i += 1) transaction.delete(oidOf(i));
  });
  await store.close();
}, 60_000);
afterAll(removeTempDirectories);

test("all tables, ours too, are in the backup, with the same bytes", async () => {
  const target = join(makeTempDirectory(), "a", "target");
  const { report } = await runBackup(["backup", source, target]);
  expect(report).toMatchObject({ entries: 3 * COOKIES + 6, copy: { compacted: true }, findings: [] });
  expect(report.targetBytes).toBeLessThan(report.sourceBytes * 0.7);
  expect(dumpStore(target)).toEqual(dumpStore(source));
});

test.each(["copy", "read", "verify"])(
  "a backup that is killed with -9 in phase %s leaves TARGET.partial alone, and the next one starts over",
  async (phase) => {
    const home = makeTempDirectory();
    const target = join(home, "target");
    expect((await runBackup(["backup", source, target, phase])).signal).toBe("SIGKILL");
    expect(readdirSync(home)).toEqual(["target.partial"]);
    expect((await runBackup(["backup", source, target])).report.entries).toBe(3 * COOKIES + 6);
    expect(readdirSync(home)).toEqual(["target"]);
  },
  60_000,
);

test.each(["copy", "read", "verify"])(
  "a compaction that is killed with -9 in phase %s leaves the database as it was, and the next one starts over",
  async (phase) => {
    const home = makeTempDirectory();
    const path = join(home, "cookies");
    await runBackup(["backup", source, path]);
    chmodSync(path, 0o2770);
    chmodSync(join(path, "data.mdb"), 0o660);
    const before = readFileSync(join(path, "data.mdb"));
    expect((await runBackup(["compact", path, "", phase])).signal).toBe("SIGKILL");
    expect(readdirSync(home).sort()).toEqual(["cookies", "cookies.compacted.partial"]);
    expect(readFileSync(join(path, "data.mdb")).equals(before)).toBe(true);
    expect(await verifyStore(path)).toMatchObject({ ok: true });

    expect((await runBackup(["compact", path])).report).toMatchObject({
      entries: 3 * COOKIES + 6,
      findings: [],
    });
    expect(readdirSync(home)).toEqual(["cookies"]);
    // What a shared group may do stays as it was.
    expect(statSync(path).mode & 0o7777).toBe(0o2770);
    expect(statSync(join(path, "data.mdb")).mode & 0o777).toBe(0o660);
    expect(dumpStore(path)).toEqual(dumpStore(source));
  },
  60_000,
);

test.each(["backup", "compact"])(
  "on a full disk %s ends with a coded error, and nothing is left",
  async (what) => {
    const home = makeTempDirectory();
    const path = join(home, "cookies");
    await runBackup(["backup", source, path]);
    const { report } = await runBackup([what, path, join(home, "target")], 2000);
    expect(report).toMatchObject({ code: "ERR_STORE_COMMIT", hint: expect.stringContaining("disk full") });
    expect(readdirSync(home)).toEqual(["cookies"]);
    expect(await verifyStore(path)).toMatchObject({ ok: true });
  },
  60_000,
);

test("a database with pages that belong to nothing, which LMDB refuses to compact, is copied page by page", async () => {
  const home = makeTempDirectory();
  const path = join(home, "cookies");
  await runBackup(["backup", source, path]);
  // Two pages more than anybody knows of: the last page in the newest meta page, and the file as long.
  const file = readFileSync(join(path, "data.mdb"));
  const lastPage = 4096 + 16 + 120;
  file.writeBigUInt64LE(file.readBigUInt64LE(lastPage) + 2n, lastPage);
  writeFileSync(join(path, "data.mdb"), Buffer.concat([file, Buffer.alloc(2 * 4096)]));

  const target = join(home, "target");
  const { report } = await runBackup(["backup", path, target]);
  expect(report.copy).toMatchObject({ compacted: false, why: expect.stringContaining("MDB_INCOMPATIBLE") });
  expect(await verifyStore(target)).toMatchObject({ ok: true, pages: { lost: 2 } });
  expect(dumpStore(target)).toEqual(dumpStore(source));
  expect((await runBackup(["compact", path])).report).toMatchObject({
    code: "ERR_STORE_DAMAGED",
    message: expect.stringContaining("can't be compacted"),
  });
}, 60_000);

test("a copy of LMDB 1.0 has two meta pages that lead to the same state, the other one as the older", async () => {
  const home = makeTempDirectory();
  const path = copyGoldenDatabase("db-1.0", join(home, "source"));
  const { targetBytes } = await backupStore(path, join(home, "target"));
  const copy = readFileSync(join(home, "target", "data.mdb"));
  expect(copy.length).toBe(targetBytes);
  const metas = [0, 1].map((page) => copy.subarray(page * 4096 + 24, page * 4096 + 24 + 136));
  const ids = metas.map((meta) => Number(meta.readBigUInt64LE(128)));
  expect([...ids].sort()).toEqual([2, 3]);
  expect(metas[0]?.subarray(0, 128).equals(metas[1]?.subarray(0, 128) as Buffer)).toBe(true);
  expect(dumpStore(join(home, "target"))).toEqual(dumpStore(path));
});

test("a target that is there, lies in the source, or isn't ours is left alone", async () => {
  const home = makeTempDirectory();
  const path = copyGoldenDatabase("db-1.0", join(home, "source"));
  mkdirSync(join(home, "full"));
  writeFileSync(join(home, "full", "mine"), "");
  await expect(backupStore(path, join(home, "full"))).rejects.toMatchObject({ code: "ERR_STORE_EXISTS" });
  await expect(backupStore(path, join(path, "in"))).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
  mkdirSync(join(home, "new.partial"));
  writeFileSync(join(home, "new.partial", "mine"), "");
  await expect(backupStore(path, join(home, "new"))).rejects.toMatchObject({
    code: "ERR_STORE_EXISTS",
    message: expect.stringContaining("no unfinished backup"),
  });
  expect(existsSync(join(home, "new.partial", "mine"))).toBe(true);
});

test("a process that writes natively can back up what it has open only from another process", async () => {
  const environment = LmdbEnvironment.open({ path: source, writable: true });
  await expect(backupStore(source, join(makeTempDirectory(), "t"))).rejects.toMatchObject({
    code: "ERR_STORE_OPEN_TWICE",
  });
  await environment.close();
});

function oidOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}
