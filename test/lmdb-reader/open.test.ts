// What is refused at open, each with its code.

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { ErrorCode } from "../../src/errors.js";
import { openLmdbReader } from "../../src/lmdb-reader/lmdb-reader.js";
import { LmdbPatch, META } from "../support/lmdb-patch.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";

afterAll(removeTempDirectories);

function expectRefused(directory: string, code: ErrorCode): void {
  expect(() => openLmdbReader(directory)).toThrow(expect.objectContaining({ code }));
}

describe("what is no file", () => {
  test("no directory", () => expectRefused(join(makeTempDirectory(), "nothing"), "ERR_STORE_NOT_FOUND"));

  test("no data.mdb", () => expectRefused(makeTempDirectory(), "ERR_STORE_NOT_FOUND"));

  test("an empty data.mdb", () =>
    expectRefused(LmdbPatch.golden("1.0").write(Buffer.alloc(0)), "ERR_STORE_NOT_FOUND"));

  test("a directory", () => {
    const directory = makeTempDirectory();
    mkdirSync(join(directory, "data.mdb"));
    expectRefused(directory, "ERR_STORE_NOT_LMDB");
  });

  test("a named pipe, without waiting for its writer", () => {
    const directory = makeTempDirectory();
    execFileSync("mkfifo", [join(directory, "data.mdb")]);
    expectRefused(directory, "ERR_STORE_NOT_LMDB");
  });

  test("links in a circle", () => {
    const directory = makeTempDirectory();
    symlinkSync("data.mdb", join(directory, "data.mdb"));
    expectRefused(directory, "ERR_STORE_ACCESS");
  });
});

test.each(["text", "zeros", "rubbish"])("a file of %s", (what) => {
  const bytes = {
    text: "not a database ".repeat(1000),
    zeros: Buffer.alloc(20_000),
    rubbish: Buffer.alloc(20_000, 0xa5),
  };
  expectRefused(LmdbPatch.golden("1.0").write(Buffer.from(bytes[what as "text"])), "ERR_STORE_NOT_LMDB");
});

describe.each(["0.9", "1.0"] as const)("LMDB %s", (format) => {
  const patch = (change: (file: LmdbPatch) => void): string => {
    const file = LmdbPatch.golden(format);
    change(file);
    return file.write();
  };

  test("as it is, it opens", () => {
    const reader = openLmdbReader(patch(() => {}));
    expect(reader.info()).toMatchObject({ format, pageSize: 4096, generation: 1, txnId: 3n });
    reader.close();
  });

  test.each([0, 2, 4, 999])("data version %d", (version) => {
    const directory = patch((file) => {
      for (const slot of [0, 1]) file.bytes.writeUInt32LE(version, file.meta(slot, META.version));
    });
    expectRefused(directory, "ERR_STORE_FORMAT");
  });

  test.each([0, 1, 128, 4095, 12_288, 131_072, 0xffff_ffff])("a page size of %d", (pageSize) => {
    const directory = patch((file) => file.bytes.writeUInt32LE(pageSize, file.meta(0, META.pageSize)));
    expectRefused(directory, "ERR_STORE_NOT_LMDB");
  });

  test("another page size that would be possible", () => {
    const directory = patch((file) => file.bytes.writeUInt32LE(8192, file.meta(0, META.pageSize)));
    expectRefused(directory, "ERR_STORE_DAMAGED");
  });

  test.each([0, 1])("encrypted, by meta page %d", (slot) => {
    const directory = patch((file) => file.bytes.writeUInt16LE(0x2000, file.meta(slot, META.flags)));
    expectRefused(directory, "ERR_STORE_FORMAT");
  });

  test.each([2, 4, 8])("main database flags %d: another order, or duplicates", (flags) => {
    const directory = patch((file) =>
      file.bytes.writeUInt16LE(flags, file.meta(file.newest, META.mainFlags)),
    );
    expectRefused(directory, "ERR_STORE_FORMAT");
  });

  test("no magic number in the first meta page", () => {
    expectRefused(
      patch((file) => file.bytes.writeUInt32LE(0, file.meta(0, 0))),
      "ERR_STORE_NOT_LMDB",
    );
  });

  test("no magic number in the second meta page", () => {
    expectRefused(
      patch((file) => file.bytes.writeUInt32LE(0, file.meta(1, 0))),
      "ERR_STORE_DAMAGED",
    );
  });

  test("both meta pages rubbish", () => {
    expectRefused(
      patch((file) => file.bytes.fill(0x5a, 0, 2 * file.pageSize)),
      "ERR_STORE_NOT_LMDB",
    );
  });

  test.each<[string, number, bigint, ErrorCode]>([
    ["root past the last page", META.root, 10_000n, "ERR_STORE_DAMAGED"],
    ["root that is a meta page", META.root, 1n, "ERR_STORE_DAMAGED"],
    ["last page past the file", META.lastPage, 10_000n, "ERR_STORE_TRUNCATED"],
    ["absurd last page", META.lastPage, 2n ** 63n, "ERR_STORE_DAMAGED"],
    ["absurd transaction id", META.txnId, 2n ** 64n - 1n, "ERR_STORE_DAMAGED"],
  ])("%s", (_, field, value, code) => {
    expectRefused(
      patch((file) => file.bytes.writeBigUInt64LE(value, file.meta(file.newest, field))),
      code,
    );
  });

  test.each([0, 33, 0xffff])("a tree of %d levels", (depth) => {
    const directory = patch((file) => file.bytes.writeUInt16LE(depth, file.meta(file.newest, META.depth)));
    expectRefused(directory, "ERR_STORE_DAMAGED");
  });
});

test("page checksums, which only LMDB 1.0 has", () => {
  const file = LmdbPatch.golden("1.0");
  file.bytes.writeUInt16LE(16, file.pageSize - 2);
  expectRefused(file.write(), "ERR_STORE_FORMAT");
});
