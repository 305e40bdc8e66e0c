// list, logoutUser, deleteAll, purge and stats: many sessions, page by page and batch by batch.

import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../src/errors.js";
import type { Cookie } from "../../src/record/cookie.js";
import type { CookiePage, ListOptions } from "../../src/store/cookie-reader.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { makeFields } from "../store/conformance.js";
import { JOE, NS, refusalOf, START, START_NS, setScene } from "./scene.js";

const sorted = (oids: readonly string[]): string[] => [...oids].sort();

/** A store with so many records, made in one transaction. */
async function storeOf(count: number, fields: (n: number) => object): Promise<CookieStore> {
  const store = createMemoryStore();
  await store.writer.write((transaction) => {
    for (let n = 0; n < count; n += 1) transaction.put(makeFields({ createdNs: START_NS, ...fields(n) }));
  });
  return store;
}

/**
 * The store as where Crossbar writes: complete listings look at each record, so that pages are short, even empty; others
 * ask an index that has none of the records yet.
 */
function scanning(store: CookieStore): CookieStore {
  const list = async ({ where, ...options }: ListOptions): Promise<CookiePage> => {
    const page = await store.reader.list(options);
    if (where !== undefined && options.isComplete !== true) return { ...page, cookies: [], next: undefined };
    const fits = (cookie: Cookie): boolean => {
      if (where === undefined) return true;
      if ("authid" in where) return cookie.authid === where.authid;
      const { createdNs, maxAgeSeconds } = cookie;
      return maxAgeSeconds !== undefined && createdNs + BigInt(maxAgeSeconds) * NS <= where.expiredAtNs;
    };
    return { ...page, cookies: page.cookies.filter(fits) };
  };
  return { ...store, reader: { ...store.reader, list } };
}

describe.each([
  ["from an index", (store: CookieStore) => store],
  ["by a scan", scanning],
])("list, %s", (_, over) => {
  const users = ["joe", "ann"];
  const open = async () =>
    over(await storeOf(30, (n) => ({ authid: users[n % 2], authrealm: `realm${n % 3}` })));

  test("R-26 a user's sessions, page by page, are exactly these", async () => {
    const { sessions } = setScene({}, await open());
    for (const limit of [1, 4, 1000]) {
      const oids: string[] = [];
      let after: string | undefined;
      do {
        const page = await sessions.list({ authid: "joe", limit, after, isComplete: true });
        expect(page.sessions.length).toBeLessThanOrEqual(limit);
        expect(page.sessions.every(({ authid }) => authid === "joe")).toBe(true);
        oids.push(...page.sessions.map(({ oid }) => oid));
        after = page.next;
      } while (after !== undefined);
      expect(new Set(oids).size).toBe(15);
      expect(oids).toHaveLength(15);
    }
  });

  test("R-31 bound to a realm, those of others aren't there", async () => {
    const { sessions } = setScene({}, await open());
    const seen = [];
    for await (const session of sessions.iterate({ authrealm: "realm1", limit: 3 })) seen.push(session);
    expect(seen).toHaveLength(10);
    expect(seen.every(({ authrealm }) => authrealm === "realm1")).toBe(true);
  });
});

describe("list", () => {
  test("shows valid sessions with their last use, and no others", async () => {
    const { sessions, put, pass } = setScene({ idleSeconds: 1000 });
    const { session, value } = await sessions.login(JOE);
    await put({ maxAgeSeconds: 10 });
    await put({ authrole: undefined });
    await put({ createdNs: START_NS + 10_000n * NS });
    pass(100);
    await sessions.touch({ value }, { peer: "p" });
    const { sessions: seen, next } = await sessions.list();
    expect(seen).toEqual([{ ...session, lastUsed: START + 100, idleExpires: START + 1100, lastPeer: "p" }]);
    expect(next).toBeUndefined();
    expect(JSON.stringify(seen)).not.toContain(value);
  });

  test.each<[string, object, string]>([
    ["a limit of 0", { limit: 0 }, "limit"],
    ["a limit of 1001", { limit: 1001 }, "limit"],
    ["a limit of a half", { limit: 0.5 }, "limit"],
    ["a made-up page", { after: "nonsense" }, "after"],
  ])("%s is refused", async (_, options, field) => {
    const { sessions } = setScene();
    expect(await refusalOf(sessions.list(options))).toEqual({ code: "ERR_SESSION_ARGUMENT", field });
  });

  test("a store's fault is a fault", async () => {
    const { sessions, store } = setScene();
    await store.close();
    expect(await refusalOf(sessions.list())).toMatchObject({ code: "ERR_STORE_CLOSED" });
  });

  test("a record whose authextra can't be read hides no other", async () => {
    const { sessions, store, put } = setScene();
    await sessions.login(JOE);
    const { Cookie } = await import("../../src/record/cookie.js");
    const bytes = Buffer.from((await put({ authextra: { marker: "AAAAAAAA" } })).bytes);
    bytes[bytes.indexOf("AAAAAAAA") - 1] = 0xff;
    const list = async (options: ListOptions): Promise<CookiePage> => {
      const page = await store.reader.list(options);
      return {
        ...page,
        cookies: [Cookie.cast(bytes), ...page.cookies.filter(({ authextra }) => !authextra.marker)],
      };
    };
    const { sessions: reading } = setScene({}, { ...store, reader: { ...store.reader, list } });
    expect((await reading.list()).sessions).toHaveLength(1);
  });
});

describe.each([
  ["from an index", (store: CookieStore) => store],
  ["by a scan", scanning],
])("ending many, %s", (_, over) => {
  test("R-23 logoutUser ends all sessions of a user, those that have expired too, and no others", async () => {
    const store = over(await storeOf(1200, (n) => ({ authid: n % 2 ? "joe" : "ann", maxAgeSeconds: n + 1 })));
    const { sessions, events, pass } = setScene({}, store);
    pass(100);
    const ended = await sessions.logoutUser({ authid: "joe" });
    expect(ended).toHaveLength(600);
    const left = (await store.reader.list({ limit: 2000 })).cookies;
    expect(left).toHaveLength(600);
    expect(left.every(({ authid }) => authid === "ann")).toBe(true);
    expect(sorted(events.map(({ oid }) => oid))).toEqual(sorted(ended));
    expect(new Set(events.map(({ kind, reason }) => `${kind} ${reason}`))).toEqual(
      new Set(["logout logout-user"]),
    );
    expect(await sessions.logoutUser({ authid: "joe" })).toEqual([]);
  });

  test("R-24, R-31 all but one, and of one realm only", async () => {
    const store = over(await storeOf(12, (n) => ({ authid: "joe", authrealm: `realm${n % 2}` })));
    const { sessions } = setScene({}, store);
    const [kept] = (await sessions.list({ authrealm: "realm1" })).sessions;
    const exceptOid = kept?.oid.toUpperCase();
    expect(await sessions.logoutUser({ authid: "joe", authrealm: "realm1", exceptOid })).toHaveLength(5);
    expect((await sessions.list({ authrealm: "realm1" })).sessions).toEqual([kept]);
    expect((await sessions.list({ authrealm: "realm0" })).sessions).toHaveLength(6);
  });

  test("R-25 deleteAll: of a realm, but one, then all; tracking cookies stay", async () => {
    const store = over(
      await storeOf(500, (n) => ({ authrealm: `realm${n % 2}`, authrole: n < 10 ? undefined : "user" })),
    );
    const { sessions, events } = setScene({}, store);
    const [kept] = (await sessions.list({ authrealm: "realm1" })).sessions;
    expect(await sessions.deleteAll({ authrealm: "realm1", exceptOid: kept?.oid })).toBe(244);
    expect(await sessions.deleteAll()).toBe(246);
    expect(await sessions.deleteAll()).toBe(0);
    expect((await store.reader.list({ limit: 1000 })).cookies).toHaveLength(10);
    expect(events).toHaveLength(490);
  });

  test("R-59 purge removes what is past its expiry, tracking cookies too, in small batches", async () => {
    const store = over(
      await storeOf(1000, (n) => ({
        maxAgeSeconds: n % 10 === 0 ? undefined : n + 1,
        authrole: n % 2 ? "user" : undefined,
      })),
    );
    const { sessions, events, pass, writes } = setScene({}, store);
    expect(await sessions.purge()).toEqual({ purged: 0, batches: 0 });
    pass(600);
    const { purged, batches } = await sessions.purge();
    expect(purged).toBe(540);
    expect(batches).toBeGreaterThanOrEqual(540 / 200);
    expect(writes()).toBe(batches);
    const left = (await store.reader.list({ limit: 1000 })).cookies;
    expect(left).toHaveLength(460);
    expect(left.every(({ maxAgeSeconds = 1e9 }) => maxAgeSeconds > 600)).toBe(true);
    expect(events).toHaveLength(300);
    expect(events[0]).toMatchObject({ kind: "purge", reason: "purge", time: START + 600 });
  });
});

describe("purge", () => {
  test("R-59 looks again in the transaction: what was prolonged meanwhile stays", async () => {
    const store = await storeOf(3, () => ({ maxAgeSeconds: 10 }));
    const [first] = (await store.reader.list({ limit: 1 })).cookies;
    if (first === undefined) throw new Error("three were stored");
    const { sessions, pass } = setScene(
      {},
      {
        ...store,
        writer: {
          async write(change) {
            await store.writer.write((transaction) =>
              transaction.put({ ...first.toFields(), maxAgeSeconds: 1000 }),
            );
            return store.writer.write(change);
          },
        },
      },
    );
    pass(10);
    expect((await sessions.purge()).purged).toBe(2);
    expect(await store.reader.findByOid(first.oid)).toBeDefined();
  });

  test("what only the configured longest life ends stays, and is refused all the same", async () => {
    const store = await storeOf(1, () => ({ maxAgeSeconds: 1000 }));
    const { sessions, pass } = setScene({ maxLifetimeSeconds: 100 }, store);
    pass(100);
    expect(await sessions.purge()).toEqual({ purged: 0, batches: 0 });
    expect((await sessions.list()).sessions).toEqual([]);
  });

  test("an idle session stays: its expiry hasn't passed", async () => {
    const { sessions, pass } = setScene({ idleSeconds: 10 });
    await sessions.login(JOE);
    pass(100);
    expect((await sessions.purge()).purged).toBe(0);
  });

  test("is ended by its signal after the batch under way", async () => {
    const store = await storeOf(1000, () => ({ maxAgeSeconds: 10 }));
    const abort = new AbortController();
    const { sessions, pass } = setScene(
      {},
      {
        ...store,
        writer: {
          async write(change) {
            const result = await store.writer.write(change);
            abort.abort();
            return result;
          },
        },
      },
    );
    pass(10);
    const { purged, batches } = await sessions.purge({ signal: abort.signal });
    expect(batches).toBe(1);
    expect(purged).toBeGreaterThan(0);
    expect(purged).toBeLessThanOrEqual(200);
    expect((await store.reader.list({ limit: 2000 })).cookies).toHaveLength(1000 - purged);
    expect(await sessions.purge({ signal: AbortSignal.abort() })).toEqual({ purged: 0, batches: 0 });
  });

  test("R-60 pauses between two batches as long as the batch took, and others get their turn", async () => {
    const store = await storeOf(600, () => ({ maxAgeSeconds: 10 }));
    const spans: { begin: number; end: number }[] = [];
    const { sessions, pass } = setScene(
      {},
      {
        ...store,
        writer: {
          async write(change) {
            const begin = performance.now();
            await delay(20);
            const result = await store.writer.write(change);
            spans.push({ begin, end: performance.now() });
            return result;
          },
        },
      },
    );
    pass(10);
    await sessions.purge();
    expect(spans.length).toBeGreaterThanOrEqual(3);
    for (const [at, span] of spans.slice(1).entries()) {
      const before = spans[at] as { begin: number; end: number };
      // A timer may be a millisecond early.
      expect(span.begin - before.end).toBeGreaterThanOrEqual(before.end - before.begin - 2);
    }
  });
});

describe("logins while all sessions of a user are ended", () => {
  test("are found by the next pass; a stream of them doesn't keep it from ending", async () => {
    const store = createMemoryStore();
    const { sessions: others } = setScene({}, store);
    await others.login(JOE);
    let logins = 0;
    const { sessions } = setScene(
      {},
      {
        ...store,
        writer: {
          async write(change) {
            const result = await store.writer.write(change);
            logins += 1;
            await others.login(JOE);
            return result;
          },
        },
      },
    );
    const ended = await sessions.logoutUser({ authid: "joe" });
    expect(ended.length).toBe(logins);
    expect(logins).toBeGreaterThan(1);
    expect((await others.list()).sessions).toHaveLength(1);
  });
});

describe("records that can't be read", () => {
  const damaged = new CookieAuthenticatorError("ERR_RECORD_INVALID", "broken");

  /** A store whose transactions find one of its records broken. */
  async function withBroken(error: Error): Promise<{ store: CookieStore; oid: string }> {
    const store = await storeOf(3, () => ({ maxAgeSeconds: 10 }));
    const oid = (await store.reader.list({ limit: 1 })).cookies[0]?.oid ?? "";
    const write: CookieStore["writer"]["write"] = (change) =>
      store.writer.write((transaction) => {
        const findByOid = (asked: string) => {
          if (asked === oid) throw error;
          return transaction.findByOid(asked);
        };
        return change({ ...transaction, clockNs: 0n, findByOid });
      });
    return { store: { ...store, writer: { write } }, oid };
  }

  test("keep no others from being ended", async () => {
    const { store, oid } = await withBroken(damaged);
    const { sessions } = setScene({}, store);
    expect(await sessions.deleteAll()).toBe(2);
    expect(await store.reader.findByOid(oid)).toBeDefined();
  });

  test("but a fault of the store is one", async () => {
    const { store } = await withBroken(new CookieAuthenticatorError("ERR_STORE_FULL", "full"));
    expect(await refusalOf(setScene({}, store).sessions.deleteAll())).toMatchObject({
      code: "ERR_STORE_FULL",
    });
  });
});

test.each<[string, object, string]>([
  ["no user", { authid: "" }, "authid"],
  ["a user that is no text", { authid: undefined }, "authid"],
  ["a session to spare that is no oid", { authid: "joe", exceptOid: "x" }, "oid"],
])("logoutUser with %s is refused", async (_, options, field) => {
  const { sessions } = setScene();
  expect(await refusalOf(sessions.logoutUser(options as never))).toEqual({
    code: "ERR_SESSION_ARGUMENT",
    field,
  });
});

test("deleteAll with a session to spare that is no oid is refused, and ends none", async () => {
  const { sessions } = setScene();
  await sessions.login(JOE);
  expect(await refusalOf(sessions.deleteAll({ exceptOid: "" }))).toMatchObject({ field: "oid" });
  expect((await sessions.list()).sessions).toHaveLength(1);
});

describe("stats", () => {
  test("counts each record once, by its state, and the valid ones by realm and role", async () => {
    const { sessions, put, pass } = setScene({ idleSeconds: 1000 });
    await put({ maxAgeSeconds: 10 });
    await put({ authid: undefined });
    await put({ authrealm: undefined });
    await put({ maxAgeSeconds: undefined });
    await put({ createdNs: START_NS + 5000n * NS });
    pass(1000);
    await sessions.login(JOE);
    await sessions.login({ ...JOE, authrealm: "__proto__", authrole: "admin" });
    pass(-3);
    expect(await sessions.stats()).toEqual({
      records: 7,
      valid: 2,
      expired: 1,
      idle: 1,
      fromFuture: 1,
      unauthenticated: 2,
      damaged: 0,
      byRealm: JSON.parse('{"realm1": 1, "__proto__": 1}'),
      byRole: { user: 1, admin: 1 },
      clockBehindSeconds: 3,
    });
  });

  test("counts what can't be read, too, and reads page by page", async () => {
    const store = await storeOf(1100, () => ({}));
    const error = new CookieAuthenticatorError("ERR_RECORD_INVALID", "broken");
    const list = async (options: ListOptions): Promise<CookiePage> => ({
      ...(await store.reader.list(options)),
      damaged: [{ oid: "00000000-0000-4000-8000-000000000000", error }],
    });
    const { sessions } = setScene({}, { ...store, reader: { ...store.reader, list } });
    expect(await sessions.stats()).toMatchObject({ records: 1103, valid: 1100, damaged: 3 });
  });
});
