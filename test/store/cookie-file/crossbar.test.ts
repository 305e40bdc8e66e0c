// Cookie files between us and Crossbar's own file-backed store, both ways.

import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { CookieFields } from "../../../src/record/cookie.js";
import { checkCookieFile } from "../../../src/store/cookie-file/check-cookie-file.js";
import { exportCookies } from "../../../src/store/cookie-file/export-cookies.js";
import { type ImportOptions, importCookies } from "../../../src/store/cookie-file/import-cookies.js";
import type { ImportReport } from "../../../src/store/cookie-file/import-report.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { createMemoryStore } from "../../../src/store/memory/memory-cookie-store.js";
import { cfxdbMissing } from "../../support/cfxdb.js";
import { loadCookieFile, makeCookieFile } from "../../support/crossbar-cookie-file.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

const missing = cfxdbMissing();
const describeLive = missing === undefined ? describe : describe.skip;
const OPTIONS: ImportOptions = { onConflict: "skip", cookieName: "cbtid" };

afterAll(removeTempDirectories);

async function importFile(store: CookieStore, path: string, options = OPTIONS): Promise<ImportReport> {
  const file = openSync(path, "r");
  const checked = await checkCookieFile(file, fstatSync(file).size);
  const report = await importCookies(store, checked, options);
  closeSync(file);
  return report;
}

async function exportTo(store: CookieStore, path: string, withValues = true): Promise<string> {
  let text = "";
  const write = async (more: string): Promise<boolean> => {
    text += more;
    return true;
  };
  await exportCookies(store.reader, write, { withValues, nowNs: 0n });
  writeFileSync(path, text);
  return text;
}

describeLive(`with Crossbar's class${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  test("a file of Crossbar's is imported: its last lines count, and who was logged out stays so", async () => {
    const path = join(makeTempDirectory(), "cookies.dat");
    const { tracking, joe, ann, gone } = makeCookieFile(path);
    const store = createMemoryStore();
    expect(await importFile(store, path)).toMatchObject({
      lines: 9,
      new: 3,
      ended: 1,
      superseded: 5,
      invalid: { count: 0 },
    });
    const loaded = loadCookieFile(path);
    for (const value of [tracking, joe, ann]) {
      const cookie = await store.reader.findByValue(value);
      const auth = [cookie?.authid, cookie?.authrole, cookie?.authmethod, cookie?.authrealm].map(
        (text) => text ?? null,
      );
      expect(auth).toEqual(loaded[value]?.slice(0, 4));
      expect(cookie?.authextra).toEqual(loaded[value]?.[4] ?? {});
      expect(cookie).toMatchObject({ name: "cbtid", maxAgeSeconds: 3600 });
      expect(new Date(Number((cookie?.createdNs ?? 0n) / 1_000_000n)).toISOString()).toBe(loaded[value]?.[6]);
    }
    // Crossbar itself lets it live again when it reads the file; we don't.
    expect(loaded[gone]?.[0]).toBe("bob");
    expect(await store.reader.findByValue(gone)).toBeUndefined();

    const before = await exportTo(store, join(makeTempDirectory(), "x"));
    expect(await importFile(store, path, { ...OPTIONS, onConflict: "replace" })).toMatchObject({
      new: 0,
      same: 3,
      changed: 0,
    });
    expect(await exportTo(store, join(makeTempDirectory(), "x"))).toBe(before);
  });

  test("Crossbar reads an export of ours, goes on with it, and we import what came of it", async () => {
    const store = createMemoryStore();
    await store.writer.write((transaction) => {
      for (const fields of RECORDS) transaction.put(fields);
      transaction.putUse(oidOf(1), { lastUsedNs: 7n, peer: "tcp4:192.0.2.1:1", userAgent: "Netscape €" });
    });
    const path = join(makeTempDirectory(), "cookies.jsonl");
    await exportTo(store, path);
    expect(loadCookieFile(path)).toEqual({
      "value-1": [
        "joe",
        "user",
        "ticket",
        "realm1",
        { team: "blue", bytes: "00ff" },
        60,
        "2026-11-22T10:11:53.891Z",
      ],
      "value-2": [null, null, null, null, null, 0, "1970-01-01T00:00:00.000Z"],
      "value-3": ["ann", "user", null, "realm1", null, 604_800, "2554-07-21T23:34:33.709Z"],
    });
    const { joe } = makeCookieFile(path);
    const other = createMemoryStore();
    expect(await importFile(other, path)).toMatchObject({ new: 6, ended: 1, invalid: { count: 0 } });
    expect((await other.reader.findByValue(joe))?.authrole).toBe("admin");
    for (const fields of RECORDS) {
      const [theirs, ours] = [
        await other.reader.findByOid(fields.oid),
        await store.reader.findByOid(fields.oid),
      ];
      expect(Buffer.from(theirs?.bytes ?? []).equals(ours?.bytes as Uint8Array)).toBe(true);
    }
    expect((await other.reader.findUsed({ oid: oidOf(1) }))?.use).toEqual({
      lastUsedNs: 7n,
      peer: "tcp4:192.0.2.1:1",
      userAgent: "Netscape €",
    });
  });

  test("an export without values, or with hashes, gives Crossbar no cookie at all (S-07)", async () => {
    const hashed = createMemoryStore({ hashValues: true });
    await hashed.writer.write((transaction) => {
      for (const fields of RECORDS)
        transaction.put({ ...fields, value: transaction.toStoredValue(fields.value) });
    });
    const path = join(makeTempDirectory(), "cookies.jsonl");
    for (const withValues of [true, false]) {
      await exportTo(hashed, path, withValues);
      expect(readFileSync(path, "utf8")).not.toContain("value-1");
      expect(loadCookieFile(path)).toEqual({});
    }
  });
});

function oidOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}

const RECORDS: readonly (CookieFields & { readonly value: string })[] = [
  {
    oid: oidOf(1),
    createdNs: 1_795_342_313_891_234_567n,
    maxAgeSeconds: 60,
    name: "cbtid",
    value: "value-1",
    authenticatedNs: 1_795_342_313_891_234_568n,
    authenticatedOnNode: oidOf(9),
    authenticatedOnWorker: "worker-1",
    authenticatedTransportInfo: { peer: "tcp4:127.0.0.1:1" },
    authenticatedSession: 9_007_199_254_740_991,
    authenticatedJoinedAtNs: 3n,
    authenticatedAuthmethod: "wampcra",
    authid: "joe",
    authrole: "user",
    authmethod: "ticket",
    authrealm: "realm1",
    authextra: { team: "blue", bytes: Buffer.from([0, 255]) },
  },
  { oid: oidOf(2), createdNs: 1n, value: "value-2" },
  {
    oid: oidOf(3),
    createdNs: 2n ** 64n - 1n,
    maxAgeSeconds: 604_800,
    value: "value-3",
    authid: "ann",
    authrole: "user",
    authrealm: "realm1",
  },
];
