// Random changes, ours and such as Crossbar makes behind our back, against a plain map: what every listing must hold.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { buildCookie } from "../../src/record/build-cookie.js";
import type { CookieFields } from "../../src/record/cookie.js";
import { uuidToBytes } from "../../src/record/uuid.js";
import type { CookieFilter } from "../../src/store/cookie-reader.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { readCookieSlots } from "../../src/store/lmdb/cookie-tables.js";
import { createLmdbStore } from "../../src/store/lmdb/create-lmdb-store.js";
import { LmdbEnvironment } from "../../src/store/lmdb/environment.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { findValueKey, recordKey } from "../../src/store/zlmdb-layout.js";
import { checkIndexes } from "../support/check-indexes.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { listAll, makeFields, ownExpiryNs } from "./conformance.js";

afterAll(removeTempDirectories);

const NS = 1_000_000_000n;
const OIDS = Array.from({ length: 3 }, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`);
const AUTHIDS = ["ann", "joe", "joë"];

type Fields = ReturnType<typeof makeFields>;

const fieldsArbitrary = fc
  .record({
    oid: fc.constantFrom(...OIDS),
    authid: fc.option(fc.constantFrom(...AUTHIDS), { nil: undefined }),
    createdNs: fc.integer({ min: 1, max: 9 }).map((seconds) => BigInt(seconds) * NS),
    maxAgeSeconds: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  })
  .map((fields) => makeFields(fields));
const oidArbitrary = fc.constantFrom(...OIDS);

type Step =
  | { readonly is: "put"; readonly fields: Fields }
  | { readonly is: "delete"; readonly oid: string }
  | { readonly is: "foreign"; readonly oid: string; readonly fields: Fields | undefined }
  | { readonly is: "use"; readonly oid: string; readonly lastUsedNs: bigint }
  | { readonly is: "sweep" };

const ours: fc.Arbitrary<Step>[] = [
  fc.record({ is: fc.constant("put" as const), fields: fieldsArbitrary }),
  fc.record({ is: fc.constant("delete" as const), oid: oidArbitrary }),
  fc.record({ is: fc.constant("use" as const), oid: oidArbitrary, lastUsedNs: fc.bigInt(1n, 99n) }),
];
const foreign: fc.Arbitrary<Step>[] = [
  fieldsArbitrary.map((fields) => ({ is: "foreign" as const, oid: fields.oid, fields })),
  oidArbitrary.map((oid) => ({ is: "foreign" as const, oid, fields: undefined })),
  fc.constant({ is: "sweep" as const }),
];

describe.each(["exclusive", "shared"] as const)("an LMDB store, %s", (mode) => {
  let path: string;
  let environment: LmdbEnvironment;
  let store: CookieStore;

  beforeAll(async () => {
    path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: 2 ** 30 });
    store = await createLmdbStore(environment, { sessions: { mode } });
  });
  afterAll(() => store.close());

  /** As zlmdb does it, past everything that is ours; `undefined`: delete. */
  function writeForeign(
    oid: string,
    fields: CookieFields | undefined,
    old: Fields | undefined,
  ): Promise<void> {
    return environment.write((transaction) => {
      const slots = readCookieSlots(transaction, path);
      if (old !== undefined) transaction.delete(findValueKey(slots, old.value) as Buffer);
      if (fields === undefined) {
        transaction.delete(recordKey(slots, oid));
      } else {
        transaction.put(recordKey(slots, oid), buildCookie(fields));
        transaction.put(findValueKey(slots, fields.value ?? "") as Buffer, uuidToBytes(oid));
      }
    });
  }

  /** Holds the store and what should be in it; `touched`: what was written past our indexes since the last sweep. */
  class Run {
    readonly records = new Map<string, Fields>();
    readonly uses = new Map<string, bigint>();
    readonly touched = new Set<string>();
    isSwept = true;

    async take(step: Step): Promise<void> {
      if (step.is === "put") {
        await store.writer.write((transaction) => transaction.put(step.fields));
        if (!this.records.has(step.fields.oid)) this.uses.delete(step.fields.oid);
        this.records.set(step.fields.oid, step.fields);
        this.touched.delete(step.fields.oid);
      } else if (step.is === "delete") {
        const had = this.records.delete(step.oid);
        expect(await store.writer.write((transaction) => transaction.delete(step.oid))).toBe(had);
        if (had) this.uses.delete(step.oid);
      } else if (step.is === "use") {
        const { oid, lastUsedNs } = step;
        const isThere = this.records.has(oid);
        const write = store.writer.write((transaction) => transaction.putUse(oid, { lastUsedNs }));
        expect(await write).toBe(isThere);
        if (isThere) this.uses.set(oid, lastUsedNs);
      } else if (step.is === "sweep") {
        await this.sweep();
      } else {
        const { oid, fields } = step;
        await writeForeign(oid, fields, this.records.get(oid));
        if (fields === undefined) this.records.delete(oid);
        else this.records.set(oid, fields);
        this.touched.add(oid);
        this.isSwept = false;
      }
    }

    async sweep(): Promise<void> {
      expect((await store.sweepIndexes()).records).toBe(this.records.size);
      this.touched.clear();
      this.isSwept = true;
      for (const oid of this.uses.keys()) if (!this.records.has(oid)) this.uses.delete(oid);
      const version = await store.reader.version();
      expect(await store.sweepIndexes()).toEqual({ records: this.records.size, added: 0, removed: 0 });
      expect(await store.reader.version()).toBe(version);
    }

    fitting(where: CookieFilter | undefined): string[] {
      return [...this.records.values()]
        .filter((fields) => {
          if (where === undefined) return true;
          if ("authid" in where) return fields.authid === where.authid;
          return (ownExpiryNs(fields) ?? 2n ** 64n) <= where.expiredAtNs;
        })
        .map(({ oid }) => oid)
        .sort();
    }

    async check(limit: number, expiredAtNs: bigint): Promise<void> {
      const filters = [undefined, { expiredAtNs }, ...[...AUTHIDS, "nobody"].map((authid) => ({ authid }))];
      for (const where of filters) {
        const expected = this.fitting(where);
        const complete = await listAll(store.reader, { limit, where, isComplete: true, withUse: true });
        expect(complete.cookies.map(({ oid }) => oid).sort()).toEqual(expected);
        for (const { oid } of complete.cookies)
          expect(complete.uses.get(oid)?.lastUsedNs).toBe(this.uses.get(oid));
        const indexed = (await listAll(store.reader, { limit, where })).cookies.map(({ oid }) => oid);
        // The index may lack what was written past it, but never shows what doesn't fit, nor anything twice.
        const known = (oids: string[]) => oids.filter((oid) => !this.touched.has(oid));
        expect(new Set(indexed).size).toBe(indexed.length);
        expect(indexed.filter((oid) => !expected.includes(oid))).toEqual([]);
        expect(known(indexed).sort()).toEqual(known(expected));
        if (where !== undefined && "authid" in where) {
          const inside = await store.writer.write((transaction) => transaction.listByAuthid(where.authid));
          expect(inside.map(({ oid }) => oid).sort()).toEqual([...indexed].sort());
        }
      }
      for (const oid of OIDS) {
        const used = await store.reader.findUsed({ oid });
        expect(used?.cookie.value).toBe(this.records.get(oid)?.value);
        expect(used?.use?.lastUsedNs).toBe(this.records.has(oid) ? this.uses.get(oid) : undefined);
      }
      const { missing, stale, orphans } = checkIndexes(path);
      if (this.isSwept) expect({ missing, stale, orphans }).toEqual(NOTHING);
    }
  }

  const NOTHING = { missing: [], stale: [], orphans: [] };

  test("any changes: complete listings are exact, the others too where nobody wrote past them", async () => {
    const steps = fc.array(fc.oneof(...ours, ...(mode === "shared" ? foreign : [])), {
      maxLength: 24,
      size: "max",
    });
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 19 }),
        async (steps, limit, seconds) => {
          const old = await listAll(store.reader, { limit: 100 });
          await store.writer.write((transaction) => {
            for (const { oid } of old.cookies) transaction.delete(oid);
          });
          await store.sweepIndexes();
          const run = new Run();
          for (const step of steps) {
            await run.take(step);
            await run.check(limit, BigInt(seconds) * NS);
          }
          await run.sweep();
          await run.check(limit, BigInt(seconds) * NS);
          expect((await store.reader.marks()).areIndexesExact).toBe(mode === "exclusive");
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});
