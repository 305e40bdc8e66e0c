// db verify on real databases: report, repair, exit statuses, progress.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { TextOutput } from "../../src/cli/cli-context.js";
import { uuidToBytes } from "../../src/record/uuid.js";
import { makeSessionDatabase, oidOf, ownKey } from "../store/verify/session-databases.js";
import { cfxdbMissing, startCfxdb } from "../support/cfxdb.js";
import { copyGolden, damageStore, stopDamageProcess } from "../support/damage-store.js";
import { readGoldenCookies } from "../support/golden-cookies.js";
import { copyGoldenDatabase } from "../support/golden-records.js";
import { LmdbPatch } from "../support/lmdb-patch.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { createFakeCli } from "./fake-context.js";

afterAll(async () => {
  await stopDamageProcess();
  removeTempDirectories();
});

const [one] = readGoldenCookies("db-0.9");
const value = one?.value ?? "";

async function damaged(): Promise<string> {
  const path = copyGolden();
  await damageStore(path, ({ deleteIndexKey, putIndexKey }) => {
    deleteIndexKey(value);
    putIndexKey("s3cret-stray", Buffer.alloc(16, 7));
  });
  return path;
}

describe("db verify", () => {
  test("of a database in order ends with 0 and says what was looked at", async () => {
    const path = copyGoldenDatabase("db-1.0", join(makeTempDirectory(), "db"));
    const { status, stdout, stderr } = await createFakeCli().run(["db", "verify", path]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe(
      `path     ${path}\n` +
        "format   LMDB 1.0, transaction 3\n" +
        "pages    18: 1 branch, 5 leaf, 6 overflow, 1 free list, 3 free, 0 lost\n" +
        "keys     30 records, 30 index keys, 2 table descriptions\n",
    );
  });

  test("counts the keys of other tables", async () => {
    const path = copyGoldenDatabase("db-shifted", join(makeTempDirectory(), "db"));
    const { status, stdout } = await createFakeCli().run(["db", "verify", path]);
    expect(status).toBe(0);
    expect(stdout).toContain("others   1 in slot 2 (keys of other tables, left alone)\n");
  });

  test("ends with 1 if something is wrong, names oids and no values, and says how to mend it", async () => {
    const path = await damaged();
    const { status, stdout, stderr } = await createFakeCli().run(["db", "verify", path]);
    expect(status).toBe(1);
    expect(stdout).toContain(
      `damage: records without an index key (record-without-index-key): 1\n  ${one?.oid}\n` +
        "damage: index keys that lead to no record (index-key-without-record): 1\n" +
        "  07070707-0707-0707-0707-070707070707\n",
    );
    expect(stderr).toBe(
      `error: ${path} isn't in order: 1 record-without-index-key, 1 index-key-without-record\n` +
        "hint: `db verify --repair` rebuilds the indexes\ncode: ERR_STORE_INCONSISTENT\n",
    );
    expect(stdout + stderr).not.toContain("s3cret");
    expect(stdout + stderr).not.toContain(value);
  });

  test("as JSON has the whole report on standard output, also if something is wrong", async () => {
    const { status, stdout, stderr } = await createFakeCli().run(["db", "verify", await damaged(), "--json"]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      format: "0.9",
      keys: { records: 30, indexKeys: 30 },
      findings: [
        { kind: "record-without-index-key", level: "damage", count: 1, examples: [{ oid: one?.oid }] },
        { kind: "index-key-without-record", count: 1 },
      ],
    });
    expect(JSON.parse(stderr).error).toMatchObject({
      code: "ERR_STORE_INCONSISTENT",
      details: { findings: { "record-without-index-key": 1, "index-key-without-record": 1 } },
    });
  });

  test("shows ten of many and says how many more there are", async () => {
    const path = copyGolden();
    await damageStore(path, ({ putIndexKey }) => {
      for (let i = 0; i < 300; i += 1) putIndexKey(`s3cret-${i}`, Buffer.alloc(16, i));
    });
    const { stdout } = await createFakeCli().run(["db", "verify", path]);
    expect(stdout).toContain("damage: index keys that lead to no record (index-key-without-record): 300");
    expect(stdout).toContain("\n  and 290 more\n");
    expect(stdout.split("\n")).toHaveLength(4 + 1 + 10 + 1 + 1);
  });

  test("ends with 4 if there is nothing to verify, or no database", async () => {
    const cli = createFakeCli();
    expect((await cli.run(["db", "verify", join(makeTempDirectory(), "none")])).status).toBe(4);
    const patch = LmdbPatch.golden("0.9");
    const path = patch.write(patch.bytes.subarray(0, 5 * patch.pageSize));
    const { status, stderr } = await cli.run(["db", "verify", path]);
    expect({ status, code: /code: (.*)/.exec(stderr)?.[1] }).toEqual({
      status: 4,
      code: "ERR_STORE_TRUNCATED",
    });
  });
});

describe("db verify --repair", () => {
  test("rebuilds the index, says what it did, and ends with 0", async () => {
    const path = await damaged();
    const { status, stdout } = await createFakeCli().run(["db", "verify", path, "--repair"]);
    expect(status).toBe(0);
    expect(stdout).toContain("keys     30 records, 30 index keys");
    expect(stdout).toContain("repair   index keys: 1 removed, 1 added, 0 moved to a newer record\n");
    expect((await createFakeCli().run(["db", "verify", path])).status).toBe(0);
  });

  test("names the record that lost its key, and ends with 1, since it is still there", async () => {
    const path = copyGolden();
    const oid = "00000000-0000-4000-8000-000000000001";
    await damageStore(path, ({ putRecord }) => putRecord({ oid, createdNs: 1n, value }));
    const { status, stdout, stderr } = await createFakeCli().run(["db", "verify", path, "--repair"]);
    expect(status).toBe(1);
    expect(stdout).toContain(`  ${oid} lost its key to ${one?.oid}, which is newer\n`);
    expect(stderr).toContain("hint: `cookies remove --oid OID` removes a record");
    expect(stdout + stderr).not.toContain(value);
  });

  test("has nothing to do on a database in order", async () => {
    const text = await createFakeCli().run(["db", "verify", copyGolden(), "--repair"]);
    expect(text.stdout).toContain("repair   nothing to do\n");
    const json = await createFakeCli().run(["db", "verify", copyGolden(), "--repair", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, repair: null });
  });

  test("is refused with 4 for LMDB 1.0, with the command that helps", async () => {
    const path = copyGoldenDatabase("db-1.0", join(makeTempDirectory(), "db"));
    const before = readFileSync(join(path, "data.mdb"));
    const { status, stderr } = await createFakeCli().run(["db", "verify", path, "--repair"]);
    expect(status).toBe(4);
    expect(stderr).toContain("db convert SOURCE TARGET");
    expect(readFileSync(join(path, "data.mdb"))).toEqual(before);
  });
});

describe("a database with our own tables", () => {
  test("is counted table by table; where Crossbar writes too, arrears are a note", async () => {
    const path = (await makeSessionDatabase("shared")).copy();
    await damageStore(path, (damage) =>
      damage.put(ownKey(damage, "byExpiry", Buffer.alloc(8), uuidToBytes(oidOf(99))), Buffer.alloc(0)),
    );
    const { status, stdout } = await createFakeCli().run(["db", "verify", path]);
    expect(status).toBe(0);
    const lines = stdout.split("\n");
    expect(lines.slice(3)).toEqual([
      "keys     30 records, 30 index keys, 6 table descriptions",
      "sessions 20 by user, 25 by expiry, 15 last uses, 1 marks",
      "note: entries that the next sweep adds or removes (session-index-lag): 1",
      `  ${oidOf(99)}, by expiry, to be removed`,
      "",
    ]);
    const json = await createFakeCli().run(["db", "verify", path, "--json"]);
    const keys = { byAuthid: 20, byExpiry: 25, uses: 15, marks: 1, others: [] };
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, keys });
  });

  test("is told what is wrong, in 80 columns, and is mended", async () => {
    const path = (await makeSessionDatabase("exclusive")).copy();
    await damageStore(path, (damage) => {
      const oid = uuidToBytes(oidOf(99));
      damage.put(ownKey(damage, "byExpiry", Buffer.alloc(8), oid), Buffer.alloc(0));
      damage.put(ownKey(damage, "byAuthid", Buffer.alloc(32), uuidToBytes(oidOf(2))), Buffer.alloc(0));
      damage.put(ownKey(damage, "byAuthid", oid), Buffer.alloc(0));
      damage.put(ownKey(damage, "uses", oid), Buffer.alloc(0));
      damage.put(ownKey(damage, "marks", Buffer.from("later")), Buffer.alloc(0));
    });
    const found = await createFakeCli().run(["db", "verify", path]);
    expect(found.status).toBe(1);
    expect(found.stderr).toContain("hint: `db verify --repair` rebuilds the indexes\n");
    const lines = found.stdout.split("\n").slice(4);
    expect(lines).toEqual([
      "sessions 22 by user, 25 by expiry, 16 last uses, 3 marks",
      "note: marks of the store that are passed over (mark-unknown): 1",
      "  later",
      "damage: session index entries of a wrong length (session-entry-malformed): 1",
      "  by user, a key of 18 bytes",
      "damage: session index entries of no record (session-entry-without-record): 1",
      `  ${oidOf(99)}, by expiry`,
      "damage: entries that their record contradicts (session-entry-contradicted): 1",
      `  ${oidOf(2)}, by user`,
      "damage: last uses that can't be read (use-malformed): 1",
      `  ${oidOf(99)}, 0 bytes, and no time`,
      "",
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const repaired = await createFakeCli().run(["db", "verify", path, "--repair"]);
    expect(repaired.status).toBe(0);
    expect(repaired.stdout.split("\n").slice(4)).toEqual([
      "sessions 20 by user, 24 by expiry, 15 last uses, 3 marks",
      "note: marks of the store that are passed over (mark-unknown): 1",
      "  later",
      "repair   index keys: 0 removed, 0 added, 0 moved to a newer record",
      "         sessions: 0 entries added, 3 removed, 1 last uses mended",
      "",
    ]);
  });

  test("whose marks can't be read is not repaired, and a backup is advised", async () => {
    const path = (await makeSessionDatabase("exclusive")).copy();
    await damageStore(path, (damage) =>
      damage.put(ownKey(damage, "marks", Buffer.from("clock")), Buffer.alloc(1)),
    );
    const { status, stdout, stderr } = await createFakeCli().run(["db", "verify", path]);
    expect(status).toBe(1);
    expect(stdout).toContain(
      "damage: marks of the store that can't be read (mark-malformed): 1\n  clock has 1 bytes, not 8\n",
    );
    expect(stderr).toContain("for all else, restore a backup\n");
    const repair = await createFakeCli().run(["db", "verify", path, "--repair"]);
    expect({ status: repair.status, code: /code: (.*)/.exec(repair.stderr)?.[1] }).toEqual({
      status: 4,
      code: "ERR_STORE_TABLES",
    });
  });
});

const missing = cfxdbMissing();
(missing === undefined ? test : test.skip)(
  `beside a writer that never rests it ends with 4: the pages couldn't be checked ${missing ?? ""}`,
  async () => {
    const cfxdb = await startCfxdb();
    const path = join(makeTempDirectory(), "db");
    const database = await cfxdb.open(path, { format: "1.0", sync: false });
    await database.writeLoop({ seconds: 60, prefix: "c", perTransaction: 1000, maxRecords: 8_000 });
    const writing = database.writeLoop({ seconds: 60, prefix: "live" }).catch(() => {});
    const { status, stdout, stderr } = await createFakeCli().run(["db", "verify", path]);
    await cfxdb.kill();
    await writing;
    expect(status).toBe(4);
    expect(stdout).toContain(", written to during the check\npages    not checked: ");
    expect(stderr).toContain(`error: the pages of ${path} couldn't be checked\nhint: run it again when`);
  },
);

test("on a terminal there is a progress bar on standard error, and none of it is left", async () => {
  let written = "";
  const stderr: TextOutput = {
    write: (text) => {
      written += text;
      return true;
    },
    once: () => {},
    off: () => {},
    writable: true,
    isTTY: true,
  };
  const { status, stdout } = await createFakeCli({ stderr }).run(["db", "verify", copyGolden()]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^path /);
  expect(written).toContain("pages [");
  expect(written).toContain("entries [");
  expect(written.endsWith("\u001b[1G\u001b[2K")).toBe(true); // the line is cleared
});
