// The near cache in front of a reader: what it answers itself, what it passes on, and what makes it forget.

import { beforeEach, describe, expect, test } from "@jest/globals";
import { buildCookie } from "../../../src/record/build-cookie.js";
import { Cookie, type CookieFields } from "../../../src/record/cookie.js";
import type { CookieReader } from "../../../src/store/cookie-reader.js";
import { createMemoryStore } from "../../../src/store/memory/memory-cookie-store.js";
import { createNearCache, type NearCache } from "../../../src/store/valkey/near-cache.js";

const FIELDS: CookieFields = {
  oid: "0f7e9a3a-6f1c-4f6e-9c0a-0d3a5b6c7d8e",
  createdNs: 1_700_000_000_000_000_000n,
  maxAgeSeconds: 3600,
  name: "cbtid",
  value: "the-value",
  authid: "joe",
};

let asked: string[];
let feed: { isOn: boolean; isListening(): boolean; isFresh(): boolean };
let cache: NearCache;
let behind: CookieReader;

beforeEach(async () => {
  asked = [];
  feed = { isOn: true, isListening: () => feed.isOn, isFresh: () => feed.isOn };
  const { reader, writer } = createMemoryStore();
  await writer.write((transaction) => {
    transaction.put(FIELDS);
    transaction.putUse(FIELDS.oid, { lastUsedNs: 5n });
  });
  behind = new Proxy(reader, {
    get:
      (target, name: keyof CookieReader) =>
      (...args: never[]) => {
        asked.push(name);
        return (target[name] as (...args: never[]) => unknown)(...args);
      },
  });
  cache = createNearCache(behind, feed, {
    maxCookies: 10,
    toStoredValue: (value) => (value === "unknown" ? undefined : value),
  });
});

describe("a near cache", () => {
  test("looks a value up once, with and without its use", async () => {
    const { reader } = cache;
    for (let time = 0; time < 3; time += 1) {
      expect((await reader.findByValue("the-value"))?.authid).toBe("joe");
      expect(await reader.findUsed({ value: "the-value" })).toMatchObject({ use: { lastUsedNs: 5n } });
    }
    expect(asked).toEqual(["findByValue", "findUsed"]);
    expect(cache.figures()).toEqual({ isOn: true, entries: 2, hits: 4, shared: 0, misses: 2 });
  });

  test("passes all else on", async () => {
    const { reader } = cache;
    await reader.findByOid(FIELDS.oid);
    await reader.findByOid(FIELDS.oid);
    await reader.findUsed({ oid: FIELDS.oid });
    await reader.list({ limit: 1 });
    await reader.marks();
    await reader.changesSince(await reader.version());
    expect(await reader.info()).toMatchObject({ engine: "memory", nearCache: { isOn: true, hits: 0 } });
    await reader.close();
    expect(asked).toEqual([
      "findByOid",
      "findByOid",
      "findUsed",
      "list",
      "marks",
      "version",
      "changesSince",
      "info",
      "close",
    ]);
    expect(cache.figures()).toMatchObject({ entries: 0, misses: 0 });
  });

  test("a changed record is asked for again, with and without its use; a changed use only with it", async () => {
    const both = async (): Promise<void> => {
      asked = [];
      await cache.reader.findByValue("the-value");
      await cache.reader.findUsed({ value: "the-value" });
    };
    await both();
    cache.forget("the-value", "use");
    await both();
    expect(asked).toEqual(["findUsed"]);
    cache.forget("the-value", "record");
    await both();
    expect(asked).toEqual(["findByValue", "findUsed"]);
    cache.forget("another", "record");
    await both();
    expect(asked).toEqual([]);
    cache.forgetAll();
    await both();
    expect(asked).toEqual(["findByValue", "findUsed"]);
  });

  test("passes on what it has no key for: half a surrogate pair has another's", async () => {
    for (const value of ["unknown", "half \ud800"]) {
      asked = [];
      await cache.reader.findByValue(value);
      await cache.reader.findByValue(value);
      expect(asked).toEqual(["findByValue", "findByValue"]);
    }
    expect(cache.figures().misses).toBe(0);
  });

  test("answers nothing itself while it is off", async () => {
    await cache.reader.findByValue("the-value");
    feed.isOn = false;
    await cache.reader.findByValue("the-value");
    expect(asked).toEqual(["findByValue", "findByValue"]);
    expect(cache.figures().isOn).toBe(false);
  });

  test("keeps a record's own bytes, not those of the reply that it came in", async () => {
    const record = buildCookie(FIELDS);
    const reply = Buffer.alloc(65_536);
    reply.set(record, 1000);
    const cookie = Cookie.cast(reply.subarray(1000, 1000 + record.length));
    const { reader } = createNearCache(
      { ...behind, findByValue: () => cookie, findUsed: () => ({ cookie, use: undefined }) },
      feed,
      { maxCookies: 10, toStoredValue: (value) => value },
    );
    for (const kept of [
      await reader.findByValue("the-value"),
      (await reader.findUsed({ value: "the-value" }))?.cookie,
    ]) {
      expect(kept?.bytes.buffer.byteLength).toBe(record.length);
      expect(kept?.toFields()).toEqual(cookie.toFields());
    }
  });
});
