// login: what is stored, what is answered, and what is refused.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isCookieValue } from "../../src/record/cookie-value.js";
import type { LoginRequest } from "../../src/session/session.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { makeFields } from "../store/conformance.js";
import { JOE, NS, refusalOf, START, START_NS, setScene } from "./scene.js";

describe("a login", () => {
  test("answers with the session, its value and its header", async () => {
    const { sessions } = setScene();
    const issued = await sessions.login({
      ...JOE,
      authmethod: "oidc",
      scope: "read  write read",
      authTime: START - 3600,
      device: { peer: "tcp4:192.0.2.1:50000", userAgent: "Browser/1.0" },
    });
    expect(issued.session).toEqual({
      oid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      authid: "joe",
      authrole: "user",
      authrealm: "realm1",
      authmethod: "oidc",
      scope: ["read", "write"],
      created: START,
      authTime: START - 3600,
      expires: START + 604_800,
      idleExpires: null,
      lastUsed: null,
      peer: "tcp4:192.0.2.1:50000",
      userAgent: "Browser/1.0",
      lastPeer: undefined,
      lastUserAgent: undefined,
    });
    expect(issued.setCookie).toBe(
      `cbtid=${issued.value}; Max-Age=604800; Path=/; Expires=${new Date((START + 604_800) * 1000).toUTCString()}; HttpOnly; Secure; SameSite=Lax`,
    );
    expect(issued.endedOids).toEqual([]);
  });

  test("stores a record that Crossbar's own cookie method would take", async () => {
    const { sessions, store } = setScene();
    const authextra = { theme: "dark", groups: ["a", "b"], nested: { deep: [1, null, true] } };
    const { session, value } = await sessions.login({ ...JOE, scope: ["a", "b"], authextra });
    const record = (await store.reader.findByValue(value))?.toFields();
    expect(record).toMatchObject({
      oid: session.oid,
      createdNs: START_NS,
      maxAgeSeconds: 604_800,
      name: "cbtid",
      value,
      authid: "joe",
      authrole: "user",
      authrealm: "realm1",
      authmethod: "cookie",
      authenticatedAuthmethod: undefined,
      authenticatedNs: START_NS,
      authenticatedTransportInfo: {},
    });
    expect(record?.authextra).toEqual({ ...authextra, scope: "a b" });
  });

  test("R-01, R-02 values are random, opaque, and of the configured length", async () => {
    const { sessions } = setScene({ valueLength: 32 });
    const issued = await Promise.all(Array.from({ length: 50 }, () => sessions.login(JOE)));
    const values = issued.map(({ value }) => value);
    expect(new Set(values).size).toBe(50);
    for (const value of values) {
      expect(value).toHaveLength(32);
      expect(isCookieValue(value)).toBe(true);
      expect(Buffer.from(value, "base64").toString("latin1")).not.toContain("joe");
    }
    expect(sessions.makeCookieValue()).toHaveLength(32);
  });

  test("S-07 where values are hashed, the database doesn't hold the value", async () => {
    const { sessions, store } = setScene({}, createMemoryStore({ hashValues: true }));
    const { session, value } = await sessions.login(JOE);
    const record = await store.reader.findByOid(session.oid);
    expect(Buffer.from(record?.bytes ?? []).includes(value)).toBe(false);
    expect((await sessions.getUser({ value }))?.oid).toBe(session.oid);
    expect(await sessions.getUser({ value: record?.value ?? "" })).toBeNull();
  });

  test.each<[string, number | null | undefined, number | undefined, number | null]>([
    ["the configured lifetime", undefined, undefined, START + 604_800],
    ["its own", 60, undefined, START + 60],
    ["never", null, undefined, null],
    ["the longest life where it asks for more", 7200, 3600, START + 3600],
    ["the longest life where it asks for ever", null, 3600, START + 3600],
    ["the longest life where that is below the configured", undefined, 3600, START + 3600],
  ])("R-10 expires: %s", async (_, maxAgeSeconds, maxLifetimeSeconds, expires) => {
    const { sessions, store } = setScene({ maxLifetimeSeconds });
    const { session } = await sessions.login({ ...JOE, maxAgeSeconds });
    expect(session.expires).toBe(expires);
    const stored = (await store.reader.findByOid(session.oid))?.maxAgeSeconds;
    expect(stored).toBe(expires === null ? undefined : expires - START);
  });

  test("an authTime a little ahead of our clock becomes now", async () => {
    const { sessions } = setScene();
    expect((await sessions.login({ ...JOE, authTime: START + 300 })).session.authTime).toBe(START);
    expect(await refusalOf(sessions.login({ ...JOE, authTime: START + 301 }))).toEqual({
      code: "ERR_SESSION_ARGUMENT",
      field: "authTime",
    });
  });

  test("R-11 a proof of long ago doesn't end the session for want of use", async () => {
    const { sessions } = setScene({ idleSeconds: 60 });
    const { value } = await sessions.login({ ...JOE, authTime: START - 86_400 });
    expect(await sessions.getUser({ value })).not.toBeNull();
  });
});

describe("R-20 the presented session", () => {
  test("ends in the same transaction, whoever's it is, and the new value is another", async () => {
    const { sessions, events, writes } = setScene();
    const first = await sessions.login({ ...JOE, authid: "ann", authrealm: "realm2" });
    const second = await sessions.login({ ...JOE, presentedValue: first.value });
    expect(second.value).not.toBe(first.value);
    expect(second.endedOids).toEqual([first.session.oid]);
    expect(await sessions.find({ value: first.value })).toBeUndefined();
    expect(writes()).toBe(2);
    expect(events.slice(1)).toEqual([
      {
        kind: "logout",
        oid: first.session.oid,
        authid: "ann",
        authrealm: "realm2",
        reason: "replaced",
        time: START,
      },
      {
        kind: "login",
        oid: second.session.oid,
        authid: "joe",
        authrealm: "realm1",
        reason: "login",
        time: START,
      },
    ]);
  });

  test.each([
    ["unknown", "no-such-value"],
    ["no cookie value", "a b;\r\n"],
    ["empty", ""],
    ["a megabyte", "x".repeat(1_000_000)],
  ])("R-03 a value that is %s makes no record and ends none", async (_, presentedValue) => {
    const { sessions, store } = setScene();
    const { value, endedOids } = await sessions.login({ ...JOE, presentedValue });
    expect(value).not.toBe(presentedValue);
    expect(endedOids).toEqual([]);
    expect((await store.reader.list({ limit: 10 })).cookies).toHaveLength(1);
  });

  test("a tracking cookie stays, and its value doesn't become the session's", async () => {
    const { sessions, put } = setScene();
    const tracking = await put({ authid: undefined, authrole: undefined });
    const { value, endedOids } = await sessions.login({ ...JOE, presentedValue: tracking.value });
    expect(endedOids).toEqual([]);
    expect(value).not.toBe(tracking.value);
    expect(await sessions.getUser({ value: tracking.value ?? "" })).toBeNull();
  });

  test("R-32 of another realm than the caller's stays", async () => {
    const { sessions } = setScene();
    const other = await sessions.login({ ...JOE, authrealm: "realm2" });
    const { endedOids } = await sessions.login(
      { ...JOE, presentedValue: other.value },
      { authrealm: "realm1" },
    );
    expect(endedOids).toEqual([]);
    expect(await sessions.find({ value: other.value })).toBeDefined();
  });

  test("goes on if the login is refused", async () => {
    const { sessions } = setScene({ perUser: { limit: 1, beyond: "refuse" } });
    await sessions.login(JOE);
    const ann = await sessions.login({ ...JOE, authid: "ann" });
    const again = sessions.login({ ...JOE, presentedValue: ann.value });
    expect(await refusalOf(again)).toMatchObject({ code: "ERR_SESSION_LIMIT" });
    expect(await sessions.find({ value: ann.value })).toBeDefined();
  });

  test("whose record can't be read doesn't keep its owner from logging in", async () => {
    const { store } = setScene();
    const broken = Object.assign(new Error("broken"), { code: "ERR_STORE_INCONSISTENT" });
    const { CookieAuthenticatorError } = await import("../../src/errors.js");
    const damaged = new CookieAuthenticatorError("ERR_STORE_INCONSISTENT", "broken");
    for (const [error, isOvercome] of [
      [damaged, true],
      [broken, false],
    ] as const) {
      const { sessions } = setScene(
        {},
        {
          ...store,
          writer: {
            write: (change) =>
              store.writer.write((transaction) =>
                change({
                  ...transaction,
                  clockNs: 0n,
                  findByValue() {
                    throw error;
                  },
                }),
              ),
          },
        },
      );
      const login = sessions.login({ ...JOE, presentedValue: "some-value" });
      if (isOvercome) expect((await login).endedOids).toEqual([]);
      else await expect(login).rejects.toBe(error);
    }
  });
});

describe("R-27 the limit of sessions of a user in a realm", () => {
  test("refuse: one more is an error, and there is room again after a logout", async () => {
    const { sessions, events } = setScene({ perUser: { limit: 2, beyond: "refuse" } });
    const first = await sessions.login(JOE);
    await sessions.login(JOE);
    expect(await refusalOf(sessions.login(JOE))).toMatchObject({ code: "ERR_SESSION_LIMIT" });
    expect(events).toHaveLength(2);
    await sessions.logout({ value: first.value });
    await sessions.login(JOE);
    await sessions.login({ ...JOE, authid: "ann" });
    await sessions.login({ ...JOE, authrealm: "realm2" });
  });

  test("end-oldest: the oldest ones make room", async () => {
    const { sessions, pass, events, another } = setScene({ perUser: { limit: 2, beyond: "end-oldest" } });
    const oids: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      oids.push((await another({ perUser: undefined }).login(JOE)).session.oid);
      pass(10);
    }
    const { endedOids, session } = await sessions.login(JOE);
    expect(endedOids).toEqual(oids.slice(0, 3));
    const { sessions: left } = await sessions.list({ authid: "joe" });
    expect(left.map(({ oid }) => oid).sort()).toEqual([oids[3], session.oid].sort());
    expect(events.map(({ reason }) => reason)).toEqual([
      "session-limit",
      "session-limit",
      "session-limit",
      "login",
    ]);
  });

  test("only valid sessions count: expired, idle, tracking and other users' don't", async () => {
    const { sessions, put, pass } = setScene({
      idleSeconds: 100,
      perUser: { limit: 1, beyond: "refuse" },
    });
    await put({ maxAgeSeconds: 10 });
    await put({ maxAgeSeconds: undefined });
    await put({ authrole: undefined });
    pass(200);
    await sessions.login(JOE);
    expect(await refusalOf(sessions.login(JOE))).toMatchObject({ code: "ERR_SESSION_LIMIT" });
  });

  test("the presented session makes room for its successor", async () => {
    const { sessions } = setScene({ perUser: { limit: 1, beyond: "refuse" } });
    const { value } = await sessions.login(JOE);
    await sessions.login({ ...JOE, presentedValue: value });
  });

  test("holds for logins at the same time", async () => {
    const { sessions } = setScene({ perUser: { limit: 3, beyond: "refuse" } });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => sessions.login(JOE)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  });
});

describe("R-32 roles and realms", () => {
  test.each<[string, Partial<LoginRequest>, object, string]>([
    ["the router's own role", { authrole: "trusted" }, {}, "authrole"],
    ["a denied role", { authrole: "admin" }, { deniedRoles: ["admin"] }, "authrole"],
    ["a role off the list", { authrole: "admin" }, { allowedRoles: ["user"] }, "authrole"],
    [
      "trusted on the list, but not in so many words",
      { authrole: "trusted" },
      { allowedRoles: ["trusted"] },
      "authrole",
    ],
    ["a realm off the list", { authrealm: "realm2" }, { allowedRealms: ["realm1"] }, "authrealm"],
  ])("%s is refused, and nothing is written", async (_, request, policy, field) => {
    const { sessions, writes } = setScene(policy);
    expect(await refusalOf(sessions.login({ ...JOE, ...request }))).toEqual({
      code: "ERR_SESSION_ROLE",
      field,
    });
    expect(writes()).toBe(0);
  });

  test("trusted in so many words, and roles and realms on the lists, are given", async () => {
    const { sessions } = setScene({ allowTrustedRole: true, allowedRealms: ["realm1"] });
    expect((await sessions.login({ ...JOE, authrole: "trusted" })).session.authrole).toBe("trusted");
  });

  test("a caller of one realm makes sessions of no other", async () => {
    const { sessions } = setScene();
    expect(await refusalOf(sessions.login(JOE, { authrealm: "realm2" }))).toEqual({
      code: "ERR_SESSION_ROLE",
      field: "authrealm",
    });
    await sessions.login(JOE, { authrealm: "realm1" });
  });
});

describe("what can't be a login", () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const deep = Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 1);

  test.each<[string, object, string]>([
    ["no user", { authid: "" }, "authid"],
    ["a user that is no text", { authid: 7 }, "authid"],
    ["a user of lone surrogates", { authid: "\ud800" }, "authid"],
    ["an endless user", { authid: "x".repeat(1001) }, "authid"],
    ["no role", { authrole: undefined }, "authrole"],
    ["no realm", { authrealm: null }, "authrealm"],
    ["a method that is no text", { authmethod: {} }, "authmethod"],
    ["a scope with blanks in a word", { scope: ["a b"] }, "scope"],
    ["a scope that is no text", { scope: 7 }, "scope"],
    ["a lifetime of 0", { maxAgeSeconds: 0 }, "maxAgeSeconds"],
    ["a lifetime of half a second", { maxAgeSeconds: 0.5 }, "maxAgeSeconds"],
    ["a lifetime that overflows", { maxAgeSeconds: 2 ** 53 }, "maxAgeSeconds"],
    ["a lifetime as text", { maxAgeSeconds: "60" }, "maxAgeSeconds"],
    ["an authTime before 1970", { authTime: -1 }, "authTime"],
    ["an authTime that is no number", { authTime: Number.NaN }, "authTime"],
    ["an authTime in ms", { authTime: START * 1000 }, "authTime"],
    ["an empty authCode", { authCode: "" }, "authCode"],
    ["an authCode that is no text", { authCode: 7 }, "authCode"],
    ["authextra with our scope key", { authextra: { scope: "admin" } }, "authextra"],
    ["authextra with the oid's key", { authextra: { cookie_oid: "x" } }, "authextra"],
    ["authextra that is a list", { authextra: [] }, "authextra"],
    ["authextra with bytes", { authextra: { a: new Uint8Array(1) } }, "authextra"],
    ["authextra with a date", { authextra: { a: new Date(0) } }, "authextra"],
    ["authextra with undefined", { authextra: { a: undefined } }, "authextra"],
    ["authextra with NaN", { authextra: { a: Number.NaN } }, "authextra"],
    ["authextra with a big integer", { authextra: { a: 1n } }, "authextra"],
    ["authextra in itself", { authextra: circular }, "authextra"],
    ["authextra too deep", { authextra: { deep } }, "authextra"],
    ["authextra too large", { authextra: { a: "x".repeat(70_000) } }, "authextra"],
    ["authextra of lone surrogates", { authextra: { a: "\ud800" } }, "authextra"],
    ["a presented value that is no text", { presentedValue: 7 }, "presentedValue"],
  ])("%s", async (_, request, field) => {
    const { sessions, writes } = setScene();
    const login = sessions.login({ ...JOE, ...request } as LoginRequest);
    expect(await refusalOf(login)).toEqual({ code: "ERR_SESSION_ARGUMENT", field });
    expect(writes()).toBe(0);
  });

  test("R-47 an error never quotes what was given", async () => {
    const { sessions } = setScene();
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", minLength: 8 }),
        fc.constantFrom("authCode", "presentedValue", "scope", "authid", "authextra"),
        async (secret, field) => {
          const request = { ...JOE, [field]: { [secret]: [secret, undefined] } };
          const error: unknown = await sessions.login(request as never).catch((reason: unknown) => reason);
          const { message, hint, details } = error as Error & { hint?: string; details?: object };
          expect(JSON.stringify([message, hint, details])).not.toContain(JSON.stringify(secret).slice(1, -1));
        },
      ),
      { numRuns: 50 },
    );
  });
});

test("a map from another world of objects is plain, too; __proto__ is a key like any other", async () => {
  const { sessions, store } = setScene();
  const authextra = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}') as Record<string, unknown>;
  const { session } = await sessions.login({ ...JOE, authextra });
  const stored = (await store.reader.findByOid(session.oid))?.authextra;
  expect(JSON.stringify(stored)).toBe('{"__proto__":{"polluted":true},"a":1}');
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("a session of a record that Crossbar made is a session like any other", async () => {
  const { sessions, put } = setScene();
  const { value } = await put({
    ...makeFields(),
    authmethod: "wampcra",
    maxAgeSeconds: undefined,
    createdNs: START_NS - 5n * NS,
    authenticatedTransportInfo: {
      peer: "tcp4:127.0.0.1:1",
      http_headers_received: { "user-agent": "Crossbar's", cookie: "cbtid=secret" },
    },
    authextra: { scope: ["a", "b c", 7] },
  });
  expect(await sessions.getUser({ value: value ?? "" })).toMatchObject({
    authmethod: "wampcra",
    scope: ["a", "b", "c"],
    created: START - 5,
    authTime: START - 5,
    expires: null,
    peer: "tcp4:127.0.0.1:1",
    userAgent: "Crossbar's",
  });
});
