// Verification of pages: data files changed by hand, in both formats.

import { afterAll, describe, expect, test } from "@jest/globals";
import type { LmdbReader } from "../../../src/lmdb-reader/lmdb-reader.js";
import { checkPages } from "../../../src/store/verify/check-pages.js";
import { Findings } from "../../../src/store/verify/findings.js";
import type { VerifyReport } from "../../../src/store/verify/verify-report.js";
import { verifyStore } from "../../../src/store/verify/verify-store.js";
import { LmdbPatch, META, PAGE_FLAGS } from "../../support/lmdb-patch.js";
import { removeTempDirectories } from "../../support/temp-directory.js";

afterAll(removeTempDirectories);

/** Root of the free list, in MDB_meta. */
const FREE_ROOT = 24 + 40;

const countsOf = ({ findings }: VerifyReport): Record<string, number> =>
  Object.fromEntries(findings.map(({ kind, count }) => [kind, count]));
const wordsOf = ({ findings }: VerifyReport): string =>
  findings.flatMap(({ examples }) => examples.map(({ what }) => what)).join("\n");

/** Pages of a kind, root excluded. */
function pagesOf(patch: LmdbPatch, kind: keyof typeof PAGE_FLAGS): number[] {
  const inTree: number[] = [];
  for (let index = 0; index < patch.keyCount(patch.root); index += 1)
    inTree.push(patch.bytes.readUInt32LE(patch.node(patch.root, index)));
  return inTree.filter((page) => patch.flagsOf(page) === PAGE_FLAGS[kind]);
}

/** Where the page numbers of the newest free-list record begin in the file: a count, then the pages, descending. */
function freeListAt(patch: LmdbPatch): number {
  const root = Number(patch.bytes.readBigUInt64LE(patch.meta(patch.newest, FREE_ROOT)));
  const node = patch.node(root, patch.keyCount(root) - 1);
  return node + 8 + patch.bytes.readUInt16LE(node + 6);
}

test("the walk over all pages is given up after four tries beside a writer that never rests", () => {
  let walks = 0;
  const census = (): void => {
    walks += 1;
  };
  const restless = {
    read: (look: (snapshot: { census: () => void }) => unknown) => {
      for (;;) look({ census });
    },
  } as unknown as LmdbReader;
  expect(checkPages(restless, new Findings())).toBeUndefined();
  expect(walks).toBe(4);
});

describe.each(["0.9", "1.0"] as const)("LMDB %s", (format) => {
  test("a page of zeros is found, and the records beside it are still checked", async () => {
    const patch = LmdbPatch.golden(format);
    const last = pagesOf(patch, "leaf").at(-1) as number;
    patch.bytes.fill(0, last * patch.pageSize, (last + 1) * patch.pageSize);
    const report = await verifyStore(patch.write());
    expect(report.ok).toBe(false);
    expect(report.findings[0]).toMatchObject({ kind: "page-damaged", examples: [{ page: last }, {}] });
    // The last leaf has two records and the index: its keys can't be read, nor looked up for the other records.
    expect(countsOf(report)["keys-unreadable"]).toBeGreaterThan(1);
    expect(Object.keys(countsOf(report)).sort()).toEqual(["keys-unreadable", "page-damaged"]);
    expect(report.keys.records).toBe(28);
  });

  test("damage in the middle of the records ends neither the check of the others nor that of the index", async () => {
    const patch = LmdbPatch.golden(format);
    const [, second] = pagesOf(patch, "leaf") as [number, number];
    patch.bytes.fill(0, second * patch.pageSize, (second + 1) * patch.pageSize);
    const report = await verifyStore(patch.write());
    expect(report.keys.records).toBeGreaterThan(2);
    expect(report.keys.records).toBeLessThan(30);
    expect(report.keys.indexKeys).toBe(30);
    expect(Object.keys(countsOf(report)).sort()).toEqual(["keys-unreadable", "page-damaged"]);
  });

  test("a page that two branches lead to is used twice, and its keys are out of order", async () => {
    const patch = LmdbPatch.golden(format);
    const [first] = pagesOf(patch, "leaf") as [number];
    patch.bytes.writeUInt32LE(first, patch.node(patch.root, 1));
    const report = await verifyStore(patch.write());
    expect(report.ok).toBe(false);
    expect(wordsOf(report)).toContain(`leads to page ${first}, which is in use elsewhere`);
  });

  test("a loop in the tree ends", async () => {
    const patch = LmdbPatch.golden(format);
    patch.bytes.writeUInt32LE(patch.root, patch.node(patch.root, 1));
    const report = await verifyStore(patch.write());
    expect(countsOf(report)["page-damaged"]).toBeGreaterThan(0);
    expect(countsOf(report)["keys-unreadable"]).toBeGreaterThan(0);
  });

  test("keys out of order are found", async () => {
    const patch = LmdbPatch.golden(format);
    const [first] = pagesOf(patch, "leaf") as [number];
    const pointers = first * patch.pageSize + patch.headerBytes;
    const [a, b] = [patch.bytes.readUInt16LE(pointers), patch.bytes.readUInt16LE(pointers + 2)];
    patch.bytes.writeUInt16LE(b, pointers);
    patch.bytes.writeUInt16LE(a, pointers + 2);
    const report = await verifyStore(patch.write());
    expect(wordsOf(report)).toContain(`page ${first} has key 1 out of order`);
  });

  test("a page that is both free and used is found", async () => {
    const patch = LmdbPatch.golden(format);
    const at = freeListAt(patch);
    const smallest = at + 8 * Number(patch.bytes.readBigUInt64LE(at));
    const used = Math.min(...pagesOf(patch, "leaf"));
    expect(patch.bytes.readBigUInt64LE(smallest)).not.toBe(BigInt(used));
    // One record that names the page alone: page numbers in a record must descend.
    patch.bytes.writeBigUInt64LE(1n, at);
    patch.bytes.writeBigUInt64LE(BigInt(used), at + 8);
    const report = await verifyStore(patch.write());
    expect(report.ok).toBe(false);
    expect(wordsOf(report)).toContain(`leads to page ${used}, which is in use elsewhere`);
  });

  test("a page that is neither free nor used is a note, and no damage", async () => {
    const patch = LmdbPatch.golden(format);
    const at = freeListAt(patch);
    patch.bytes.writeBigUInt64LE(patch.bytes.readBigUInt64LE(at) - 1n, at);
    const report = await verifyStore(patch.write());
    expect(report).toMatchObject({ ok: true, pages: { lost: 1 } });
    expect(report.findings).toMatchObject([{ kind: "pages-lost", level: "note", count: 1 }]);
  });

  test("a count of entries that isn't the number of entries is found", async () => {
    const patch = LmdbPatch.golden(format);
    const entries = patch.meta(patch.newest, META.root - 8);
    patch.bytes.writeBigUInt64LE(patch.bytes.readBigUInt64LE(entries) + 1n, entries);
    expect(wordsOf(await verifyStore(patch.write()))).toContain(
      "counts 63 entries of the tree, there are 62",
    );
  });
});
