// Reading from a server: hostile bytes, wrong types, long listings, what only the TTL has removed, changes since a version.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { buildCookie } from "../../../src/record/build-cookie.js";
import type { CookieStore } from "../../../src/store/cookie-store.js";
import { openValkeyStore } from "../../../src/store/valkey/open-valkey-store.js";
import { type ValkeyKeys, valkeyKeys } from "../../../src/store/valkey/valkey-keys.js";
import { listAll, makeFields } from "../conformance.js";
import { checkKeys } from "./check-keys.js";
import { describeEachServer } from "./each-server.js";

const NS = 1_000_000_000n;
/** What damaged keys may come to. */
const DAMAGE = ["ERR_RECORD_INVALID", "ERR_RECORD_CBOR", "ERR_STORE_INCONSISTENT", "ERR_STORE_SERVER"];

describeEachServer("reading", ({ options, redis }) => {
  async function open(): Promise<{ store: CookieStore; keys: ValkeyKeys; prefix: string }> {
    const asked = options({ hashValues: false });
    return { store: await openValkeyStore(asked), keys: valkeyKeys(asked.prefix), prefix: asked.prefix };
  }
  const put = (store: CookieStore, ...all: ReturnType<typeof makeFields>[]) =>
    store.writer.write((on) => {
      for (const fields of all) on.put(fields);
    });
  const expectDamage = async (run: () => unknown): Promise<unknown> => {
    try {
      return await run();
    } catch (error) {
      expect(DAMAGE).toContain((error as { code?: string }).code);
      return "damaged";
    }
  };

  test("any bytes in any key are an answer or an error of ours, and never another cookie", async () => {
    const { store, keys } = await open();
    const [fields, other] = [makeFields(), makeFields()];
    await put(store, fields, other);
    await store.writer.write((on) => on.putUse(fields.oid, { lastUsedNs: 5n }));
    const whole = Buffer.from(buildCookie(fields));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((random) => Buffer.from(random)),
      fc.nat(whole.length).map((length) => whole.subarray(0, length)),
      fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
        const copy = Buffer.from(whole);
        copy[at] = byte;
        return copy;
      }),
      fc.constant(Buffer.from(buildCookie(other))),
      fc.constant(Buffer.from(other.value)),
    );
    const names = [keys.record(fields.value), keys.oid(fields.oid), keys.use(fields.value)];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), bytes, async (name, damage) => {
        const before = await redis().getBuffer(name);
        await redis().set(name, damage);
        const { reader, writer } = store;
        for (const key of [{ value: fields.value }, { oid: fields.oid }]) {
          const found = await expectDamage(() => reader.findUsed(key));
          const { oid } = (found as { cookie?: { oid: string } } | undefined)?.cookie ?? {};
          if ("oid" in key) expect([undefined, fields.oid]).toContain(oid);
          else expect(oid).not.toBe(other.oid);
        }
        await expectDamage(() => reader.findByValue(fields.value));
        const { cookies, damaged } = await reader.list({ limit: 10, withUse: true });
        expect(cookies.map(({ oid }) => oid)).toContain(other.oid);
        expect(cookies.length + damaged.length).toBeLessThanOrEqual(2);
        await expectDamage(() =>
          writer.write((on) => [
            on.findByOid(fields.oid)?.oid,
            on.findByValue(fields.value)?.oid,
            on.findUse(fields.oid),
          ]),
        );
        await redis().set(name, before as Buffer);
      }),
      { numRuns: 150 },
    );
    expect((await store.reader.findUsed({ value: fields.value }))?.use?.lastUsedNs).toBe(5n);
    await store.close();
  }, 30_000);

  test("a record under another's value logs nobody in", async () => {
    const { store, keys } = await open();
    const [fields, other] = [makeFields(), makeFields()];
    await put(store, fields, other);
    await redis().set(keys.record("guessed"), Buffer.from(buildCookie(other)));
    const inconsistent = { code: "ERR_STORE_INCONSISTENT" };
    await expect((async () => store.reader.findByValue("guessed"))()).rejects.toMatchObject(inconsistent);
    await redis().set(keys.oid(fields.oid), other.value);
    await expect((async () => store.reader.findByOid(fields.oid))()).rejects.toMatchObject(inconsistent);
    const write = store.writer.write((on) => on.delete(fields.oid));
    await expect(write).rejects.toMatchObject(inconsistent);
    expect((await store.reader.findByOid(other.oid))?.value).toBe(other.value);
    await store.close();
  });

  test.each<[string, (keys: ValkeyKeys, fields: ReturnType<typeof makeFields>) => string]>([
    ["a record", (keys, { value }) => keys.record(value)],
    ["an oid", (keys, { oid }) => keys.oid(oid)],
    ["a user", (keys, { authid }) => keys.user(authid ?? "")],
    ["the oids", (keys) => keys.oids],
    ["the expiries", (keys) => keys.expiries],
    ["the changes", (keys) => keys.changes],
  ])("another type of key for %s: the commit is refused, and nothing of it is made", async (_, nameOf) => {
    const { store, keys, prefix } = await open();
    await put(store, makeFields({ authid: "somebody" }));
    const fields = makeFields({ authid: "joe" });
    const name = nameOf(keys, fields);
    await redis().del(name);
    await redis().lpush(name, "x");
    const names = (await redis().keys(`{${prefix}}:*`)).sort();
    await expect(put(store, makeFields({ authid: "joe" }), fields)).rejects.toMatchObject({
      code: "ERR_STORE_SERVER",
    });
    expect((await redis().keys(`{${prefix}}:*`)).sort()).toEqual(names);
    expect(await store.reader.findByValue(fields.value)).toBeUndefined();
    await store.close();
  });

  test("a long listing comes in pages, whatever limit is asked for, and each in its order", async () => {
    const { store } = await open();
    // Within one millisecond, at many of them twice the same: the order is that of the nanoseconds.
    const all = Array.from({ length: 1100 }, (_, at) =>
      makeFields({ authid: "many", createdNs: 1_700_000_000n * NS + BigInt((at * 7919) % 1000) }),
    );
    for (let at = 0; at < all.length; at += 100) await put(store, ...all.slice(at, at + 100));
    const byOid = all.map(({ oid }) => oid).sort();
    const oids = async (where?: { authid: string } | { expiredAtNs: bigint }) =>
      (await listAll(store.reader, { limit: 100_000, where })).cookies.map(({ oid }) => oid);
    expect(await oids()).toEqual(byOid);
    expect(await oids({ authid: "many" })).toEqual(byOid);
    const order = all.toSorted((a, b) => Number(a.createdNs - b.createdNs) || (a.oid < b.oid ? -1 : 1));
    expect(await oids({ expiredAtNs: 2n ** 64n })).toEqual(order.map(({ oid }) => oid));
    expect(await store.writer.write((on) => on.listByAuthid("many").length)).toBe(1100);
    await store.close();
  });

  test.each(["nonsense", "index:00", "(", "+", "\0", `${"0".repeat(20)}/nonsense`, "ä".repeat(18)])(
    "a listing goes on only from where a page of its kind ended: %p",
    async (after) => {
      const { store } = await open();
      for (const where of [undefined, { authid: "joe" }, { expiredAtNs: 5n }]) {
        const page = (async () => store.reader.list({ limit: 1, after, where }))();
        await expect(page).rejects.toMatchObject({ code: "ERR_COOKIE_FIELD" });
      }
      await store.close();
    },
  );

  test("what only the TTL has removed is not listed, and leaves all indexes with the next commits", async () => {
    const { store, keys, prefix } = await open();
    const old = Array.from({ length: 20 }, () =>
      makeFields({ createdNs: NS, maxAgeSeconds: 1, authid: "gone" }),
    );
    const kept = makeFields({ createdNs: NS, maxAgeSeconds: 1, authid: "kept" });
    await put(store, kept, ...old);
    // Expired long ago, so it goes an hour after it was stored.
    const ttl = await redis().pttl(keys.record(kept.value));
    expect(ttl).toBeGreaterThan(3_590_000);
    expect(ttl).toBeLessThanOrEqual(3_600_000);
    for (const { oid, value } of old) await redis().del(keys.oid(oid), keys.record(value), keys.use(value));
    expect((await listAll(store.reader, { limit: 5 })).cookies.map(({ oid }) => oid)).toEqual([kept.oid]);
    expect((await listAll(store.reader, { limit: 5, where: { authid: "gone" } })).cookies).toEqual([]);
    expect(await redis().zcard(keys.oids)).toBe(21);
    for (let commits = 0; commits < 2; commits += 1)
      await store.writer.write((on) => on.raiseClock(on.clockNs + 1n));
    expect(await checkKeys(redis(), prefix)).toEqual([kept.oid]);
    await store.close();
  });

  test("a sweep removes what is gone, also what a DEL removed before its time; an abort ends it", async () => {
    const { store, keys, prefix } = await open();
    const all = Array.from({ length: 600 }, (_, at) =>
      makeFields({ authid: `user-${at % 7}`, createdNs: 4_000_000_000n * NS }),
    );
    await put(store, ...all);
    for (const { oid, value } of all.slice(0, 300)) await redis().del(keys.oid(oid), keys.record(value));
    const aborted = await store.sweepIndexes({ signal: AbortSignal.abort() });
    expect(aborted).toEqual({ records: 0, added: 0, removed: 0 });
    expect(await store.sweepIndexes()).toEqual({ records: 300, added: 0, removed: 600 });
    expect((await checkKeys(redis(), prefix)).length).toBe(300);
    expect(await store.sweepIndexes()).toEqual({ records: 300, added: 0, removed: 0 });
    await store.close();
  });

  test("tells which cookies have changed since a version; uses don't count", async () => {
    const { store } = await open();
    const { reader, writer } = store;
    expect(await reader.changesSince(await reader.version())).toBeUndefined();
    const [one, two] = [makeFields(), makeFields()];
    await put(store, one);
    const start = await reader.version();
    expect(await reader.changesSince(start)).toEqual({ oids: [], version: start });
    await writer.write((on) => on.putUse(one.oid, { lastUsedNs: 5n }));
    const used = await reader.version();
    expect(used).not.toBe(start);
    expect(await reader.changesSince(start)).toEqual({ oids: [], version: used });
    await put(store, two);
    await writer.write((on) => on.delete(one.oid));
    const changes = await reader.changesSince(used);
    expect(changes?.version).toBe(await reader.version());
    expect([...(changes?.oids ?? [])].sort()).toEqual([one.oid, two.oid].sort());
    await store.close();
  });

  test("can't tell of a change that is another's, or has left the stream, or of too many", async () => {
    const { store, keys } = await open();
    await put(store, makeFields());
    const [token, number, change] = (await store.reader.version()).split(".");
    for (const version of [
      "",
      "nonsense",
      "..",
      `${token}.${number}.other`,
      `${token}.99.${change}`,
      `${token}.0.${change}`,
    ]) {
      expect(await store.reader.changesSince(version)).toBeUndefined();
    }
    const version = await store.reader.version();
    await put(store, makeFields());
    await redis().xtrim(keys.changes, "MAXLEN", 1);
    expect(await store.reader.changesSince(version)).toBeUndefined();
    await store.close();
  });
});
