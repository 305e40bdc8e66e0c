// The snapshot rule and its edges, with the writer's steps played by hand; and databases made anew under the reader.

import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { type LmdbReader, openLmdbReader } from "../../src/lmdb-reader/lmdb-reader.js";
import type { LmdbSnapshot } from "../../src/lmdb-reader/snapshot.js";
import { copyGoldenDatabase, readGoldenDump } from "../support/golden-records.js";
import { type FormatName, makeLmdb } from "../support/lmdb-make.js";
import { LmdbPatch, META } from "../support/lmdb-patch.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";

afterAll(removeTempDirectories);

const [FIRST_KEY, FIRST_VALUE] = [...readGoldenDump("db-1.0")].map(([key, value]) => [
  Buffer.from(key, "hex"),
  Buffer.from(value, "hex"),
])[0] as [Buffer, Buffer];

function expectCode(step: () => unknown, code: string): void {
  expect(step).toThrow(expect.objectContaining({ code }));
}

function writeAt(directory: string, bytes: Uint8Array, position: number): void {
  const descriptor = openSync(join(directory, "data.mdb"), "r+");
  writeSync(descriptor, bytes, 0, bytes.length, position);
  closeSync(descriptor);
}

describe.each<FormatName>(["0.9", "1.0"])("LMDB %s", (format) => {
  const golden = LmdbPatch.golden(format);

  /** Commits `count` empty transactions, as far as the meta pages go. */
  function commit(directory: string, from: bigint, count: number): void {
    const meta = golden.bytes.subarray(golden.meta(golden.newest, 8), golden.meta(golden.newest, 136));
    for (let txnId = from; txnId < from + BigInt(count); txnId += 1n) {
      const next = Buffer.from(meta);
      next.writeBigUInt64LE(txnId, META.txnId - 8);
      writeAt(directory, next, golden.meta(Number(txnId & 1n), 8));
    }
  }

  test("the next commit leaves the snapshot alone, the one after it doesn't", () => {
    const directory = golden.write();
    const reader = openLmdbReader(directory);
    const seen: bigint[] = [];
    const commits = (count: number): bigint =>
      reader.read(({ txnId }) => {
        seen.push(txnId);
        if (seen.length === 1) commit(directory, txnId + 1n, count);
        return txnId;
      });
    expect([commits(1), seen]).toEqual([3n, [3n]]);
    seen.length = 0;
    expect([commits(2), seen]).toEqual([6n, [4n, 6n]]);
    expect(reader.counters).toMatchObject({ retries: 1, mostRetries: 1 });
  });

  test("damage that is met while the snapshot goes isn't believed", () => {
    const directory = golden.write();
    const reader = openLmdbReader(directory);
    let tries = 0;
    const value = reader.read((snapshot) => {
      tries += 1;
      if (tries > 1) {
        writeAt(
          directory,
          golden.bytes.subarray(golden.root * 4096, (golden.root + 1) * 4096),
          golden.root * 4096,
        );
        return snapshot.get(FIRST_KEY);
      }
      // A writer uses the root page again, which it does after two commits.
      commit(directory, 4n, 2);
      writeAt(directory, Buffer.alloc(4096, 0x5a), golden.root * 4096);
      return snapshot.get(FIRST_KEY);
    });
    expect([tries, value]).toEqual([2, FIRST_VALUE]);
  });

  test("a caller's own exception passes if the snapshot stands, and is forgotten if it doesn't", () => {
    const directory = golden.write();
    const reader = openLmdbReader(directory);
    const own = new Error("own");
    let tries = 0;
    const run = (): number =>
      reader.read(() => {
        tries += 1;
        if (tries === 1) commit(directory, 4n, 2);
        if (tries < 2) throw own;
        return tries;
      });
    expect(run()).toBe(2);
    expect(() =>
      reader.read(() => {
        throw own;
      }),
    ).toThrow(own);
  });

  test("a snapshot that never stands ends after 100 tries", () => {
    const directory = golden.write();
    const reader = openLmdbReader(directory);
    let tries = 0;
    const step = (): unknown =>
      reader.read(({ txnId }) => {
        tries += 1;
        commit(directory, txnId + 1n, 2);
      });
    expectCode(step, "ERR_STORE_BUSY");
    expect(tries).toBe(100);
    expect(reader.get(FIRST_KEY)).toEqual(FIRST_VALUE);
  });

  test("a commit that has written all of its meta page but the id isn't seen", () => {
    // As with MDB_WRITEMAP: transaction 4 is on its way into slot 0.
    const directory = golden.write();
    writeAt(directory, Buffer.alloc(META.txnId - META.mainFlags, 0x77), golden.meta(0, META.mainFlags));
    const reader = openLmdbReader(directory);
    expect(reader.info().txnId).toBe(3n);
    expect(reader.get(FIRST_KEY)).toEqual(FIRST_VALUE);
  });

  test("a last page that grows past the file is found out while it is open", () => {
    const directory = golden.write();
    const reader = openLmdbReader(directory);
    const field = Buffer.alloc(8);
    field.writeBigUInt64LE(2n ** 40n);
    writeAt(directory, field, golden.meta(golden.newest, META.lastPage));
    expectCode(() => reader.get(FIRST_KEY), "ERR_STORE_TRUNCATED");
    writeAt(directory, golden.bytes, 0);
    expect(reader.get(FIRST_KEY)).toEqual(FIRST_VALUE);
  });

  test("with the check switched off it believes what it saw", () => {
    const directory = golden.write();
    const reader = openLmdbReader(directory, { checkSnapshot: false });
    let tries = 0;
    reader.read(({ txnId }) => {
      tries += 1;
      commit(directory, txnId + 1n, 2);
    });
    expect(tries).toBe(1);
  });
});

test("in LMDB 1.0 a page of a later transaction is found out", () => {
  const golden = LmdbPatch.golden("1.0");
  golden.bytes.writeBigUInt64LE(4n, golden.root * 4096 + 8);
  expectCode(() => openLmdbReader(golden.write()).get(FIRST_KEY), "ERR_STORE_DAMAGED");
});

describe("use", () => {
  test("a read inside of a read has the same snapshot", () => {
    const reader = openLmdbReader(LmdbPatch.golden("1.0").write());
    const [outer, inner, value] = reader.read((snapshot) => [
      snapshot,
      reader.read((nested) => nested),
      reader.get(FIRST_KEY),
    ]);
    expect(inner).toBe(outer);
    expect(value).toEqual(FIRST_VALUE);
  });

  test("a snapshot is of no use after its read, as an async callback finds out", async () => {
    const reader = openLmdbReader(LmdbPatch.golden("1.0").write());
    let kept: LmdbSnapshot | undefined;
    reader.read((snapshot) => {
      kept = snapshot;
    });
    expectCode(() => kept?.get(FIRST_KEY), "ERR_STORE_CLOSED");
    expectCode(() => kept?.range(FIRST_KEY, FIRST_KEY, 1), "ERR_STORE_CLOSED");
    const late = reader.read(async (snapshot) => {
      await Promise.resolve();
      return snapshot.get(FIRST_KEY);
    });
    await expect(late).rejects.toMatchObject({ code: "ERR_STORE_CLOSED" });
  });

  test("after close, and after a close inside of a read, every use is refused", () => {
    const reader = openLmdbReader(LmdbPatch.golden("1.0").write());
    expectCode(() => reader.read(() => reader.close()), "ERR_STORE_CLOSED");
    expectCode(() => reader.get(FIRST_KEY), "ERR_STORE_CLOSED");
    reader.close();
    expectCode(() => reader.info(), "ERR_STORE_CLOSED");
  });

  test("what it returns stays when it reads again", () => {
    const reader = openLmdbReader(LmdbPatch.golden("1.0").write());
    const entries = reader.range(Buffer.alloc(0), Buffer.alloc(600, 0xff), 100);
    const copies = entries.map(({ key, value }) => [Buffer.from(key), Buffer.from(value)]);
    for (const { key } of entries) reader.get(key);
    expect(entries.map(({ key, value }) => [key, value])).toEqual(copies);
  });
});

describe("a database that is made anew", () => {
  function open(): { directory: string; reader: LmdbReader } {
    const directory = join(makeTempDirectory(), "db");
    copyGoldenDatabase("db-0.9", directory);
    return { directory, reader: openLmdbReader(directory) };
  }

  test("gone: not found; back, in another format: read again by itself", () => {
    const { directory, reader } = open();
    expect(reader.read(({ generation }) => generation)).toBe(1);
    rmSync(directory, { recursive: true });
    expectCode(() => reader.get(FIRST_KEY), "ERR_STORE_NOT_FOUND");
    mkdirSync(directory);
    expectCode(() => reader.get(FIRST_KEY), "ERR_STORE_NOT_FOUND");
    writeFileSync(join(directory, "data.mdb"), "");
    expectCode(() => reader.get(FIRST_KEY), "ERR_STORE_NOT_FOUND");
    // LMDB writes both meta pages at once, but the file grows page by page.
    writeFileSync(join(directory, "data.mdb"), LmdbPatch.golden("1.0").bytes.subarray(0, 4096));
    expectCode(() => reader.get(FIRST_KEY), "ERR_STORE_BUSY");
    copyGoldenDatabase("db-1.0", directory);
    expect(reader.get(FIRST_KEY)).toEqual(FIRST_VALUE);
    expect(reader.info()).toMatchObject({ format: "1.0", generation: 2 });
  });

  test("renamed into place: the next read has it", () => {
    const { directory, reader } = open();
    const other = join(makeTempDirectory(), "db");
    makeLmdb({ path: other, format: "1.0", pageSize: 512, entries: 100 });
    renameSync(join(other, "data.mdb"), join(directory, "data.mdb"));
    expect(reader.get(FIRST_KEY)).toBeUndefined();
    expect(reader.info()).toMatchObject({ format: "1.0", pageSize: 512, generation: 2 });
  });

  test("overwritten in place by another format: noticed by its meta pages", () => {
    const { directory, reader } = open();
    cpSync(
      join(copyGoldenDatabase("db-1.0", join(makeTempDirectory(), "db")), "data.mdb"),
      join(directory, "data.mdb"),
    );
    expect(reader.get(FIRST_KEY)).toEqual(FIRST_VALUE);
    expect(reader.info()).toMatchObject({ format: "1.0", generation: 2 });
  });

  test("replaced by something else: its own code, and it comes back", () => {
    const { directory, reader } = open();
    const path = join(directory, "data.mdb");
    rmSync(path);
    writeFileSync(path, "no database".repeat(1000));
    expectCode(() => reader.get(FIRST_KEY), "ERR_STORE_NOT_LMDB");
    rmSync(path);
    symlinkSync("data.mdb", path);
    expectCode(() => reader.get(FIRST_KEY), "ERR_STORE_ACCESS");
    rmSync(path);
    const bytes = LmdbPatch.golden("0.9").bytes;
    writeFileSync(path, bytes.subarray(0, bytes.length - 1));
    expectCode(() => reader.get(FIRST_KEY), "ERR_STORE_TRUNCATED");
    writeFileSync(path, bytes);
    expect(reader.get(FIRST_KEY)).toEqual(FIRST_VALUE);
  });

  test("faults keep no descriptor open", () => {
    const { directory, reader } = open();
    const path = join(directory, "data.mdb");
    // The lowest free number: other tests of this process may keep many.
    const nextDescriptor = (): number => {
      const descriptor = openSync(path, "r");
      closeSync(descriptor);
      return descriptor;
    };
    const before = nextDescriptor();
    for (let i = 0; i < 3000; i += 1) {
      rmSync(path);
      writeFileSync(
        path,
        i % 2 === 0 ? "no database".repeat(100) : LmdbPatch.golden("0.9").bytes.subarray(0, 5000),
      );
      try {
        reader.get(FIRST_KEY);
      } catch (error) {
        expect(error).toBeInstanceOf(CookieAuthenticatorError);
      }
    }
    expect(nextDescriptor() - before).toBeLessThan(100);
  });
});
