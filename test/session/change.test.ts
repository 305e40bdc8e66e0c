// update, rotate and logout: one session, in one transaction, and nothing for an ended one.

import { describe, expect, test } from "@jest/globals";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { JOE, NS, refusalOf, START, START_NS, setScene } from "./scene.js";

const UNKNOWN_OID = "00000000-0000-4000-8000-000000000000";

describe("update", () => {
  test("R-33 changes scope and lifetime, and nothing else of the record", async () => {
    const { sessions, store, events, pass } = setScene();
    const { value, session } = await sessions.login({
      ...JOE,
      scope: "read",
      authextra: { theme: "dark" },
      device: { peer: "p" },
    });
    const before = (await store.reader.findByOid(session.oid))?.toFields();
    pass(100);
    const updated = await sessions.update({ value }, { scope: ["write"], maxAgeSeconds: 60 });
    expect(updated).toEqual({ ...session, scope: ["write"], expires: START + 160 });
    expect((await store.reader.findByOid(session.oid))?.toFields()).toEqual({
      ...before,
      maxAgeSeconds: 160,
      authextra: { theme: "dark", scope: "write" },
    });
    expect(events.at(-1)).toEqual({
      kind: "update",
      oid: session.oid,
      authid: "joe",
      authrealm: "realm1",
      reason: "update",
      time: START + 100,
    });
  });

  test("the scope alone leaves the end, the lifetime alone the scope; an empty scope takes it away", async () => {
    const { sessions, store } = setScene();
    const { value, session } = await sessions.login({ ...JOE, scope: "read" });
    expect(await sessions.update({ value }, { maxAgeSeconds: null })).toEqual({ ...session, expires: null });
    expect(await sessions.update({ value }, { scope: "" })).toMatchObject({ scope: [], expires: null });
    expect((await store.reader.findByOid(session.oid))?.authextra).toEqual({});
  });

  test("R-10 the longest life counts from the creation", async () => {
    const { sessions, pass } = setScene({ maxLifetimeSeconds: 1000, maxAgeSeconds: 500 });
    const { value } = await sessions.login(JOE);
    pass(400);
    expect((await sessions.update({ value }, { maxAgeSeconds: 900 }))?.expires).toBe(START + 1000);
    expect((await sessions.update({ value }, { maxAgeSeconds: null }))?.expires).toBe(START + 1000);
    expect((await sessions.update({ value }, { maxAgeSeconds: 10 }))?.expires).toBe(START + 410);
  });

  test("ends never later than asked for, and at most a second sooner", async () => {
    const { sessions, pass } = setScene();
    const { value } = await sessions.login(JOE);
    pass(10.9);
    await sessions.update({ value }, { maxAgeSeconds: 60 });
    pass(59.099);
    expect(await sessions.find({ value })).toBeDefined();
    pass(0.001);
    expect(await sessions.find({ value })).toBeUndefined();
  });

  test("of a record a little ahead of our clock counts from its creation", async () => {
    const { sessions, put } = setScene();
    const { value = "" } = await put({ createdNs: START_NS + 100n * NS });
    expect((await sessions.update({ value }, { maxAgeSeconds: 60 }))?.expires).toBe(START + 160);
  });

  test.each<[string, object, string]>([
    ["authid", { authid: "ann" }, "changes"],
    ["a field of the record", { createdNs: 1n }, "changes"],
    ["a scope of blanks in a word", { scope: ["a b"] }, "scope"],
    ["a lifetime of 0", { maxAgeSeconds: 0 }, "maxAgeSeconds"],
  ])("R-33 %s is refused, and nothing is written", async (_, changes, field) => {
    const { sessions, writes } = setScene();
    const { value } = await sessions.login(JOE);
    expect(await refusalOf(sessions.update({ value }, changes))).toEqual({
      code: "ERR_SESSION_ARGUMENT",
      field,
    });
    expect(writes()).toBe(1);
  });
});

describe("rotate", () => {
  test("R-20 the same session under a new value; the old one opens nothing", async () => {
    const { sessions, pass, events } = setScene();
    const { value, session } = await sessions.login({ ...JOE, scope: "read", device: { peer: "p" } });
    pass(100);
    const rotated = await sessions.rotate({ value });
    expect(rotated?.session).toEqual(session);
    expect(rotated?.value).not.toBe(value);
    expect(rotated?.setCookie).toContain(`cbtid=${rotated?.value}; Max-Age=${604_800 - 100};`);
    expect(rotated?.endedOids).toEqual([]);
    expect(await sessions.getUser({ value })).toBeNull();
    expect(await sessions.getUser({ value: rotated?.value ?? "" })).toEqual(session);
    expect(events.at(-1)).toMatchObject({ kind: "update", reason: "rotate", oid: session.oid });
  });

  test("keeps the last use", async () => {
    const { sessions, pass } = setScene();
    const { session } = await sessions.login(JOE);
    pass(100);
    await sessions.touch({ oid: session.oid }, { peer: "q" });
    expect((await sessions.rotate({ oid: session.oid }))?.session).toMatchObject({
      lastUsed: START + 100,
      lastPeer: "q",
    });
  });

  test("a new role and realm, by the same rules as a login's", async () => {
    const { sessions } = setScene({ deniedRoles: ["root"], allowedRealms: ["realm1", "realm2"] });
    const { session } = await sessions.login(JOE);
    const key = { oid: session.oid };
    expect((await sessions.rotate(key, { authrole: "admin" }))?.session.authrole).toBe("admin");
    expect((await sessions.rotate(key, { authrealm: "realm2" }))?.session).toMatchObject({
      authrole: "admin",
      authrealm: "realm2",
    });
    const before = await sessions.find(key);
    for (const [changes, field] of [
      [{ authrole: "root" }, "authrole"],
      [{ authrole: "trusted" }, "authrole"],
      [{ authrealm: "realm3" }, "authrealm"],
    ] as const)
      expect(await refusalOf(sessions.rotate(key, changes))).toEqual({ code: "ERR_SESSION_ROLE", field });
    expect(await refusalOf(sessions.rotate(key, { authrole: "" }))).toEqual({
      code: "ERR_SESSION_ARGUMENT",
      field: "authrole",
    });
    expect(await sessions.find(key)).toEqual(before);
  });

  test("R-32 a caller of one realm moves no session to another", async () => {
    const { sessions } = setScene();
    const { session } = await sessions.login(JOE);
    const move = sessions.rotate({ oid: session.oid }, { authrealm: "realm2" }, { authrealm: "realm1" });
    expect(await refusalOf(move)).toEqual({ code: "ERR_SESSION_ROLE", field: "authrealm" });
  });

  test("R-27 a realm with as many sessions as a user may have takes no more", async () => {
    const { sessions, another } = setScene({ perUser: { limit: 1, beyond: "refuse" } });
    const moved = await sessions.login(JOE);
    const there = await sessions.login({ ...JOE, authrealm: "realm2" });
    const key = { oid: moved.session.oid };
    expect(await refusalOf(sessions.rotate(key, { authrealm: "realm2" }))).toMatchObject({
      code: "ERR_SESSION_LIMIT",
    });
    // Where it is, it isn't one more, even beyond a limit that was lowered.
    await another({ perUser: undefined }).login(JOE);
    expect((await sessions.rotate(key))?.endedOids).toEqual([]);
    const lenient = another({ perUser: { limit: 1, beyond: "end-oldest" } });
    expect((await lenient.rotate(key, { authrealm: "realm2" }))?.endedOids).toEqual([there.session.oid]);
  });

  test("S-07 a hashed value is hashed again, and an update leaves it alone", async () => {
    const { sessions, store } = setScene({}, createMemoryStore({ hashValues: true }));
    const { value, session } = await sessions.login(JOE);
    await sessions.update({ value }, { scope: "a" });
    expect(await sessions.getUser({ value })).not.toBeNull();
    const rotated = await sessions.rotate({ value });
    expect(await sessions.getUser({ value: rotated?.value ?? "" })).not.toBeNull();
    expect((await store.reader.findByOid(session.oid))?.value).toHaveLength(43);
  });
});

describe("logout", () => {
  test("R-22 the record goes in one transaction; the next look-up fails; again is no error", async () => {
    const { sessions, store, events, writes } = setScene();
    const { value, session } = await sessions.login(JOE);
    expect(await sessions.logout({ value })).toBe(true);
    expect(await sessions.getUser({ value })).toBeNull();
    expect(await store.reader.findByOid(session.oid)).toBeUndefined();
    expect(writes()).toBe(2);
    expect(await sessions.logout({ value })).toBe(false);
    expect(await sessions.logout({ oid: session.oid })).toBe(false);
    expect(writes()).toBe(2);
    expect(events.slice(1)).toEqual([
      { kind: "logout", oid: session.oid, authid: "joe", authrealm: "realm1", reason: "logout", time: START },
    ]);
  });

  test("takes one that has expired, too", async () => {
    const { sessions, pass } = setScene();
    const { value } = await sessions.login({ ...JOE, maxAgeSeconds: 10 });
    pass(10);
    expect(await sessions.logout({ value })).toBe(true);
  });

  test("of a tracking cookie is none, and leaves it", async () => {
    const { sessions, store, put } = setScene();
    const { oid, value = "" } = await put({ authid: undefined });
    expect(await sessions.logout({ value })).toBe(false);
    expect(await store.reader.findByOid(oid)).toBeDefined();
  });

  test("twenty at once: one of them did it", async () => {
    const { sessions, events } = setScene();
    const { value } = await sessions.login(JOE);
    const answers = await Promise.all(Array.from({ length: 20 }, () => sessions.logout({ value })));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === "logout")).toHaveLength(1);
  });
});

describe("what there is no session for", () => {
  const operations = [
    ["update", (s: Sessions, key: Key, limit?: object) => s.update(key, { scope: "a" }, limit), null],
    ["rotate", (s: Sessions, key: Key, limit?: object) => s.rotate(key, {}, limit), null],
    ["touch", (s: Sessions, key: Key, limit?: object) => s.touch(key, {}, limit), false],
    ["logout", (s: Sessions, key: Key, limit?: object) => s.logout(key, limit), false],
  ] as const;
  type Sessions = ReturnType<typeof setScene>["sessions"];
  type Key = { readonly value: string } | { readonly oid: string };

  test.each(operations)("%s: nothing, without a write transaction", async (_, operation, nothing) => {
    const { sessions, writes } = setScene();
    expect(await operation(sessions, { value: "nobody's" })).toBe(nothing);
    expect(await operation(sessions, { value: "no;value" })).toBe(nothing);
    expect(await operation(sessions, { oid: UNKNOWN_OID })).toBe(nothing);
    expect(writes()).toBe(0);
  });

  test.each(operations)("R-31 %s: a session of another realm isn't there", async (_, operation, nothing) => {
    const { sessions, store, pass } = setScene();
    const { value, session } = await sessions.login(JOE);
    pass(100);
    const before = await store.reader.version();
    expect(await operation(sessions, { value }, { authrealm: "realm2" })).toBe(nothing);
    expect(await operation(sessions, { oid: session.oid }, { authrealm: "realm2" })).toBe(nothing);
    expect(await store.reader.version()).toBe(before);
    expect(await operation(sessions, { value }, { authrealm: "realm1" })).not.toBe(nothing);
  });

  test.each(operations.slice(0, 3))(
    "R-13 %s: nothing brings an ended one back",
    async (_, operation, nothing) => {
      const { sessions, pass } = setScene({ idleSeconds: 50 });
      const { value } = await sessions.login(JOE);
      pass(50);
      expect(await operation(sessions, { value })).toBe(nothing);
      pass(-49);
      expect(await operation(sessions, { value })).toBe(nothing);
      expect(await sessions.find({ value })).toBeUndefined();
    },
  );

  test.each(operations)(
    "%s: one that ends between look-up and transaction is looked at again",
    async (_, operation, nothing) => {
      const { sessions, store, pass } = setScene();
      const { value, session } = await sessions.login(JOE);
      pass(100);
      // Asked for at the same time: the look-ups are done when the first write begins.
      const racing = setScene(
        {},
        {
          ...store,
          writer: {
            async write(change) {
              await store.writer.write((transaction) => transaction.delete(session.oid));
              return store.writer.write(change);
            },
          },
        },
      );
      racing.pass(100);
      expect(await operation(racing.sessions, { value })).toBe(nothing);
      expect(racing.events).toEqual([]);
    },
  );
});
