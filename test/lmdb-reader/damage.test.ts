// Damage by damage: an answer or an error with a code, soon.

import { appendFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { openLmdbReader } from "../../src/lmdb-reader/lmdb-reader.js";
import { readGoldenDump } from "../support/golden-records.js";
import { hashEntries } from "../support/lmdb-make.js";
import { outcomeOf } from "../support/lmdb-outcome.js";
import { LmdbPatch, META, PAGE_FLAGS } from "../support/lmdb-patch.js";
import { removeTempDirectories } from "../support/temp-directory.js";

afterAll(removeTempDirectories);

const CODED = /^ERR_STORE_(NOT_FOUND|NOT_LMDB|FORMAT|TRUNCATED|DAMAGED|BUSY)$/;
/** Milliseconds for one hostile file of 18 pages, on a busy machine. */
const SOON_MS = 2000;

describe.each(["0.9", "1.0"] as const)("LMDB %s", (format) => {
  const dump = [...readGoldenDump(`db-${format}`)].map(([key, value]) => ({
    key: Buffer.from(key, "hex"),
    value: Buffer.from(value, "hex"),
  }));
  const keys = dump.map(({ key }) => key);
  const whole = hashEntries(dump);
  const pages = LmdbPatch.golden(format).pages;
  const leaf = (file: LmdbPatch): number => file.bytes.readUInt32LE(file.node(file.root, 1));

  test("truncated at any page, and in the middle of any: refused at open", () => {
    for (let page = 0; page < pages; page += 1) {
      for (const more of [0, 1, 2048]) {
        const file = LmdbPatch.golden(format);
        const length = page * file.pageSize + more;
        const outcome = outcomeOf(file.write(file.bytes.subarray(0, length)), keys);
        expect([length, outcome]).toEqual([
          length,
          length === 0 ? "ERR_STORE_NOT_FOUND" : "ERR_STORE_TRUNCATED",
        ]);
      }
    }
  });

  test("truncated at any page while it is open: an error with a code, and no wrong answer", () => {
    for (let page = pages - 1; page >= 0; page -= 1) {
      const directory = LmdbPatch.golden(format).write();
      const reader = openLmdbReader(directory);
      truncateSync(join(directory, "data.mdb"), page * 4096);
      for (const { key, value } of dump) {
        try {
          expect(reader.get(key)).toEqual(value);
        } catch (error) {
          expect(error).toMatchObject({ code: "ERR_STORE_TRUNCATED" });
        }
      }
      reader.close();
    }
  });

  test("grown with rubbish: the same content", () => {
    for (const more of [1, 4096, 100_000]) {
      const directory = LmdbPatch.golden(format).write();
      appendFileSync(join(directory, "data.mdb"), Buffer.alloc(more, 0xa5));
      expect(outcomeOf(directory, keys)).toBe(whole);
    }
  });

  test.each(Array.from({ length: pages }, (_, page) => page))("page %d of zeros", (page) => {
    const file = LmdbPatch.golden(format);
    const wasUsed = usedPages(file).has(page);
    file.bytes.fill(0, page * file.pageSize, (page + 1) * file.pageSize);
    const outcome = outcomeOf(file.write(), keys);
    if (page === 0) expect(outcome).toBe("ERR_STORE_NOT_LMDB");
    else if (page === 1 || wasUsed) expect(outcome).toBe("ERR_STORE_DAMAGED");
    else expect([whole, changedValues(file.bytes, dump)]).toContain(outcome);
  });

  test("a branch that leads to itself", () => {
    const file = LmdbPatch.golden(format);
    for (let i = 0; i < file.keyCount(file.root); i += 1)
      file.bytes.writeUInt32LE(file.root, file.node(file.root, i));
    expect(outcomeOf(file.write(), keys)).toBe("ERR_STORE_DAMAGED");
  });

  test("a branch that leads to itself, in a tree of 32 levels by its meta page", () => {
    const file = LmdbPatch.golden(format);
    for (let i = 0; i < file.keyCount(file.root); i += 1)
      file.bytes.writeUInt32LE(file.root, file.node(file.root, i));
    file.bytes.writeUInt16LE(32, file.meta(file.newest, META.depth));
    const start = Date.now();
    expect(outcomeOf(file.write(), keys)).toBe("ERR_STORE_DAMAGED");
    expect(Date.now() - start).toBeLessThan(SOON_MS);
  });

  test("all children the same leaf: keys come out of order", () => {
    const file = LmdbPatch.golden(format);
    const first = leaf(file);
    for (let i = 0; i < file.keyCount(file.root); i += 1)
      file.bytes.writeUInt32LE(first, file.node(file.root, i));
    expect(outcomeOf(file.write(), keys)).toBe("ERR_STORE_DAMAGED");
  });

  test.each([0, 1, 17, 18, 1000, 0xffff_ffff])("a child that is page %d", (child) => {
    const file = LmdbPatch.golden(format);
    file.bytes.writeUInt32LE(child, file.node(file.root, 1));
    expect(outcomeOf(file.write(), keys)).toBe("ERR_STORE_DAMAGED");
  });

  test("a child past 2^32", () => {
    const file = LmdbPatch.golden(format);
    file.bytes.writeUInt16LE(1, file.node(file.root, 1) + 4);
    expect(outcomeOf(file.write(), keys)).toBe("ERR_STORE_DAMAGED");
  });

  test.each<[string, (file: LmdbPatch, page: number) => void]>([
    ["another page number", (file, page) => file.bytes.writeUInt32LE(page + 1, page * 4096)],
    ["flags of a branch", (file, page) => file.bytes.writeUInt16LE(1, page * 4096 + file.headerBytes - 6)],
    [
      "flags of an overflow page",
      (file, page) => file.bytes.writeUInt16LE(4, page * 4096 + file.headerBytes - 6),
    ],
    [
      "no nodes",
      (file, page) =>
        file.bytes.writeUInt16LE(file.headerBytes === 24 ? 0 : 16, page * 4096 + file.headerBytes - 4),
    ],
    ["lower past upper", (file, page) => file.bytes.writeUInt16LE(4090, page * 4096 + file.headerBytes - 4)],
    [
      "upper past the page",
      (file, page) => file.bytes.writeUInt16LE(4098, page * 4096 + file.headerBytes - 2),
    ],
    ["a node in the header", (file, page) => file.bytes.writeUInt16LE(0, page * 4096 + file.headerBytes)],
    [
      "a node past the page",
      (file, page) => file.bytes.writeUInt16LE(0xfffe, page * 4096 + file.headerBytes),
    ],
    ["a key past the page", (file, page) => file.bytes.writeUInt16LE(5000, file.node(page, 0) + 6)],
    ["a value past the page", (file, page) => file.bytes.writeUInt32LE(0xffff_ffff, file.node(page, 0))],
    ["unknown node flags", (file, page) => file.bytes.writeUInt16LE(0x100, file.node(page, 0) + 4)],
    ["big data of a wild page", (file, page) => file.bytes.writeUInt16LE(1, file.node(page, 0) + 4)],
  ])("a leaf with %s", (_, change) => {
    const file = LmdbPatch.golden(format);
    change(file, leaf(file));
    expect(outcomeOf(file.write(), keys)).toBe("ERR_STORE_DAMAGED");
  });

  test.each([2, 4, 6])("a leaf with node flags %d: sub-database, duplicates", (flags) => {
    const file = LmdbPatch.golden(format);
    file.bytes.writeUInt16LE(flags, file.node(leaf(file), 0) + 4);
    expect(outcomeOf(file.write(), keys)).toBe("ERR_STORE_FORMAT");
  });

  test("a leaf of sorted duplicates (LEAF2)", () => {
    const file = LmdbPatch.golden(format);
    file.bytes.writeUInt16LE(0x22, leaf(file) * 4096 + file.headerBytes - 6);
    expect(outcomeOf(file.write(), keys)).toBe("ERR_STORE_FORMAT");
  });

  test("an overflow page that counts too few or too many pages", () => {
    for (const count of [0, 1, 1000, 0xffff_ffff]) {
      const file = LmdbPatch.golden(format);
      const page = Array.from({ length: pages }, (_, n) => n).find(
        (n) => file.flagsOf(n) === PAGE_FLAGS.overflow && file.bytes.readUInt32LE(n * 4096) === n,
      );
      file.bytes.writeUInt32LE(count, (page as number) * 4096 + file.headerBytes - 4);
      expect([count, outcomeOf(file.write(), keys)]).toEqual([count, "ERR_STORE_DAMAGED"]);
    }
  });

  test("the newest meta page torn: the older half of it, or the other snapshot, never another exception", () => {
    const file = LmdbPatch.golden(format);
    const [newest, older] = file.newest === 0 ? [0, 1] : [1, 0];
    for (let length = 0; length <= 136; length += 8) {
      const torn = new LmdbPatch(Buffer.from(file.bytes));
      file.bytes.copy(
        torn.bytes,
        torn.meta(newest, 8),
        file.meta(older, 8),
        file.meta(older, 8 + Math.min(length, 128)),
      );
      expect(outcomeOf(torn.write(), keys)).toMatch(/^(ERR_STORE_\w+|[0-9a-f]{64})$/);
    }
  });

  test("any bytes changed: content or an error with a code, soon", () => {
    const original = LmdbPatch.golden(format).bytes;
    const change = fc.record({
      at: fc.nat(original.length - 9),
      value: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.constantFrom(...WILD)),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        const bytes = Buffer.from(original);
        for (const { at, value } of changes) bytes.set(value, at);
        const start = Date.now();
        expect(outcomeOf(new LmdbPatch(original).write(bytes), keys)).toMatch(
          /^(ERR_STORE_\w+|[0-9a-f]{64})$/,
        );
        expect(Date.now() - start).toBeLessThan(SOON_MS);
      }),
      { numRuns: 400 },
    );
  });

  test("the meta pages changed: the same", () => {
    const original = LmdbPatch.golden(format);
    const field = fc.record({
      at: fc.nat(127).map((n) => original.meta(original.newest, 8 + (n & ~1))),
      value: fc.constantFrom(...WILD),
    });
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = Buffer.from(original.bytes);
        for (const { at, value } of changes) bytes.set(value, at);
        const outcome = outcomeOf(original.write(bytes), keys);
        expect(outcome === whole || CODED.test(outcome) || /^[0-9a-f]{64}$/.test(outcome)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

/** Numbers at the edges, little-endian. */
const WILD = [0, 1, 2, 16, 24, 0x7f, 0xff, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0xffff_ffff].flatMap(
  (number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(number));
    return [bytes.subarray(0, 2), bytes.subarray(0, 4), bytes, Buffer.alloc(8, 0xff)];
  },
);

/** Branch, leaf and first overflow pages of the newest snapshot. */
function usedPages(file: LmdbPatch): Set<number> {
  const used = new Set([file.root]);
  for (let i = 0; i < file.keyCount(file.root); i += 1) {
    const child = file.bytes.readUInt32LE(file.node(file.root, i));
    used.add(child);
    for (let j = 0; j < file.keyCount(child); j += 1) {
      const node = file.node(child, j);
      if (file.bytes.readUInt16LE(node + 4) !== 1) continue;
      const key = file.bytes.readUInt16LE(node + 6);
      used.add(file.bytes.readUInt32LE(node + 8 + (file.headerBytes === 24 ? key + (key & 1) : key)));
    }
  }
  return used;
}

/** Pages in the middle of a value have no header: zeros there are content. */
function changedValues(bytes: Buffer, dump: readonly { key: Buffer; value: Buffer }[]): string {
  const entries = dump.map(({ key, value }) => {
    const original = value.length < 4096 ? -1 : bytes.indexOf(value.subarray(0, 64));
    return { key, value: original < 0 ? value : bytes.subarray(original, original + value.length) };
  });
  return hashEntries(entries);
}
