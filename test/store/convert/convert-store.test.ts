// The conversion: every entry byte for byte, the source untouched, the target whole or not there.

import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { convertStore } from "../../../src/store/convert/convert-store.js";
import { openCookieStore } from "../../../src/store/open-store.js";
import {
  convertInChild,
  copyGolden,
  damageStore,
  dumpStore,
  repairInChild,
  stopDamageProcess,
} from "../../support/damage-store.js";
import { copyGoldenDatabase, type GoldenDatabase, readGoldenDump } from "../../support/golden-records.js";
import { LmdbPatch, META } from "../../support/lmdb-patch.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

afterAll(async () => {
  await stopDamageProcess();
  removeTempDirectories();
});

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

function makePaths(name: GoldenDatabase = "db-1.0"): { source: string; target: string; home: string } {
  const home = makeTempDirectory();
  return { home, source: copyGoldenDatabase(name, join(home, "source")), target: join(home, "target") };
}

describe.each<GoldenDatabase>(["db-1.0", "db-0.9", "db-shifted"])("the golden %s", (name) => {
  test("becomes a private 0.9 database of the same content, and isn't touched", async () => {
    const { source, target, home } = makePaths(name);
    const before = readFileSync(join(source, "data.mdb"));
    chmodSync(join(source, "data.mdb"), 0o400);
    const report = await convertInChild(source, target);
    const content = readGoldenDump(name);
    expect(report).toMatchObject({
      source,
      target,
      sourceFormat: name === "db-1.0" ? "1.0" : "0.9",
      entries: content.size,
      bytes: [...content].reduce((sum, [key, value]) => sum + (key.length + value.length) / 2, 0),
      hash: expect.stringMatching(/^[\da-f]{64}$/),
      findings: [],
    });
    expect(dumpStore(target)).toEqual(content);
    expect(readFileSync(join(target, "data.mdb")).readUInt32LE(20)).toBe(1); // the data version of LMDB 0.9
    expect([modeOf(target), ...readdirSync(target).map((file) => modeOf(join(target, file)))]).toEqual([
      "700",
      "600",
      "600",
    ]);
    expect(readdirSync(source)).toEqual(["data.mdb"]); // no lock file
    expect(readFileSync(join(source, "data.mdb"))).toEqual(before);
    expect(readdirSync(home).sort()).toEqual(["source", "target"]);
  });
});

test("the new database can be opened for writing at once, also under its final name in this process", async () => {
  const { source, target } = makePaths();
  await convertStore(source, target);
  const store = await openCookieStore({ path: target, maxSizeBytes: 2 ** 30 });
  const oid = "00000000-0000-4000-8000-000000000001";
  await store.writer.write((transaction) => transaction.put({ oid, createdNs: 1n, value: "new" }));
  expect((await store.reader.findByValue("new"))?.oid).toBe(oid);
  await store.close();
});

test("the hash is of the content: the same for the same entries in either format", async () => {
  const { source, target, home } = makePaths();
  const first = await convertInChild(source, target);
  const second = await convertInChild(target, join(home, "again"), true);
  expect(second).toMatchObject({ hash: first.hash, entries: first.entries, sourceFormat: "0.9" });
});

test("an empty directory may be there already; what an earlier run left is removed", async () => {
  const { source, target, home } = makePaths();
  mkdirSync(target);
  mkdirSync(`${target}.converting`);
  writeFileSync(join(`${target}.converting`, "data.mdb"), "half a database");
  await convertInChild(source, target);
  expect(dumpStore(target)).toEqual(readGoldenDump("db-1.0"));
  expect(readdirSync(home).sort()).toEqual(["source", "target"]);
});

test("what was wrong with the content is said, copied as it is, and can be repaired in the target", async () => {
  const source = copyGolden();
  await damageStore(source, ({ putIndexKey }) => putIndexKey("s3cret-stray", Buffer.alloc(16, 7)));
  const target = join(makeTempDirectory(), "target");
  const report = await convertInChild(source, target, true);
  expect(report.findings).toMatchObject([{ kind: "index-key-without-record", count: 1 }]);
  expect(JSON.stringify(report)).not.toContain("s3cret");
  expect(dumpStore(target)).toEqual(dumpStore(source));
  expect((await repairInChild(target)).after.ok).toBe(true);
});

describe("refuses, and leaves nothing behind,", () => {
  test.each<[string, (paths: { source: string; target: string; home: string }) => void, string]>([
    [
      "a target with something in it",
      ({ target }) => mkdirSync(join(target, "x"), { recursive: true }),
      "ERR_STORE_EXISTS",
    ],
    ["a target that is a file", ({ target }) => writeFileSync(target, ""), "ERR_STORE_EXISTS"],
    ["a target that is a link", ({ target, home }) => symlinkSync(home, target), "ERR_STORE_EXISTS"],
    [
      "an unfinished directory that isn't ours to remove",
      ({ target }) => {
        mkdirSync(`${target}.converting`);
        writeFileSync(join(`${target}.converting`, "precious"), "");
      },
      "ERR_STORE_EXISTS",
    ],
    [
      "a source with a damaged page",
      ({ source }) => {
        const patch = new LmdbPatch(readFileSync(join(source, "data.mdb")));
        const page = patch.bytes.readUInt32LE(patch.node(patch.root, 1));
        patch.bytes.fill(0, page * patch.pageSize, (page + 1) * patch.pageSize);
        writeFileSync(join(source, "data.mdb"), patch.bytes);
      },
      "ERR_STORE_DAMAGED",
    ],
    [
      "a source that says that it has more entries",
      ({ source }) => {
        const patch = new LmdbPatch(readFileSync(join(source, "data.mdb")));
        patch.bytes.writeBigUInt64LE(99n, patch.meta(patch.newest, META.root - 8));
        writeFileSync(join(source, "data.mdb"), patch.bytes);
      },
      "ERR_STORE_DAMAGED",
    ],
  ])("%s", async (_name, prepare, code) => {
    const paths = makePaths();
    prepare(paths);
    const before = readdirSync(paths.home, { recursive: true }).sort();
    await expect(convertInChild(paths.source, paths.target)).rejects.toMatchObject({
      code,
      hint: expect.any(String),
    });
    expect(readdirSync(paths.home, { recursive: true }).sort()).toEqual(before);
  });

  test("a source that isn't there", async () => {
    const { home, target } = makePaths();
    await expect(convertInChild(join(home, "nothing"), target)).rejects.toMatchObject({
      code: "ERR_STORE_NOT_FOUND",
    });
  });

  test.each(["source", "source/deep/target", "link/target"])("a target in the source: %s", async (name) => {
    const { home, source } = makePaths();
    symlinkSync(source, join(home, "link"));
    await expect(convertInChild(source, join(home, name))).rejects.toMatchObject({ code: "ERR_ARGUMENT" });
    expect(readdirSync(source)).toEqual(["data.mdb"]);
  });

  test("keys that LMDB 0.9 can't hold, with their number", async () => {
    const home = makeTempDirectory();
    const source = makeWithKeys([100, 511, 512, 700]);
    await expect(convertInChild(source, join(home, "target"))).rejects.toMatchObject({
      code: "ERR_STORE_KEY",
      message: expect.stringContaining("2 of its keys"),
      details: { count: 2 },
    });
    expect(readdirSync(home)).toEqual([]);
  });
});

test("a key of exactly 511 bytes is converted", async () => {
  const target = join(makeTempDirectory(), "target");
  expect(await convertInChild(makeWithKeys([510, 511]), target)).toMatchObject({ entries: 2 });
  expect([...dumpStore(target).keys()].map((key) => key.length / 2).sort()).toEqual([510, 511]);
});

/** A database in LMDB 1.0 format with one leaf page: keys of these lengths, values of one byte. */
function makeWithKeys(lengths: readonly number[]): string {
  const patch = LmdbPatch.golden("1.0");
  const { bytes, pageSize, headerBytes, root } = patch;
  const page = bytes.subarray(root * pageSize, (root + 1) * pageSize);
  page.writeUInt16LE(2, headerBytes - 6);
  page.writeUInt16LE(2 * lengths.length, headerBytes - 4);
  let at = pageSize;
  for (const [index, length] of lengths.entries()) {
    const size = 8 + length + (length & 1) + 2; // header, key, padding, one byte of value and one more
    at -= size;
    page.writeUInt16LE(at - headerBytes, headerBytes + 2 * index);
    page.fill(0, at, at + size);
    page.writeUInt32LE(1, at);
    page.writeUInt16LE(length, at + 6);
    page.fill(index + 1, at + 8, at + 8 + length);
  }
  page.writeUInt16LE(at - headerBytes, headerBytes - 2);
  const meta = patch.meta(patch.newest, META.depth);
  bytes.writeUInt16LE(1, meta);
  for (const [field, value] of [0n, 1n, 0n, BigInt(lengths.length)].entries())
    bytes.writeBigUInt64LE(value, meta + 2 + 8 * field);
  return patch.write();
}
