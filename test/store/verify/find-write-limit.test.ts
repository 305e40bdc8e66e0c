// The limit of a repair's writes: Crossbar's map if the file has it, and never our own ceiling.

import { afterAll, expect, test } from "@jest/globals";
import { openLmdbReader } from "../../../src/lmdb-reader/lmdb-reader.js";
import { findWriteLimit } from "../../../src/store/verify/find-write-limit.js";
import { copyGolden, damageStore, stopDamageProcess } from "../../support/damage-store.js";
import { LmdbPatch } from "../../support/lmdb-patch.js";
import { removeTempDirectories } from "../../support/temp-directory.js";

afterAll(async () => {
  await stopDamageProcess();
  removeTempDirectories();
});

test("a database that Crossbar alone has written says its maxsize", () => {
  expect(findWriteLimit(copyGolden())).toBe(1_048_576);
});

test("one that we have written has our ceiling in it, which isn't taken for Crossbar's maxsize", async () => {
  const path = copyGolden();
  await damageStore(path, ({ deleteIndexKey }) => deleteIndexKey("no such value"));
  await damageStore(path, ({ putIndexKey }) => putIndexKey("stray", Buffer.alloc(16)));
  const reader = openLmdbReader(path);
  expect(reader.info().mapBytes).toBeGreaterThan(2 ** 36);
  reader.close();
  expect(findWriteLimit(path)).toBe(1_073_741_824);
});

test("LMDB 1.0 can't be written at all", () => {
  expect(() => findWriteLimit(LmdbPatch.golden("1.0").write())).toThrow(
    expect.objectContaining({ code: "ERR_STORE_FORMAT", hint: expect.stringContaining("db convert") }),
  );
});
