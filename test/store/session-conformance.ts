// The contract of a store that keeps sessions: last uses, listings, the clock mark, hashed values.

import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Cookie, CookieFields } from "../../src/record/cookie.js";
import type { CookieFilter } from "../../src/store/cookie-reader.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import type { CookieTransaction } from "../../src/store/cookie-writer.js";
import { listAll, makeFields, ownExpiryNs } from "./conformance.js";

const NS = 1_000_000_000n;
const USE = { lastUsedNs: 1_700_000_100n * NS, peer: "tcp4:192.0.2.1:50000", userAgent: "Browser/1.0 ä" };
const oidsOf = (cookies: readonly { readonly oid: string }[]): string[] =>
  cookies.map(({ oid }) => oid).sort();

/**
 * The contract of last uses, filtered listings and the clock, for stores where only the suite writes.
 *
 * @param open an empty store that keeps sessions
 * @param reopen closes the store and opens the same database again, where there is one
 */
export function describeSessionStore(
  name: string,
  open: () => Promise<CookieStore>,
  reopen?: (store: CookieStore) => Promise<CookieStore>,
): void {
  describe(`CookieStore with sessions: ${name}`, () => {
    let store: CookieStore;
    const write = <T>(change: (transaction: CookieTransaction) => T): Promise<T> =>
      store.writer.write(change);
    const put = (fields: CookieFields): Promise<Cookie> => write((transaction) => transaction.put(fields));
    const useOf = async (oid: string) => (await store.reader.findUsed({ oid }))?.use;

    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    describe("last uses", () => {
      test("one is stored with the cookie that it is of, and found with it", async () => {
        const fields = makeFields();
        await put(fields);
        expect(await store.reader.findUsed({ value: fields.value })).toMatchObject({ use: undefined });
        expect(await write((transaction) => transaction.putUse(fields.oid, USE))).toBe(true);
        expect((await store.reader.findUsed({ value: fields.value }))?.use).toEqual(USE);
        expect(await useOf(fields.oid)).toEqual(USE);
        expect(await write((transaction) => transaction.findUse(fields.oid))).toEqual(USE);
      });

      test.each<[string, { peer?: string; userAgent?: string }]>([
        ["neither peer nor user agent", {}],
        ["a peer", { peer: "unix:/run/x" }],
        ["a user agent of any characters", { userAgent: "\u{1f600} __proto__" }],
      ])("one with %s comes back", async (_, device) => {
        const { oid } = await put(makeFields());
        await write((transaction) => transaction.putUse(oid, { lastUsedNs: 5n, ...device }));
        const use = await useOf(oid);
        expect(use?.lastUsedNs).toBe(5n);
        expect([use?.peer, use?.userAgent]).toEqual([device.peer, device.userAgent]);
      });

      test("the newest takes the place of the one before", async () => {
        const { oid } = await put(makeFields());
        await write((transaction) => transaction.putUse(oid, USE));
        await write((transaction) => transaction.putUse(oid, { lastUsedNs: 7n }));
        expect(await useOf(oid)).toMatchObject({ lastUsedNs: 7n });
        expect((await useOf(oid))?.peer).toBeUndefined();
      });

      test("of a cookie that isn't there is not stored", async () => {
        const fields = makeFields();
        expect(await write((transaction) => transaction.putUse(fields.oid, USE))).toBe(false);
        await put(fields);
        expect(await useOf(fields.oid)).toBeUndefined();
      });

      test("goes with its cookie, and a new cookie of the same oid has none", async () => {
        const fields = makeFields();
        await put(fields);
        await write((transaction) => transaction.putUse(fields.oid, USE));
        await write((transaction) => transaction.delete(fields.oid));
        expect(await store.reader.findUsed({ oid: fields.oid })).toBeUndefined();
        expect(await write((transaction) => transaction.findUse(fields.oid))).toBeUndefined();
        await put(fields);
        expect(await useOf(fields.oid)).toBeUndefined();
      });

      test("stays when the record is replaced", async () => {
        const fields = makeFields();
        await put(fields);
        await write((transaction) => transaction.putUse(fields.oid, USE));
        await put(makeFields({ oid: fields.oid, authid: "ann" }));
        expect(await useOf(fields.oid)).toEqual(USE);
      });

      test("is undone with the transaction that throws", async () => {
        const { oid } = await put(makeFields());
        const failed = write((transaction) => {
          transaction.putUse(oid, USE);
          throw new Error("no");
        });
        await expect(failed).rejects.toThrow("no");
        expect(await useOf(oid)).toBeUndefined();
      });

      test("is in a listing only if it is asked for", async () => {
        const authid = `listed-${randomUUID()}`;
        const [used, unused] = [await put(makeFields({ authid })), await put(makeFields({ authid }))];
        await write((transaction) => transaction.putUse(used.oid, USE));
        const where = { authid };
        expect((await listAll(store.reader, { limit: 10, where })).uses.size).toBe(0);
        const page = await listAll(store.reader, { limit: 1, where, withUse: true });
        expect(oidsOf(page.cookies)).toEqual(oidsOf([used, unused]));
        expect([...page.uses]).toEqual([[used.oid, USE]]);
      });
    });

    describe("a transaction's listing of a user's cookies", () => {
      test("sees what the transaction put, replaced and deleted", async () => {
        const [authid, other] = [`tx-${randomUUID()}`, `tx-${randomUUID()}`];
        const [kept, deleted, handedOver] = [
          await put(makeFields({ authid })),
          await put(makeFields({ authid })),
          await put(makeFields({ authid })),
        ];
        const added = makeFields({ authid });
        const [before, after, others] = await write((transaction) => {
          const first = oidsOf(transaction.listByAuthid(authid));
          transaction.delete(deleted.oid);
          transaction.put(makeFields({ oid: handedOver.oid, authid: other }));
          transaction.put(added);
          return [first, transaction.listByAuthid(authid), transaction.listByAuthid(other)];
        });
        expect(before).toEqual(oidsOf([kept, deleted, handedOver]));
        expect(oidsOf(after)).toEqual(oidsOf([kept, added]));
        expect(oidsOf(others)).toEqual([handedOver.oid]);
        expect(after.every((cookie) => cookie.authid === authid)).toBe(true);
      });

      test.each(["", "joe\0", "JOE", "Joé", "Joe\u0301", "x".repeat(2000)])(
        "compares byte for byte: %p",
        async (suffix) => {
          const authid = `${randomUUID()}${suffix}`;
          const { oid } = await put(makeFields({ authid }));
          await put(makeFields({ authid: authid.toUpperCase().concat("x") }));
          const found = await write((transaction) => transaction.listByAuthid(authid));
          expect(oidsOf(found)).toEqual([oid]);
        },
      );
    });

    describe("the clock mark", () => {
      const mark = async () => (await store.reader.marks()).clockNs;

      test("only rises", async () => {
        await write((transaction) => transaction.raiseClock(1000n * NS));
        expect(await mark()).toBe(1000n * NS);
        const inside = await write((transaction) => {
          transaction.raiseClock(999n * NS);
          const unchanged = transaction.clockNs;
          transaction.raiseClock(2000n * NS);
          return [unchanged, transaction.clockNs];
        });
        expect(inside).toEqual([1000n * NS, 2000n * NS]);
        await write((transaction) => transaction.raiseClock(1n));
        expect(await mark()).toBe(2000n * NS);
      });

      test("is undone with the transaction that throws", async () => {
        const before = await mark();
        const failed = write((transaction) => {
          transaction.raiseClock(before + NS);
          throw new Error("no");
        });
        await expect(failed).rejects.toThrow("no");
        expect(await mark()).toBe(before);
      });
    });

    describe("the version", () => {
      const changes: [string, (transaction: CookieTransaction, fields: CookieFields) => unknown][] = [
        ["put", (transaction) => transaction.put(makeFields())],
        ["a replacement", (transaction, { oid }) => transaction.put(makeFields({ oid }))],
        ["putUse", (transaction, { oid }) => transaction.putUse(oid, USE)],
        ["delete", (transaction, { oid }) => transaction.delete(oid)],
        ["raiseClock", (transaction) => transaction.raiseClock(transaction.clockNs + 1n)],
      ];
      test.each(changes)("changes with %s", async (_, change) => {
        const fields = makeFields();
        await put(fields);
        const before = await store.reader.version();
        await write((transaction) => void change(transaction, fields));
        const after = await store.reader.version();
        expect(after).not.toBe(before);
        expect(await store.reader.version()).toBe(after);
      });

      test("doesn't change with a transaction that throws", async () => {
        const before = await store.reader.version();
        const failed = write((transaction) => {
          transaction.put(makeFields());
          throw new Error("no");
        });
        await expect(failed).rejects.toThrow("no");
        expect(await store.reader.version()).toBe(before);
      });
    });

    test("values are stored as they are", async () => {
      expect((await store.reader.marks()).areValuesHashed).toBe(false);
      expect(await write((transaction) => transaction.toStoredValue("a+b/c"))).toBe("a+b/c");
    });

    test("random changes: all listings hold exactly what a plain map would", async () => {
      const model = new Map<string, CookieFields>();
      for (const cookie of (await listAll(store.reader, { limit: 100 })).cookies) {
        model.set(cookie.oid, cookie.toFields());
      }
      const oids = Array.from({ length: 6 }, () => randomUUID() as string);
      const authids = ["u1", "u2", "u3"].map((authid) => `${authid}-${randomUUID()}`);
      const change = fc.record({
        oid: fc.constantFrom(...oids),
        authid: fc.option(fc.constantFrom(...authids), { nil: undefined }),
        createdNs: fc.integer({ min: 1, max: 20 }).map((seconds) => BigInt(seconds) * NS),
        maxAgeSeconds: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
        isDelete: fc.boolean(),
      });
      const listed = async (where: CookieFilter | undefined, isComplete: boolean, limit: number) =>
        (await listAll(store.reader, { limit, where, isComplete })).cookies.map(({ oid }) => oid);
      await fc.assert(
        fc.asyncProperty(
          fc.array(change, { maxLength: 12 }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 0, max: 32 }),
          async (changes, limit, seconds) => {
            for (const { isDelete, ...fields } of changes) {
              const had = model.has(fields.oid);
              if (isDelete) {
                expect(await write((transaction) => transaction.delete(fields.oid))).toBe(had);
                model.delete(fields.oid);
              } else {
                const whole = makeFields(fields);
                await put(whole);
                model.set(fields.oid, whole);
              }
            }
            const all = [...model.values()];
            for (const isComplete of [true, false]) {
              expect(await listed(undefined, isComplete, 50)).toEqual(oidsOf(all));
              for (const authid of authids) {
                expect(await listed({ authid }, isComplete, limit)).toEqual(
                  oidsOf(all.filter((fields) => fields.authid === authid)),
                );
              }
              const expiredAtNs = BigInt(seconds) * NS;
              const expired = all.filter(
                (fields) => (ownExpiryNs(fields) ?? expiredAtNs + 1n) <= expiredAtNs,
              );
              const seen = await listed({ expiredAtNs }, isComplete, limit);
              expect([...seen].sort()).toEqual(oidsOf(expired));
              if ((await store.reader.marks()).areIndexesExact) {
                const ends = seen.map((oid) => ownExpiryNs(model.get(oid) as CookieFields) as bigint);
                expect(ends).toEqual([...ends].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
              }
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    test("a sweep leaves the records alone, and a second one finds nothing to do", async () => {
      const before = await listAll(store.reader, { limit: 100 });
      const report = await store.sweepIndexes();
      expect(report.records).toBe(before.cookies.length);
      expect(await store.sweepIndexes()).toEqual({ records: before.cookies.length, added: 0, removed: 0 });
      expect(oidsOf((await listAll(store.reader, { limit: 100 })).cookies)).toEqual(oidsOf(before.cookies));
    });

    if (reopen !== undefined) {
      test("uses, indexes and the clock mark survive closing", async () => {
        const authid = `kept-${randomUUID()}`;
        const fields = makeFields({ authid });
        await put(fields);
        await write((transaction) => transaction.putUse(fields.oid, USE));
        await write((transaction) => transaction.raiseClock(transaction.clockNs + 12_345n));
        const { clockNs } = await store.reader.marks();
        store = await reopen(store);
        expect((await store.reader.marks()).clockNs).toBe(clockNs);
        expect(await useOf(fields.oid)).toEqual(USE);
        const found = await write((transaction) => transaction.listByAuthid(authid));
        expect(oidsOf(found)).toEqual([fields.oid]);
      });
    }
  });
}

/** The contract of a store that hashes values at rest (S-07). */
export function describeHashedStore(name: string, open: () => Promise<CookieStore>): void {
  describe(`CookieStore with hashed values: ${name}`, () => {
    let store: CookieStore;
    const value = "Zm9vYmFy+bGlicmFyeS/iuZ4";
    const stored = createHash("sha256").update(value).digest("base64url");
    const fields = makeFields();

    beforeAll(async () => {
      store = await open();
      await store.writer.write((transaction) =>
        transaction.put({ ...fields, value: transaction.toStoredValue(value) }),
      );
    });
    afterAll(() => store.close());

    test("says that it does", async () => {
      expect((await store.reader.marks()).areValuesHashed).toBe(true);
    });

    test("finds the cookie by the value that a client presents", async () => {
      expect((await store.reader.findByValue(value))?.oid).toBe(fields.oid);
      expect((await store.reader.findUsed({ value }))?.cookie.oid).toBe(fields.oid);
      expect((await store.writer.write((transaction) => transaction.findByValue(value)))?.oid).toBe(
        fields.oid,
      );
    });

    test("stores 43 characters that open nothing: who has stolen them has no session", async () => {
      expect((await store.reader.findByOid(fields.oid))?.value).toBe(stored);
      expect(stored).toHaveLength(43);
      expect(await store.reader.findByValue(stored)).toBeUndefined();
      expect(await store.reader.findUsed({ value: stored })).toBeUndefined();
    });

    test("a record is stored again with the value that was read from it", async () => {
      const cookie = await store.reader.findByOid(fields.oid);
      if (cookie === undefined) throw new Error("it was stored above");
      await store.writer.write((transaction) => transaction.put({ ...cookie.toFields(), authrole: "other" }));
      expect((await store.reader.findByValue(value))?.authrole).toBe("other");
    });

    test.each([
      ["empty", ""],
      ["a NUL", "\0"],
      ["a megabyte", "x".repeat(1_000_000)],
    ])("a value that nobody has is not found: %s", async (_, wrong) => {
      expect(await store.reader.findByValue(wrong)).toBeUndefined();
    });
  });
}
