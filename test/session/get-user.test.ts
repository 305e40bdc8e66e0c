// getUser and find: a session or nothing, and never a reason.

import { describe, expect, test } from "@jest/globals";
import type { UserRequirements } from "../../src/session/session.js";
import { JOE, NS, refusalOf, START, START_NS, setScene } from "./scene.js";

const UNKNOWN_OID = "00000000-0000-4000-8000-000000000000";

describe("the session of a key", () => {
  test("is found by value and by oid", async () => {
    const { sessions } = setScene();
    const { value, session } = await sessions.login(JOE);
    for (const key of [{ value }, { oid: session.oid }, { oid: session.oid.toUpperCase() }]) {
      expect(await sessions.getUser(key)).toEqual(session);
      expect(await sessions.find(key)).toEqual(session);
    }
    expect(JSON.stringify(session)).not.toContain(value);
  });

  test.each([
    ["unknown", "no-such-value"],
    ["empty", ""],
    ["not of cookie octets", "a;b"],
    ["too long for a key", "x".repeat(510)],
  ])("R-04 a value that is %s is nobody's, and looks the same", async (_, value) => {
    const { sessions } = setScene();
    await sessions.login(JOE);
    expect(await sessions.getUser({ value })).toBeNull();
    expect(await sessions.find({ value })).toBeUndefined();
  });

  test.each<[string, object, string]>([
    ["neither", {}, "key"],
    ["both", { value: "x", oid: UNKNOWN_OID }, "key"],
    ["an oid that is no UUID", { oid: "x" }, "oid"],
    ["an oid that is no text", { oid: 7 }, "oid"],
    ["a value that is no text", { value: 7 }, "value"],
  ])("a key with %s is an error", async (_, key, field) => {
    const { sessions } = setScene();
    const refused = { code: "ERR_SESSION_ARGUMENT", field };
    for (const ask of [
      () => sessions.getUser(key as never),
      () => sessions.find(key as never),
      () => sessions.update(key as never, { scope: "a" }),
      () => sessions.rotate(key as never),
      () => sessions.logout(key as never),
      () => sessions.touch(key as never),
    ])
      expect(await refusalOf(ask())).toEqual(refused);
  });

  test("R-31 of another realm isn't there", async () => {
    const { sessions } = setScene();
    const { value, session } = await sessions.login(JOE);
    for (const key of [{ value }, { oid: session.oid }]) {
      expect(await sessions.getUser(key, {}, { authrealm: "realm2" })).toBeNull();
      expect(await sessions.find(key, { authrealm: "realm2" })).toBeUndefined();
      expect(await sessions.getUser(key, {}, { authrealm: "realm1" })).not.toBeNull();
    }
  });

  test("looking writes nothing", async () => {
    const { sessions, writes } = setScene();
    const { value } = await sessions.login(JOE);
    await sessions.getUser({ value });
    await sessions.find({ value });
    expect(writes()).toBe(1);
  });
});

describe("a session that has ended is nobody", () => {
  test.each<[string, object, object, number]>([
    ["R-10 expired", { maxAgeSeconds: 100 }, {}, 100],
    ["R-10 beyond the longest life", { maxAgeSeconds: 1000 }, { maxLifetimeSeconds: 100 }, 100],
    ["R-11 idle", {}, { idleSeconds: 100 }, 100],
  ])("%s", async (_, request, policy, seconds) => {
    const { sessions, pass } = setScene(policy);
    const { value } = await sessions.login({ ...JOE, ...request });
    pass(seconds - 0.001);
    expect(await sessions.getUser({ value })).not.toBeNull();
    pass(0.001);
    expect(await sessions.getUser({ value })).toBeNull();
    expect(await sessions.find({ value })).toBeUndefined();
    // the clock steps back.
    pass(-50);
    expect(await sessions.getUser({ value })).toBeNull();
  });

  test("R-10 a cap that is configured later holds for older sessions too", async () => {
    const { sessions, another, pass } = setScene();
    const { value } = await sessions.login(JOE);
    pass(100);
    expect(await another({ maxLifetimeSeconds: 100 }).getUser({ value })).toBeNull();
    expect(await another({ maxLifetimeSeconds: 101 }).getUser({ value })).not.toBeNull();
  });

  test("R-13 for another process too, whose clock is behind", async () => {
    const { sessions, another, pass } = setScene();
    const { value } = await sessions.login({ ...JOE, maxAgeSeconds: 100 });
    const behind = another({}, -3600);
    expect(await behind.getUser({ value })).not.toBeNull();
    pass(100);
    expect(await sessions.getUser({ value })).toBeNull();
    await sessions.login({ ...JOE, authid: "ann" }); // any write leaves the time in the store
    expect(await behind.getUser({ value })).toBeNull();
  });

  test.each<[string, object]>([
    ["a tracking cookie", { authid: undefined, authrole: undefined }],
    ["a record without a role", { authrole: undefined }],
    ["a record without a realm", { authrealm: undefined }],
    ["a record made far in the future", { createdNs: START_NS + 301n * NS }],
  ])("%s is nobody", async (_, fields) => {
    const { sessions, put } = setScene();
    const { value = "" } = await put(fields);
    expect(await sessions.getUser({ value })).toBeNull();
    expect(await sessions.find({ value })).toBeUndefined();
  });

  test("whose role may no longer be given is no user, but is still found by who manages sessions", async () => {
    const { sessions, another, put } = setScene();
    const { value } = await sessions.login({ ...JOE, authrole: "admin" });
    const strict = another({ deniedRoles: ["admin"] });
    expect(await strict.getUser({ value })).toBeNull();
    expect(await strict.find({ value })).toBeDefined();
    const { value: forged = "" } = await put({ authrole: "trusted" });
    expect(await sessions.getUser({ value: forged })).toBeNull();
  });

  test("whose authextra can't be decoded is a fault: an answer takes a whole record", async () => {
    const { sessions, store, put } = setScene();
    const { oid, value = "" } = await put({ authextra: { marker: "AAAAAAAA" } });
    const { Cookie } = await import("../../src/record/cookie.js");
    const bytes = Buffer.from((await store.reader.findByOid(oid))?.bytes ?? []);
    bytes[bytes.indexOf("AAAAAAAA") - 1] = 0xff;
    const reader = { ...store.reader, findUsed: () => ({ cookie: Cookie.cast(bytes), use: undefined }) };
    const broken = setScene({}, { ...store, reader }).sessions;
    expect(await refusalOf(broken.getUser({ value }))).toMatchObject({ code: "ERR_RECORD_CBOR" });
    expect(await refusalOf(sessions.getUser({ value }))).toMatchObject({ code: "none" });
  });
});

describe("requirements", () => {
  test.each<[string, UserRequirements["scope"], boolean]>([
    ["none", undefined, true],
    ["empty", "", true],
    ["one", "read", true],
    ["all, in another order, as text", "write  read", true],
    ["all, as a list", ["write", "read"], true],
    ["one that isn't granted", "admin", false],
    ["one too many", ["read", "admin"], false],
    ["a part of a word", "rea", false],
    ["other letters", "READ", false],
  ])("scope: %s", async (_, scope, isMet) => {
    const { sessions } = setScene();
    const { value } = await sessions.login({ ...JOE, scope: "read write" });
    expect((await sessions.getUser({ value }, { scope })) !== null).toBe(isMet);
  });

  test("a session without scope grants none", async () => {
    const { sessions } = setScene();
    const { value } = await sessions.login(JOE);
    expect(await sessions.getUser({ value }, { scope: "read" })).toBeNull();
    expect((await sessions.getUser({ value }))?.scope).toEqual([]);
  });

  test("the age of the login, not that of the session", async () => {
    const { sessions, pass } = setScene();
    const { value } = await sessions.login({ ...JOE, authTime: START - 50 });
    expect(await sessions.getUser({ value }, { maxAuthAgeSeconds: 50 })).not.toBeNull();
    expect(await sessions.getUser({ value }, { maxAuthAgeSeconds: 49 })).toBeNull();
    pass(1);
    expect(await sessions.getUser({ value }, { maxAuthAgeSeconds: 50 })).toBeNull();
  });

  test.each<[string, string | undefined, string | undefined, boolean]>([
    ["bound and right", "secret", "secret", true],
    ["bound and wrong", "secret", "Secret", false],
    ["bound and absent", "secret", undefined, false],
    ["neither bound nor given", undefined, undefined, true],
    ["given where none is bound", undefined, "secret", false],
  ])("authCode: %s", async (_, bound, authCode, isMet) => {
    const { sessions } = setScene();
    const { value } = await sessions.login({ ...JOE, authCode: bound });
    expect((await sessions.getUser({ value }, { authCode })) !== null).toBe(isMet);
  });

  test("the authCode itself is stored nowhere, and survives update and rotate", async () => {
    const { sessions, store } = setScene();
    const { value, session } = await sessions.login({ ...JOE, authCode: "a-very-secret-code" });
    await sessions.update({ value }, { scope: "a" });
    const rotated = await sessions.rotate({ value });
    const key = { value: rotated?.value ?? "" };
    expect(await sessions.getUser(key, { authCode: "a-very-secret-code" })).not.toBeNull();
    expect(await sessions.getUser(key)).toBeNull();
    const bytes = Buffer.from((await store.reader.findByOid(session.oid))?.bytes ?? []);
    expect(bytes.includes("a-very-secret-code")).toBe(false);
  });

  test.each<[string, unknown]>([
    ["a number", 7],
    ["null", null],
    ["an empty text", ""],
  ])("a bound authCode that is %s in the record is met by none", async (_, hash) => {
    const { sessions, put } = setScene();
    const { value = "" } = await put({ authenticatedTransportInfo: { auth_code_sha256: hash } });
    expect(await sessions.getUser({ value })).toBeNull();
    expect(await sessions.getUser({ value }, { authCode: "x" })).toBeNull();
  });

  test.each<[string, object, string]>([
    ["a scope that is no text", { scope: 7 }, "scope"],
    ["an age of half a second", { maxAuthAgeSeconds: 0.5 }, "maxAuthAgeSeconds"],
    ["a negative age", { maxAuthAgeSeconds: -1 }, "maxAuthAgeSeconds"],
    ["an authCode that is no text", { authCode: 7 }, "authCode"],
  ])("%s is an error, also for nobody's value", async (_, requirements, field) => {
    const { sessions } = setScene();
    expect(await refusalOf(sessions.getUser({ value: "nobody's" }, requirements as never))).toEqual({
      code: "ERR_SESSION_ARGUMENT",
      field,
    });
  });
});
