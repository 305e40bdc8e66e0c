// What each procedure for administrators and backends does, on a store in memory.

import { describe, expect, test } from "@jest/globals";
import { callerOf, createScene, PREFIX, START_SECONDS } from "./scene.js";

const NOBODY = "11111111-2222-4333-8444-555555555555";

describe("login", () => {
  test("answers with the session, its value and the header, and nothing else holds the value", async () => {
    const { login } = createScene();
    const answer = await login({
      authmethod: "password",
      scope: "read write",
      max_age: 600,
      auth_time: START_SECONDS - 5,
      authextra: { nick: "J" },
      device: { peer: "192.0.2.7", user_agent: "Test/1" },
    });
    const { value, set_cookie: setCookie, oid, ...rest } = answer;
    expect(value).toMatch(/^[\w+/]{24}$/);
    expect(setCookie).toContain(`cbtid=${value}; Max-Age=600;`);
    expect(oid).toMatch(/^[0-9a-f-]{36}$/);
    expect(rest).toEqual({
      authid: "joe",
      authrole: "user",
      authrealm: "realm1",
      authmethod: "password",
      scope: ["read", "write"],
      created: START_SECONDS,
      auth_time: START_SECONDS - 5,
      expires: START_SECONDS + 600,
      idle_expires: null,
      last_used: null,
      peer: "192.0.2.7",
      user_agent: "Test/1",
      last_peer: null,
      last_user_agent: null,
      ended: [],
    });
    expect(JSON.stringify(rest)).not.toContain(value);
  });

  test("ends the session whose value was presented (R-20)", async () => {
    const { login, ask, events } = createScene();
    const first = await login();
    const second = await login({ presented_value: first.value });
    expect(second.value).not.toBe(first.value);
    expect(second.ended).toEqual([first.oid]);
    expect(await ask("get_user", { value: first.value })).toBeNull();
    expect(events.map(({ topic, kwargs }) => [topic, kwargs.reason])).toContainEqual([
      `${PREFIX}on_logout`,
      "replaced",
    ]);
  });

  test("refuses beyond the limit for a user (R-27)", async () => {
    const { login, refusal } = createScene({ policy: { perUser: { limit: 1, beyond: "refuse" } } });
    await login();
    expect(await refusal("login", { authid: "joe", authrole: "user" })).toMatchObject({
      uri: `${PREFIX}error.too_many_sessions`,
      field: undefined,
    });
  });

  test("refuses roles and realms that sessions may not have", async () => {
    const { refusal } = createScene({ policy: { allowedRealms: ["realm2"] } });
    expect(await refusal("login", { authid: "joe", authrole: "trusted" })).toMatchObject({
      uri: `${PREFIX}error.role_not_allowed`,
      field: "authrole",
    });
    expect(await refusal("login", { authid: "joe", authrole: "user" })).toMatchObject({
      uri: `${PREFIX}error.role_not_allowed`,
      field: "authrealm",
    });
  });
});

describe("get_user", () => {
  test("by value and by oid", async () => {
    const { login, ask } = createScene();
    const { oid, value } = await login();
    expect(await ask("get_user", { value })).toMatchObject({ oid, authid: "joe", authrealm: "realm1" });
    expect(await ask("get_user", { oid })).toMatchObject({ oid });
  });

  test.each([
    ["unknown", { value: "abcdefghijklmnopqrstuvwx" }],
    ["what can be no value", { value: "a b;c" }],
    ["unknown oid", { oid: NOBODY }],
  ])("null: %s", async (_name, kwargs) => {
    const { login, ask } = createScene();
    await login();
    expect(await ask("get_user", kwargs)).toBeNull();
  });

  test("null where what is asked isn't met", async () => {
    const { login, ask, pass } = createScene();
    const { value } = await login({ scope: "read", auth_code: "c0de", max_age: 100 });
    const code = { auth_code: "c0de" };
    expect(await ask("get_user", { value, scope: ["read"], ...code })).not.toBeNull();
    expect(await ask("get_user", { value, scope: "read write", ...code })).toBeNull();
    expect(await ask("get_user", { value })).toBeNull();
    expect(await ask("get_user", { value, auth_code: "other" })).toBeNull();
    pass(50);
    expect(await ask("get_user", { value, max_auth_age: 50, ...code })).not.toBeNull();
    expect(await ask("get_user", { value, max_auth_age: 49, ...code })).toBeNull();
    pass(50);
    expect(await ask("get_user", { value, ...code })).toBeNull();
  });

  test("counts as use only if asked to", async () => {
    const { login, call, pass } = createScene({ policy: { idleSeconds: 1000 } });
    const { value, oid } = await login();
    pass(300);
    await call("get_user", { value });
    expect(await call("get_user", { oid })).toMatchObject({
      last_used: null,
      idle_expires: START_SECONDS + 1000,
    });
    await call("get_user", { value, touch: true, device: { peer: "192.0.2.9", user_agent: "Later/2" } });
    expect(await call("get_user", { oid })).toMatchObject({
      last_used: START_SECONDS + 300,
      idle_expires: START_SECONDS + 1300,
      last_peer: "192.0.2.9",
      last_user_agent: "Later/2",
    });
  });
});

test("update changes scope and lifetime, and is null if there is no session", async () => {
  const { login, call, ask, events } = createScene();
  const { oid } = await login({ scope: "read" });
  expect(await call("update", { oid, scope: ["write"], max_age: 60 })).toMatchObject({
    scope: ["write"],
    expires: START_SECONDS + 60,
  });
  expect(await call("update", { oid, max_age: null })).toMatchObject({ expires: null, scope: ["write"] });
  expect(await ask("update", { oid: NOBODY, scope: "x" })).toBeNull();
  expect(events.at(-1)).toMatchObject({ topic: `${PREFIX}on_update`, kwargs: { oid, reason: "update" } });
});

test("rotate gives a new value and another role, and the old value is worth nothing", async () => {
  const { login, call, ask, refusal, events } = createScene();
  const { oid, value } = await login();
  const rotated = await call("rotate", { value, new_authrole: "editor" });
  expect(rotated).toMatchObject({ oid, authrole: "editor" });
  expect(rotated.set_cookie).toContain(`cbtid=${rotated.value};`);
  expect(await ask("get_user", { value })).toBeNull();
  expect(await ask("get_user", { value: rotated.value })).toMatchObject({ oid });
  expect(events.at(-1)?.kwargs.reason).toBe("rotate");
  // Not null: rights that didn't change must not go unnoticed.
  expect(await refusal("rotate", { value })).toMatchObject({ uri: `${PREFIX}error.no_such_session` });
});

test("logout ends a session, and is no error if there is none (R-22)", async () => {
  const { login, call, ask, events } = createScene();
  const { value, oid } = await login();
  const answer = await call("logout", { value });
  expect(answer.ended).toBe(true);
  expect(answer.clear_cookie).toMatch(/^cbtid=; Max-Age=0;/);
  expect(await ask("get_user", { oid })).toBeNull();
  expect(await call("logout", { oid })).toMatchObject({ ended: false });
  expect(events.filter(({ topic }) => topic === `${PREFIX}on_logout`)).toHaveLength(1);
});

test("list pages through the sessions of all or of one user", async () => {
  const { login, call } = createScene();
  const oids = [await login(), await login(), await login({ authid: "ann" })].map(({ oid }) => oid);
  const seen: unknown[] = [];
  let after: unknown;
  do {
    const page = await call("list", { limit: 1, ...(after === undefined ? {} : { after }) });
    seen.push(...(page.sessions as { oid: string }[]).map(({ oid }) => oid));
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(seen.toSorted()).toEqual(oids.toSorted());
  const { sessions, next } = await call("list", { authid: "ann" });
  expect((sessions as { oid: string }[]).map(({ oid }) => oid)).toEqual([oids[2]]);
  expect(next).toBeNull();
});

test("logout_user and delete_all end all but one", async () => {
  const { login, call, ask } = createScene();
  const [first, second, ann] = [await login(), await login(), await login({ authid: "ann" })];
  expect(await call("logout_user", { authid: "joe", except_oid: second.oid })).toEqual({
    ended: [first.oid],
  });
  expect(await ask("get_user", { oid: second.oid })).not.toBeNull();
  expect(await call("delete_all", { except_oid: ann.oid })).toEqual({ count: 1 });
  expect(await ask("get_user", { oid: ann.oid })).not.toBeNull();
  expect(await call("delete_all")).toEqual({ count: 1 });
});

test("purge deletes what has expired, stats count it before", async () => {
  const { login, call, pass, events } = createScene();
  await login({ max_age: 10 });
  await login({ authrole: "editor" });
  pass(10);
  expect(await call("stats", {}, callerOf({ realm: "operations" }))).toMatchObject({
    records: 2,
    valid: 1,
    expired: 1,
    by_realm: { realm1: 1 },
    by_role: { editor: 1 },
    clock_behind: 0,
  });
  expect(await call("purge")).toMatchObject({ purged: 1 });
  expect(events.at(-1)).toMatchObject({ topic: `${PREFIX}on_purge`, kwargs: { reason: "purge" } });
  expect(await call("stats")).toMatchObject({ records: 1, expired: 0 });
});
