// Moving on real servers: LMDB to a file, to Valkey or Redis, to a file, to LMDB, and every record is as it was.

import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { checkCookieFile } from "../../../src/store/cookie-file/check-cookie-file.js";
import { compareCookies } from "../../../src/store/cookie-file/compare-cookies.js";
import type { CompareReport } from "../../../src/store/cookie-file/compare-report.js";
import { exportCookies } from "../../../src/store/cookie-file/export-cookies.js";
import { type ImportOptions, importCookies } from "../../../src/store/cookie-file/import-cookies.js";
import type { ImportReport } from "../../../src/store/cookie-file/import-report.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../../src/store/open-store.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import { checkIndexes } from "../../support/check-indexes.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";
import { findServers, serverMissing, startServer, stopServers } from "../../support/valkey-server.js";
import { oidOf, put, type StoreRecord } from "./stores.js";

const COUNT = 2000;
const NOW_NS = BigInt(Date.now()) * 1_000_000n;
const EXACT: ImportOptions = { onConflict: "replace", isExact: true, cookieName: "cbtid" };

afterAll(stopServers);
afterAll(removeTempDirectories);

/** Every kind of field; some records have no expiry, some no last use. */
const record = (n: number): StoreRecord => ({
  oid: oidOf(n),
  createdNs: NOW_NS + BigInt(n),
  value: `value-${n}`,
  name: "cbtid",
  maxAgeSeconds: n % 3 === 0 ? undefined : 3600 + n,
  authid: `user-${n % 50}`,
  authrole: "user",
  authrealm: "realm1",
  authmethod: "ticket",
  authextra: { n, bytes: Buffer.from([n % 256]) },
  authenticatedNs: NOW_NS,
  authenticatedOnNode: oidOf(9),
  authenticatedSession: 2 ** 53 - 1 - n,
  authenticatedTransportInfo: { peer: "tcp4:192.0.2.1:1", big: 2n ** 63n },
  ...(n % 4 === 0
    ? {}
    : { use: { lastUsedNs: NOW_NS + BigInt(n), peer: "tcp4:192.0.2.1:1", userAgent: "€" } }),
});

describeUnless(serverMissing(), "moving between LMDB and a real server", () => {
  test.each(
    findServers().flatMap((server) =>
      [false, true].map((hashed) => [server.name, hashed, server.binary] as const),
    ),
  )(
    "%s and back, byte for byte, with last uses and the clock (hashed: %s)",
    async (_name, hashValues, binary) => {
      const source = await openLmdb();
      await put(
        source.store,
        Array.from({ length: COUNT }, (_, n) => record(n)),
      );
      await source.store.writer.write((transaction) => transaction.raiseClock(NOW_NS + 7n));
      const server = await startServer({ binary });
      const { host, port } = server;
      const valkey = await openValkeyStore({
        servers: [{ host, port }],
        topology: { kind: "single" },
        prefix: "wca",
        timeoutMs: 5000,
        hashValues,
      });
      const first = await exportFile(source.store);
      expect(await importFile(valkey, first, EXACT)).toMatchObject({
        new: COUNT,
        deleted: 0,
        clock: "raised",
      });
      expect(await compareFile(valkey, first)).toMatchObject({ isSame: true, same: COUNT });

      // Meanwhile: one ended, one changed, one new; Valkey has one of its own.
      await source.store.writer.write((transaction) => transaction.delete(oidOf(1)));
      await put(source.store, [{ ...record(2), value: "rotated" }, record(COUNT)]);
      await put(valkey, [record(COUNT + 1)]);
      const last = await exportFile(source.store);
      expect(await compareFile(valkey, last)).toMatchObject({
        isSame: false,
        differing: { examples: [{ oid: oidOf(2), keys: ["value"] }] },
        missing: { examples: [{ oid: oidOf(COUNT) }] },
        extra: { examples: [{ oid: oidOf(1) }, { oid: oidOf(COUNT + 1) }] },
      });
      const counts = { new: 1, changed: 1, same: COUNT - 2, deleted: 2, contradictions: 0 };
      expect(await importFile(valkey, last, EXACT)).toMatchObject({ ...counts, clock: "kept" });
      expect(await compareFile(valkey, last)).toMatchObject({ isSame: true, same: COUNT });
      expect((await valkey.reader.findByValue("rotated"))?.oid).toBe(oidOf(2));
      expect(await valkey.reader.findByValue("value-2")).toBeUndefined();
      expect(await valkey.reader.findByValue("value-1")).toBeUndefined();

      const back = await openLmdb(hashValues);
      const backFile = await exportFile(valkey);
      expect(await importFile(back.store, backFile, { ...EXACT, isAlone: () => true })).toMatchObject({
        new: COUNT,
        clock: "raised",
      });
      expect(await compareFile(back.store, last)).toMatchObject({
        isSame: true,
        same: COUNT,
        extra: { count: 0 },
      });
      expect((await back.store.reader.marks()).clockNs).toBe(NOW_NS + 7n);
      if (!hashValues) expect(await contentOf(back.store)).toEqual(await contentOf(source.store));
      expect(await contentOf(back.store)).toEqual(await contentOf(valkey));
      await Promise.all([source.store.close(), valkey.close(), back.store.close()]);
      expect(checkIndexes(back.path)).toMatchObject({ records: COUNT, missing: [], stale: [], orphans: [] });
      await server.stop();
    },
    60_000,
  );

  test("a server that stops answering in the middle ends the import with its error; the next one does the rest", async () => {
    const source = await openLmdb();
    await put(
      source.store,
      Array.from({ length: COUNT }, (_, n) => record(n)),
    );
    const file = await exportFile(source.store);
    const server = await startServer();
    const valkey = await openValkeyStore({
      servers: [server],
      topology: { kind: "single" },
      prefix: "wca",
      timeoutMs: 500,
    });
    let writes = 0;
    const writer: CookieStore["writer"] = {
      write(change) {
        writes += 1;
        if (writes === 10) server.freeze();
        return valkey.writer.write(change);
      },
    };
    await expect(importFile({ ...valkey, writer }, file, EXACT)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_STORE_(TIMEOUT|UNAVAILABLE)$/),
    });
    server.thaw();
    const { new: rest, same } = await importFile(valkey, file, EXACT);
    expect(same).toBeGreaterThan(0);
    expect(rest).toBeGreaterThan(0);
    expect(rest + same).toBe(COUNT);
    expect(await compareFile(valkey, file)).toMatchObject({ isSame: true });
    await Promise.all([source.store.close(), valkey.close()]);
    await server.stop();
  }, 60_000);
});

async function openLmdb(
  hashValues?: boolean,
): Promise<{ readonly store: CookieStore; readonly path: string }> {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const sessions = { mode: "exclusive" } as const;
  return { path, store: await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions, hashValues }) };
}

async function exportFile({ reader }: CookieStore): Promise<string> {
  const path = join(makeTempDirectory(), "cookies.jsonl");
  const file = openSync(path, "w");
  const write = async (text: string): Promise<boolean> => writeSync(file, text) > 0;
  await exportCookies(reader, write, { withValues: true, nowNs: NOW_NS });
  closeSync(file);
  return path;
}

async function importFile(store: CookieStore, path: string, options: ImportOptions): Promise<ImportReport> {
  const file = openSync(path, "r");
  try {
    return await importCookies(store, await checkCookieFile(file, statSync(path).size), options);
  } finally {
    closeSync(file);
  }
}

async function compareFile({ reader }: CookieStore, path: string): Promise<CompareReport> {
  const file = openSync(path, "r");
  try {
    const checked = await checkCookieFile(file, statSync(path).size);
    return await compareCookies(reader, checked, { cookieName: "cbtid", nowNs: NOW_NS });
  } finally {
    closeSync(file);
  }
}

/** Records as bytes, and last uses, by oid. */
async function contentOf({ reader }: CookieStore): Promise<unknown[]> {
  const content: unknown[] = [];
  for (let after: string | undefined, isLast = false; !isLast; ) {
    const page = await reader.list({ limit: 500, after, withUse: true });
    for (const { oid, bytes } of page.cookies)
      content.push([oid, Buffer.from(bytes).toString("hex"), page.uses.get(oid)]);
    after = page.next;
    isLast = after === undefined;
  }
  return content;
}
