// The session procedures on a real Crossbar with two realms and two instances of the component, call by call.

import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { OTHER_USER_ROLE, PREFIX, REALMS, USER_ROLE } from "../support/crossbar-sessions-node.js";
import {
  type Result,
  type SessionsScene,
  startSessionsScene,
  type Welcome,
} from "../support/crossbar-sessions-scene.js";
import { waitFor } from "../support/wait-for.js";

const [REALM_1, REALM_2] = REALMS;
const OID = "00000000-0000-4000-8000-000000000001";
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A right call of each procedure. */
const CALLS: readonly (readonly [name: string, kwargs: object])[] = [
  ["login", { authid: "eve", authrole: USER_ROLE }],
  ["get_user", { oid: OID }],
  ["update", { oid: OID, scope: "all" }],
  ["rotate", { oid: OID }],
  ["logout", { oid: OID }],
  ["list", {}],
  ["logout_user", { authid: "eve" }],
  ["delete_all", {}],
  ["purge", {}],
  ["stats", {}],
  ["my_sessions", {}],
  ["logout_mine", { others: true }],
];

describeUnless(crossbarMissing(), "session procedures on a real Crossbar", () => {
  let scene: SessionsScene;
  let backend: Welcome;

  const login = (changes: object = {}, client = backend): Promise<Result> =>
    scene.call(client, "login", { authid: "joe", authrole: USER_ROLE, ...changes });

  beforeAll(async () => {
    scene = await startSessionsScene({ mode: "exclusive" });
  }, 120_000);

  afterEach(() => scene.leaveAll());

  afterAll(async () => {
    await scene?.stop();
    expect(scene.secrets.size).toBeGreaterThan(10);
    for (const secret of scene.secrets) expect(scene.log()).not.toContain(secret);
  }, 60_000);

  const join = async (): Promise<void> => {
    backend = await scene.joinComponent("backend");
    await scene.call(backend, "delete_all", { authrealm: null });
  };

  test.each(CALLS)(
    "%s is refused to a role without it, and to nobody the router names",
    async (name, kwargs) => {
      await join();
      const nobody = await scene.joinComponent("nobody");
      const undisclosed = await scene.joinComponent("undisclosed");
      const { value } = await login();
      expect(await scene.errorOf(nobody, name, kwargs)).toMatchObject({ error: "wamp.error.not_authorized" });
      expect(await scene.errorOf(undisclosed, name, kwargs)).toMatchObject({
        error: `${PREFIX}error.not_disclosed`,
        args: [expect.stringContaining('"disclose": {"caller": true}')],
      });
      expect(await scene.call(backend, "get_user", { value })).toMatchObject({ authid: "joe" });
    },
  );

  test("a user may ask for itself, and nothing of the administration", async () => {
    await join();
    const user = await scene.joinUser((await login()).value);
    for (const [name, kwargs] of CALLS.slice(0, -2)) {
      expect(await scene.errorOf(user, name, kwargs)).toMatchObject({ error: "wamp.error.not_authorized" });
    }
    expect(await scene.errorOf(backend, "my_sessions")).toMatchObject({ error: "wamp.error.not_authorized" });
  });

  test.each<[name: string, kwargs: object, field: string]>([
    ["login", { authrole: USER_ROLE }, "authid"],
    ["login", { authid: "", authrole: USER_ROLE }, "authid"],
    ["login", { authid: "joe", authrole: USER_ROLE, user: "joe" }, "user"],
    ["login", { authid: "joe", authrole: USER_ROLE, max_age: -1 }, "max_age"],
    ["get_user", { oid: "1" }, "oid"],
    ["rotate", { oid: OID, new_authrole: 5 }, "new_authrole"],
    ["list", { limit: 5000 }, "limit"],
  ])("%s with %j is a wrong argument: %s", async (name, kwargs, field) => {
    await join();
    expect(await scene.errorOf(backend, name, kwargs)).toMatchObject({
      error: "wamp.error.invalid_argument",
      kwargs: { field },
    });
  });

  test("arguments are keyword arguments", async () => {
    await join();
    expect(await scene.errorOf(backend, "stats", {}, ["joe"])).toMatchObject({
      error: "wamp.error.invalid_argument",
      kwargs: {},
    });
  });

  test("login, get_user, update, list, logout: whichever instance a call comes to", async () => {
    await join();
    const device = { peer: "192.0.2.7", user_agent: "Mozilla/5.0" };
    const one = await login({ scope: "read write", authmethod: "password", auth_code: "c0de", device });
    expect(one).toMatchObject({ authid: "joe", authrealm: REALM_1, scope: ["read", "write"], ended: [] });
    expect(one.oid).toMatch(UUID);
    expect(one.set_cookie).toMatch(
      /^cbtid=[\w/+-]{24}; Max-Age=604800; Path=\/; Expires=.*; HttpOnly; Secure/,
    );
    const { value, oid } = one;
    // Twice each, so that both instances have answered.
    for (const key of [{ value }, { oid }, { value }, { oid }]) {
      const user = await scene.call(backend, "get_user", { ...key, scope: "read", auth_code: "c0de" });
      expect(user).toMatchObject({ oid, authid: "joe", authmethod: "password", peer: "192.0.2.7" });
      expect(user).not.toHaveProperty("value");
    }
    expect(await scene.call(backend, "get_user", { value })).toBeNull();
    expect(await scene.call(backend, "get_user", { value, auth_code: "c0de", scope: "admin" })).toBeNull();
    expect(await scene.call(backend, "update", { oid, scope: ["admin"], max_age: 60 })).toMatchObject({
      scope: ["admin"],
    });
    const { sessions, next } = await scene.call(backend, "list", { authid: "joe" });
    expect(sessions).toMatchObject([{ oid, scope: ["admin"], user_agent: "Mozilla/5.0" }]);
    expect(next).toBeNull();
    expect(await scene.call(backend, "logout", { value })).toMatchObject({
      ended: true,
      clear_cookie: expect.stringMatching(/^cbtid=; Max-Age=0/),
    });
    expect(await scene.call(backend, "logout", { value })).toMatchObject({ ended: false });
    expect(await scene.call(backend, "get_user", { oid, auth_code: "c0de" })).toBeNull();
  });

  test.each(["header", "ticket"] as const)("a login opens a WebSocket, by %s", async (door) => {
    await join();
    const { value, oid } = await login({ authextra: { theme: "dark" } });
    const user = await scene.joinUser(value, REALM_1, door);
    expect(user.details).toMatchObject({
      authid: "joe",
      authrole: USER_ROLE,
      authextra: { cookie_oid: oid, theme: "dark" },
    });
    expect((await scene.tryJoin(value, REALM_2, door)).kind).toBe("abort");
  });

  test("my_sessions marks the current and the connected one; logout_mine ends one, or all others", async () => {
    await join();
    const [here, there, away, jane] = [
      await login(),
      await login(),
      await login(),
      await login({ authid: "jane" }),
    ];
    const user = await scene.joinUser(here.value);
    const other = await scene.joinUser(there.value);
    const mine = await waitFor("both instances to see both", async () => {
      const pages = [await scene.call(user, "my_sessions"), await scene.call(user, "my_sessions")];
      const isSeen = ({ sessions }: Result) =>
        sessions.filter(({ connected }: Result) => connected).length === 2 &&
        sessions.some(({ current }: Result) => current);
      return pages.every(isSeen) ? pages[0].sessions : undefined;
    });
    const marks = mine.map(({ oid, current, connected }: Result) => [oid, { current, connected }]);
    expect(Object.fromEntries(marks)).toEqual({
      [here.oid]: { current: true, connected: true },
      [there.oid]: { current: false, connected: true },
      [away.oid]: { current: false, connected: false },
    });
    // Another's is like none.
    const anothers = await scene.errorOf(user, "logout_mine", { oid: jane.oid });
    expect(anothers.error).toBe(`${PREFIX}error.no_such_session`);
    expect(anothers.args).toEqual((await scene.errorOf(user, "logout_mine", { oid: OID })).args);
    expect(await scene.call(backend, "get_user", { oid: jane.oid })).not.toBeNull();
    expect(await scene.call(user, "logout_mine", { oid: away.oid })).toEqual({ ended: [away.oid] });
    expect(await scene.call(user, "logout_mine", { others: true })).toEqual({ ended: [there.oid] });
    expect(await other.ended).toMatchObject({ kind: "goodbye", reason: `${PREFIX}ended.revoked` });
    expect(user.session.isOpen).toBe(true);
  });

  test("the limit for a user, roles that no session may have, a session that isn't there", async () => {
    await join();
    for (let count = 0; count < 8; count++) await login();
    const refused = { authid: "joe", authrole: USER_ROLE };
    expect(await scene.errorOf(backend, "login", refused)).toMatchObject({
      error: `${PREFIX}error.too_many_sessions`,
    });
    for (const authrole of ["trusted", "admin"]) {
      expect(await scene.errorOf(backend, "login", { authid: "eve", authrole })).toMatchObject({
        error: `${PREFIX}error.role_not_allowed`,
      });
    }
    expect(await scene.errorOf(backend, "rotate", { oid: OID, new_authrole: OTHER_USER_ROLE })).toMatchObject(
      {
        error: `${PREFIX}error.no_such_session`,
      },
    );
    expect(await scene.call(backend, "update", { oid: OID, scope: "all" })).toBeNull();
  });

  test("a presented value ends with the login", async () => {
    await join();
    const foisted = await login();
    const { ended, value } = await login({ authid: "jane", presented_value: foisted.value });
    expect(ended).toEqual([foisted.oid]);
    expect(await scene.call(backend, "get_user", { value: foisted.value })).toBeNull();
    expect(await scene.call(backend, "get_user", { value })).toMatchObject({ authid: "jane" });
  });

  test("callers of a realm manage that realm; those of a realm in everyRealm all of them", async () => {
    await join();
    const guest = await scene.joinComponent("backend", REALM_2);
    const inOne = await login();
    const inTwo = await login({}, guest);
    expect(inTwo.authrealm).toBe(REALM_2);
    expect(await scene.call(guest, "get_user", { value: inOne.value })).toBeNull();
    expect(await scene.call(guest, "logout", { oid: inOne.oid })).toMatchObject({ ended: false });
    expect(await scene.call(guest, "logout_user", { authid: "joe" })).toEqual({ ended: [inTwo.oid] });
    for (const authrealm of [REALM_1, null]) {
      expect(await scene.errorOf(guest, "logout_user", { authid: "joe", authrealm })).toMatchObject({
        error: "wamp.error.not_authorized",
      });
    }
    const again = await login({ authrealm: REALM_2 });
    const admin = await scene.joinComponent("admin");
    const all = await scene.call(admin, "list", { authid: "joe", authrealm: null });
    expect(all.sessions.map(({ oid }: Result) => oid).sort()).toEqual([inOne.oid, again.oid].sort());
    expect(await scene.call(guest, "stats")).toMatchObject({ by_realm: { [REALM_2]: 1 }, by_role: null });
  });

  test("stats counts, purge removes what has expired, delete_all the rest", async () => {
    await join();
    await login({ max_age: 1 });
    const kept = await login();
    await login({ authrealm: REALM_2, authrole: OTHER_USER_ROLE });
    await waitFor("the end of one", async () => (await scene.call(backend, "stats")).expired === 1);
    expect(await scene.call(backend, "stats")).toMatchObject({
      records: 3,
      valid: 2,
      by_realm: { [REALM_1]: 1, [REALM_2]: 1 },
      by_role: { [USER_ROLE]: 1, [OTHER_USER_ROLE]: 1 },
    });
    expect(await scene.call(backend, "purge")).toMatchObject({ purged: 1 });
    expect(await scene.call(backend, "purge")).toMatchObject({ purged: 0 });
    const all = { authrealm: null, except_oid: kept.oid };
    expect(await scene.call(backend, "delete_all", all)).toEqual({ count: 1 });
    expect(await scene.call(backend, "delete_all")).toEqual({ count: 1 });
    expect(await scene.call(backend, "stats")).toMatchObject({ records: 0, valid: 0 });
  });
});
