// Who may call what, about which realm: refused unless the configuration says otherwise.

import { describe, expect, test } from "@jest/globals";
import { PROCEDURE_NAMES, type ProcedureName } from "../../src/procedures/procedure-names.js";
import { callerOf, createScene, JOE, type Kwargs, PREFIX } from "./scene.js";

const OID = "11111111-2222-4333-8444-555555555555";
const ARGUMENTS: Readonly<Record<ProcedureName, Kwargs>> = {
  login: { authid: "joe", authrole: "user" },
  get_user: { oid: OID },
  update: { oid: OID },
  rotate: { oid: OID },
  logout: { oid: OID },
  list: {},
  logout_user: { authid: "joe" },
  delete_all: {},
  purge: {},
  stats: {},
  my_sessions: {},
  logout_mine: { oid: OID },
};

describe.each(PROCEDURE_NAMES)("%s", (name) => {
  test("is refused to every role by default (R-30)", async () => {
    const { refusal, events } = createScene({ rules: { roles: new Map() } });
    const caller = callerOf({ authrole: "trusted" });
    expect((await refusal(name, ARGUMENTS[name], caller)).uri).toBe("wamp.error.not_authorized");
    expect(events).toEqual([]);
  });

  test("is refused to a role that has all but this one", async () => {
    const others = PROCEDURE_NAMES.filter((other) => other !== name);
    const { refusal, store } = createScene({ rules: { roles: new Map([["backend", others]]) } });
    expect((await refusal(name, ARGUMENTS[name])).uri).toBe("wamp.error.not_authorized");
    expect((await store.reader.list({ limit: 1 })).cookies).toEqual([]);
  });

  test("passes a role that has it, and nothing else", async () => {
    const { refusal, ask } = createScene({ rules: { roles: new Map([["backend", [name]]]) } });
    const isMissing = name === "rotate" || name === "logout_mine";
    const outcome = isMissing
      ? (await refusal(name, ARGUMENTS[name])).uri
      : await ask(name, ARGUMENTS[name]).then(() => "passed");
    expect(outcome).toBe(isMissing ? `${PREFIX}error.no_such_session` : "passed");
  });

  test("refuses a caller that the router doesn't disclose, and says what to add", async () => {
    const { refusal } = createScene();
    const caller = callerOf({ session: undefined, authid: undefined, authrole: undefined });
    const error = await refusal(name, ARGUMENTS[name], caller);
    expect(error.uri).toBe(`${PREFIX}error.not_disclosed`);
    expect(error.message).toContain('"disclose": {"caller": true}');
  });

  test("looks at the role before the arguments: nobody learns them by trying", async () => {
    const { refusal } = createScene();
    const error = await refusal(name, { nonsense: 1 }, callerOf({ authrole: "stranger" }), [1]);
    expect(error.uri).toBe("wamp.error.not_authorized");
  });
});

test("self-service needs the authid as well as the role", async () => {
  const { refusal } = createScene();
  const caller = callerOf({ authid: undefined });
  for (const name of ["my_sessions", "logout_mine"] as const) {
    expect((await refusal(name, ARGUMENTS[name], caller)).uri).toBe(`${PREFIX}error.not_disclosed`);
  }
});

test("roles that are names of Object's own are no roles", async () => {
  const { refusal } = createScene();
  for (const authrole of ["__proto__", "constructor", "toString", ""]) {
    expect((await refusal("stats", {}, callerOf({ authrole }))).uri).toBe("wamp.error.not_authorized");
  }
});

describe("realms", () => {
  const operations = callerOf({ realm: "operations" });

  test.each(
    PROCEDURE_NAMES.filter(
      (name) => !["purge", "stats", "my_sessions", "logout_mine"].includes(name),
    ).flatMap((name) => [
      { name, authrealm: "realm2" as string | null },
      ...(name === "login" ? [] : [{ name, authrealm: null }]),
    ]),
  )("$name with authrealm $authrealm is not for callers of realm1 (R-32)", async ({ name, authrealm }) => {
    const { refusal } = createScene();
    const error = await refusal(name, { ...ARGUMENTS[name], authrealm });
    expect(error.uri).toBe("wamp.error.not_authorized");
  });

  test("what a caller of another realm names is as if it weren't there", async () => {
    const { login, ask, call, refusal } = createScene();
    const { oid, value } = await login();
    const caller = callerOf({ realm: "realm2" });
    for (const key of [{ oid }, { value }]) {
      expect(await ask("get_user", key, caller)).toBeNull();
      expect(await ask("update", { ...key, scope: "all" }, caller)).toBeNull();
      expect((await refusal("rotate", key, caller)).uri).toBe(`${PREFIX}error.no_such_session`);
      expect(await call("logout", key, caller)).toMatchObject({ ended: false });
    }
    expect(await call("list", {}, caller)).toEqual({ sessions: [], next: null });
    expect(await call("logout_user", { authid: "joe" }, caller)).toEqual({ ended: [] });
    expect(await call("delete_all", {}, caller)).toEqual({ count: 0 });
    expect(await call("stats", {}, caller)).toMatchObject({ by_realm: { realm2: 0 }, by_role: null });
    expect(await call("my_sessions", {}, { ...JOE, realm: "realm2" })).toMatchObject({ sessions: [] });
    // A login there doesn't end it either, though it presents the value.
    expect(await login({ presented_value: value }, caller)).toMatchObject({ authrealm: "realm2", ended: [] });
    expect(await ask("get_user", { oid })).not.toBeNull();
  });

  test("a session can't be moved out of the caller's realm", async () => {
    const { login, refusal } = createScene();
    const { oid } = await login();
    expect((await refusal("rotate", { oid, new_authrealm: "realm2" })).uri).toBe("wamp.error.not_authorized");
  });

  test("callers of everyRealm name a realm, or all of them; by default it is their own", async () => {
    const { login, ask, call } = createScene();
    const one = await login();
    const two = await login({ authrealm: "realm2" }, operations);
    expect(two.authrealm).toBe("realm2");
    expect(await ask("get_user", { oid: one.oid }, operations)).toBeNull();
    expect(await ask("get_user", { oid: one.oid, authrealm: "realm1" }, operations)).not.toBeNull();
    expect(await ask("get_user", { oid: one.oid, authrealm: "realm2" }, operations)).toBeNull();
    const all = await call("list", { authrealm: null }, operations);
    expect(all.sessions).toHaveLength(2);
    const moved = await call(
      "rotate",
      { oid: one.oid, authrealm: null, new_authrealm: "realm2" },
      operations,
    );
    expect(moved).toMatchObject({ oid: one.oid, authrealm: "realm2" });
    expect(await call("delete_all", { authrealm: "realm2" }, operations)).toEqual({ count: 2 });
  });
});
