// The contract of the two ports, one suite that runs on every implementation.

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Cookie, CookieFields } from "../../src/record/cookie.js";
import type { CookiePage, CookieReader, CookieUse, ListOptions } from "../../src/store/cookie-reader.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { storableCookieArbitrary } from "../support/cookie-arbitraries.js";

let counter = 0;

/** A storable cookie with an oid and a value of its own. */
export function makeFields(fields: Partial<CookieFields> = {}): CookieFields & { readonly value: string } {
  counter += 1;
  return {
    oid: randomUUID(),
    createdNs: 1_700_000_000_000_000_000n,
    maxAgeSeconds: 604_800,
    name: "cbtid",
    authid: "joe",
    authrole: "user",
    authrealm: "realm1",
    value: `value-${counter}-${randomUUID()}`,
    ...fields,
  } as CookieFields & { readonly value: string };
}

/** All pages of a listing, joined; pages of `limit` entries at most. */
export async function listAll(reader: CookieReader, options: ListOptions): Promise<CookiePage> {
  const cookies: Cookie[] = [];
  const damaged: CookiePage["damaged"][number][] = [];
  const uses = new Map<string, CookieUse>();
  let after: string | undefined;
  do {
    const page = await reader.list({ ...options, after });
    expect(page.cookies.length).toBeLessThanOrEqual(options.limit);
    expect(page.next === undefined || page.next !== after).toBe(true);
    cookies.push(...page.cookies);
    damaged.push(...page.damaged);
    for (const [oid, use] of page.uses) uses.set(oid, use);
    after = page.next;
  } while (after !== undefined);
  return { cookies, damaged, uses, next: undefined };
}

/** When a record's own lifetime is over, ns since 1970 UTC. */
export function ownExpiryNs(fields: CookieFields): bigint | undefined {
  return fields.maxAgeSeconds === undefined
    ? undefined
    : fields.createdNs + BigInt(fields.maxAgeSeconds) * 1_000_000_000n;
}

const oidsOf = (cookies: readonly { readonly oid: string }[]): string[] =>
  cookies.map(({ oid }) => oid).sort();

/** The contract of reading, for stores that hold `cookies` already. Also for those that can't be written. */
export function describeReader(
  name: string,
  open: () => Promise<{ readonly reader: CookieReader; readonly cookies: readonly CookieFields[] }>,
): void {
  describe(`CookieReader: ${name}`, () => {
    let reader: CookieReader;
    let cookies: readonly CookieFields[];

    beforeAll(async () => {
      ({ reader, cookies } = await open());
    });
    afterAll(() => reader.close());

    test("finds each record by value and by oid", async () => {
      for (const fields of cookies) {
        const cookie = await reader.findByValue(fields.value ?? "");
        expect(cookie?.oid).toBe(fields.oid);
        expect(cookie?.authid).toBe(fields.authid);
        expect((await reader.findByOid(fields.oid))?.value).toBe(fields.value);
      }
    });

    test("takes an oid in upper case", async () => {
      const oid = cookies[0]?.oid ?? "";
      expect((await reader.findByOid(oid.toUpperCase()))?.oid).toBe(oid);
    });

    test("doesn't find what isn't there", async () => {
      expect(await reader.findByValue("no such value")).toBeUndefined();
      expect(await reader.findByOid(randomUUID())).toBeUndefined();
    });

    test.each([
      ["empty", ""],
      ["510 bytes", "x".repeat(510)],
      ["510 bytes of UTF-8", "ä".repeat(255)],
      ["a megabyte", "x".repeat(1_000_000)],
      ["a NUL", "\0"],
    ])("a value that can't be a key is not found: %s", async (_, value) => {
      expect(await reader.findByValue(value)).toBeUndefined();
    });

    test("an oid that is no UUID is an error, not an answer", async () => {
      await expect((async () => reader.findByOid("nonsense"))()).rejects.toMatchObject({
        code: "ERR_COOKIE_FIELD",
      });
    });

    test.each([1, 2, 7, 1000])("lists all in order of the oids, in pages of %d", async (limit) => {
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await reader.list({ limit, after });
        expect(page.cookies.length).toBeLessThanOrEqual(limit);
        expect(page.damaged).toEqual([]);
        seen.push(...page.cookies.map(({ oid }) => oid));
        after = page.next;
      } while (after !== undefined);
      expect(seen).toEqual(cookies.map(({ oid }) => oid).sort());
    });

    test.each([1, 3, 1000])("lists the cookies of each user, in pages of %d", async (limit) => {
      const authids = new Set(cookies.map(({ authid }) => authid ?? "nobody"));
      for (const authid of [...authids, "no such user"]) {
        const { cookies: seen } = await listAll(reader, { limit, where: { authid }, isComplete: true });
        expect(seen.map(({ oid }) => oid)).toEqual(oidsOf(cookies.filter((one) => one.authid === authid)));
      }
    });

    test.each([1, 3, 1000])("lists what has expired at a time, in pages of %d", async (limit) => {
      const expiries = cookies.flatMap((fields) => ownExpiryNs(fields) ?? []);
      const times = [0n, ...expiries.flatMap((ns) => [ns - 1n, ns]), 2n ** 64n - 1n].slice(0, 40);
      for (const expiredAtNs of times) {
        const { cookies: seen } = await listAll(reader, { limit, where: { expiredAtNs }, isComplete: true });
        const expected = cookies.filter((fields) => {
          const ns = ownExpiryNs(fields);
          return ns !== undefined && ns <= expiredAtNs;
        });
        expect(oidsOf(seen)).toEqual(oidsOf(expected));
      }
    });

    test("finds each record together with its last use, by value and by oid", async () => {
      for (const fields of cookies) {
        expect((await reader.findUsed({ value: fields.value ?? "" }))?.cookie.oid).toBe(fields.oid);
        expect((await reader.findUsed({ oid: fields.oid }))?.cookie.value).toBe(fields.value);
      }
      expect(await reader.findUsed({ value: "no such value" })).toBeUndefined();
      expect(await reader.findUsed({ oid: randomUUID() })).toBeUndefined();
    });

    test("its version and its marks don't change by reading", async () => {
      const [version, marks] = [await reader.version(), await reader.marks()];
      await reader.list({ limit: 5, isComplete: true, where: { authid: "joe" } });
      await reader.findByOid(randomUUID());
      expect(await reader.version()).toBe(version);
      expect(await reader.marks()).toEqual(marks);
      expect(typeof marks.clockNs).toBe("bigint");
    });

    test("tells its figures", async () => {
      const info = await reader.info();
      expect(info.entries).toBeGreaterThanOrEqual(2 * cookies.length);
    });
  });
}

/** The contract of writing and of both together. */
export function describeStore(name: string, open: () => Promise<CookieStore>): void {
  describe(`CookieStore: ${name}`, () => {
    let store: CookieStore;
    const put = (fields: CookieFields): Promise<Cookie> =>
      store.writer.write((transaction) => transaction.put(fields));
    const find = async (value: string | undefined): Promise<Cookie | undefined> =>
      store.reader.findByValue(value ?? "");

    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    test("a stored record is found by its value and its oid, with all its fields", async () => {
      const fields = makeFields({
        authextra: { department: "R&D", numbers: [1, 2.5], nested: { deep: true } },
        authenticatedTransportInfo: { peer: "tcp4:127.0.0.1:1" },
        authenticatedSession: 2 ** 53 - 1,
        authenticatedOnNode: randomUUID(),
      });
      const stored = await put(fields);
      expect(stored.oid).toBe(fields.oid);
      expect((await find(fields.value))?.toFields()).toMatchObject(fields);
      expect((await store.reader.findByOid(fields.oid))?.toFields()).toMatchObject(fields);
    });

    test("storing under the same oid replaces the record; its old value leads nowhere", async () => {
      const first = makeFields();
      const second = makeFields({ oid: first.oid, authid: "ann" });
      await put(first);
      await put(second);
      expect(await find(first.value)).toBeUndefined();
      expect((await find(second.value))?.authid).toBe("ann");
      expect((await store.reader.findByOid(first.oid))?.value).toBe(second.value);
    });

    test("a value that another record has is refused, and nothing is changed", async () => {
      const owner = makeFields();
      await put(owner);
      await expect(put(makeFields({ value: owner.value }))).rejects.toMatchObject({
        code: "ERR_COOKIE_VALUE_TAKEN",
      });
      expect((await find(owner.value))?.oid).toBe(owner.oid);
    });

    test.each([
      ["no value", undefined],
      ["an empty value", ""],
      ["a value whose key would pass 511 bytes", "x".repeat(510)],
      ["one of many bytes in few characters", "😀".repeat(128)],
    ])("%s is refused", async (_, value) => {
      const fields = { ...makeFields(), value };
      await expect(put(fields)).rejects.toMatchObject({ code: "ERR_STORE_KEY" });
      expect(await store.reader.findByOid(fields.oid)).toBeUndefined();
    });

    test("the longest value of 509 bytes is stored and found", async () => {
      const fields = makeFields({ value: "y".repeat(509) });
      await put(fields);
      expect((await find(fields.value))?.oid).toBe(fields.oid);
      await store.writer.write((transaction) => transaction.delete(fields.oid));
    });

    test("a deleted record is gone by value and by oid; deleting it again says so", async () => {
      const fields = makeFields();
      await put(fields);
      expect(await store.writer.write((transaction) => transaction.delete(fields.oid))).toBe(true);
      expect(await find(fields.value)).toBeUndefined();
      expect(await store.reader.findByOid(fields.oid)).toBeUndefined();
      expect(await store.writer.write((transaction) => transaction.delete(fields.oid))).toBe(false);
    });

    test("a transaction sees its own changes, and afterwards everybody does", async () => {
      const fields = makeFields();
      const isSeenInside = await store.writer.write((transaction) => {
        transaction.put(fields);
        return transaction.findByValue(fields.value)?.oid === transaction.findByOid(fields.oid)?.oid;
      });
      expect(isSeenInside).toBe(true);
      expect((await find(fields.value))?.oid).toBe(fields.oid);
    });

    test("a callback that throws undoes everything that it did", async () => {
      const kept = makeFields();
      await put(kept);
      const lost = makeFields();
      const write = store.writer.write((transaction) => {
        transaction.put(lost);
        transaction.delete(kept.oid);
        throw new Error("changed my mind");
      });
      await expect(write).rejects.toThrow("changed my mind");
      expect(await find(lost.value)).toBeUndefined();
      expect((await find(kept.value))?.oid).toBe(kept.oid);
    });

    test("one that fails leaves the others of the same commit alone", async () => {
      const many = Array.from({ length: 20 }, () => makeFields());
      const results = await Promise.allSettled(
        many.map((fields, at) =>
          store.writer.write((transaction) => {
            transaction.put(fields);
            if (at % 3 === 0) throw new Error("no");
          }),
        ),
      );
      expect(results.map(({ status }) => status === "rejected")).toEqual(many.map((_, at) => at % 3 === 0));
      for (const [at, fields] of many.entries()) {
        expect((await find(fields.value)) === undefined).toBe(at % 3 === 0);
      }
    });

    test("a callback that returns a promise is refused, and changes nothing", async () => {
      const fields = makeFields();
      const write = store.writer.write(async (transaction) => {
        transaction.put(fields);
      });
      await expect(write).rejects.toMatchObject({ code: "ERR_STORE_ASYNC_WRITE" });
      expect(await find(fields.value)).toBeUndefined();
    });

    test("a record that is handed out doesn't change when others are read or written", async () => {
      const fields = makeFields();
      await put(fields);
      const cookie = await find(fields.value);
      await put(makeFields({ oid: fields.oid, authid: "somebody-else" }));
      for (let i = 0; i < 50; i += 1) await find((await put(makeFields())).value);
      expect(cookie?.value).toBe(fields.value);
      expect(cookie?.authid).toBe("joe");
    });

    test("any storable record comes back as it was", async () => {
      await fc.assert(
        fc.asyncProperty(storableCookieArbitrary(), async (fields) => {
          // An arbitrary value may come twice: the record before it gives way.
          const owner = await find(fields.value);
          await store.writer.write((transaction) => {
            if (owner !== undefined) transaction.delete(owner.oid);
            transaction.put(fields);
          });
          expect((await find(fields.value))?.oid).toBe(fields.oid);
          expect((await store.reader.findByOid(fields.oid))?.value).toBe(fields.value);
        }),
        { numRuns: 60 },
      );
    });

    test("random puts and deletes leave what a plain map would have", async () => {
      const model = new Map<string, string>();
      const oids = Array.from({ length: 6 }, () => randomUUID() as string);
      const run = randomUUID();
      const operation = fc.record({
        oid: fc.constantFrom(...oids),
        value: fc.constantFrom(..."abcdef").map((letter) => `${run}-${letter}`),
        kind: fc.constantFrom("put", "put", "delete"),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 20 }), async (operations) => {
          for (const { oid, value, kind } of operations) {
            if (kind === "delete") {
              expect(await store.writer.write((transaction) => transaction.delete(oid))).toBe(
                model.delete(oid),
              );
              continue;
            }
            const taken = [...model].some(([other, has]) => has === value && other !== oid);
            const write = put(makeFields({ oid, value }));
            if (taken) await expect(write).rejects.toMatchObject({ code: "ERR_COOKIE_VALUE_TAKEN" });
            else model.set((await write).oid, value);
          }
          for (const letter of "abcdef") {
            const value = `${run}-${letter}`;
            const owner = [...model].find(([, has]) => has === value)?.[0];
            expect((await find(value))?.oid).toBe(owner);
          }
        }),
        { numRuns: 25 },
      );
    });
  });

  describe(`a closed CookieStore: ${name}`, () => {
    test("refuses all use, and closing again does nothing", async () => {
      const store = await open();
      await store.close();
      await store.close();
      await store.reader.close();
      const closed = { code: "ERR_STORE_CLOSED" };
      await expect((async () => store.reader.findByValue("x"))()).rejects.toMatchObject(closed);
      await expect((async () => store.reader.info())()).rejects.toMatchObject(closed);
      await expect((async () => store.reader.findUsed({ value: "x" }))()).rejects.toMatchObject(closed);
      await expect((async () => store.reader.marks())()).rejects.toMatchObject(closed);
      await expect((async () => store.reader.version())()).rejects.toMatchObject(closed);
      await expect(store.sweepIndexes()).rejects.toMatchObject(closed);
      await expect(store.writer.write(() => 1)).rejects.toMatchObject(closed);
    });
  });
}
