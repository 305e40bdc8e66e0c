// A record that can't be decoded is removed all the same, on LMDB.

import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { createLmdbStore } from "../../../src/store/lmdb/create-lmdb-store.js";
import { LmdbEnvironment } from "../../../src/store/lmdb/environment.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { LmdbCookieWriter } from "../../../src/store/lmdb/lmdb-cookie-writer.js";
import { recordKey } from "../../../src/store/zlmdb-layout.js";
import { makeTempDirectory } from "../../support/temp-directory.js";
import { makeFields } from "../conformance.js";

test("a damaged record goes, with its last use; the others stay", async () => {
  const path = makeTempDirectory();
  await initCookieStore(path);
  const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: 2 ** 24 });
  const store = await createLmdbStore(environment, { sessions: { mode: "exclusive" } });
  const [damaged, good] = [makeFields(), makeFields()];
  await store.writer.write((transaction) => {
    for (const fields of [damaged, good]) {
      transaction.put(fields);
      transaction.putUse(fields.oid, { lastUsedNs: 5n });
    }
  });
  await new LmdbCookieWriter(environment).writeRaw((transaction, slots) =>
    transaction.put(recordKey(slots, damaged.oid), Buffer.from("no record")),
  );
  const remove = store.writer.write((transaction) => transaction.delete(damaged.oid));
  await expect(remove).rejects.toMatchObject({ code: "ERR_RECORD_INVALID" });

  expect(await store.removeDamaged?.(damaged.oid)).toBe(true);
  expect(await store.removeDamaged?.(damaged.oid)).toBe(false);
  expect(await store.removeDamaged?.(randomUUID())).toBe(false);
  expect(await store.reader.findByOid(damaged.oid)).toBeUndefined();
  expect((await store.reader.list({ limit: 10, isComplete: true })).cookies.map(({ oid }) => oid)).toEqual([
    good.oid,
  ]);
  // A new cookie of the same oid begins without a use.
  await store.writer.write((transaction) => transaction.put({ ...makeFields(), oid: damaged.oid }));
  expect((await store.reader.findUsed({ oid: damaged.oid }))?.use).toBeUndefined();
  await store.close();
});
