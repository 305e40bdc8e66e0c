// `sessions`, `cookie` and the lifetime profiles: defaults, units, and what they become.

import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.js";
import { loadStoreConfig } from "../../src/config/load-store-config.js";
import { DEFAULT_SESSION_POLICY } from "../../src/session/session-policy.js";
import {
  content,
  type Json,
  load,
  loadError,
  problemLines,
  router,
  writeConfig,
} from "./temporary-config.js";

const withSessions = (sessions: Json = {}, changes: Json = {}): Json =>
  content({ sessions: { prefix: "com.example.session.", ...sessions }, ...changes });

async function warningsOf(config: Json): Promise<string[]> {
  return (await loadConfig(writeConfig(config), { env: {} })).warnings.filter(
    (text) => !text.startsWith("store.path"),
  ) as string[];
}

describe("sessions", () => {
  test("have the defaults of the policy, in ms where the file has seconds, and nobody may do anything", async () => {
    const { sessions, routers } = await load(withSessions());
    expect(sessions).toEqual({
      mode: "shared",
      prefix: "com.example.session.",
      roles: new Map(),
      everyRealm: [],
      policy: DEFAULT_SESSION_POLICY,
      liveIsUse: true,
      purgeIntervalMs: 3_600_000,
      sweepIntervalMs: 60_000,
      checkIntervalMs: 250,
      leaveTimeoutMs: 5000,
      events: true,
      authorizer: undefined,
    });
    expect(routers[0]?.sessionRealms).toEqual(["realm1"]);
  });

  test("take every key", async () => {
    const permissions = [{ uri: "com.example.", match: "prefix", allow: { call: true } }];
    const { sessions, routers, store, policy } = await load({
      store: { path: "cookies", hashValues: true },
      cookie: {
        name: "__Host-sid",
        valueLength: 32,
        path: "/",
        secure: true,
        httpOnly: false,
        sameSite: "Strict",
        partitioned: true,
      },
      routers: [router({ sessionRealms: ["realm1", "realm2"] })],
      authenticator: {
        allowedRealms: ["realm1"],
        allowedRoles: ["user"],
        deniedRoles: ["root"],
        maxLifetime: 1000,
        idleTimeout: 100,
      },
      sessions: {
        mode: "exclusive",
        prefix: "a.b.",
        roles: { backend: ["login", "logout"], user: ["my_sessions"] },
        everyRealm: ["realm2"],
        maxAge: null,
        perUser: { limit: 3 },
        touchInterval: 10,
        liveIsUse: false,
        purgeInterval: 0,
        sweepInterval: 1.5,
        checkInterval: 0.1,
        leaveTimeout: 2,
        events: false,
        authorizer: { permissions },
      },
    });
    expect(store.hashValues).toBe(true);
    expect(policy).toMatchObject({ maxLifetimeSeconds: 1000, idleSeconds: 100 });
    expect(routers[0]?.sessionRealms).toEqual(["realm1", "realm2"]);
    expect(sessions).toEqual({
      mode: "exclusive",
      prefix: "a.b.",
      roles: new Map([
        ["backend", ["login", "logout"]],
        ["user", ["my_sessions"]],
      ]),
      everyRealm: ["realm2"],
      policy: {
        cookieName: "__Host-sid",
        valueLength: 32,
        attributes: {
          path: "/",
          domain: undefined,
          secure: true,
          httpOnly: false,
          sameSite: "Strict",
          partitioned: true,
        },
        maxAgeSeconds: null,
        maxLifetimeSeconds: 1000,
        idleSeconds: 100,
        touchSeconds: 10,
        perUser: { limit: 3, beyond: "end-oldest" },
        allowedRealms: ["realm1"],
        allowedRoles: ["user"],
        deniedRoles: ["root"],
        allowTrustedRole: false,
      },
      liveIsUse: false,
      purgeIntervalMs: undefined,
      sweepIntervalMs: 1500,
      checkIntervalMs: 100,
      leaveTimeoutMs: 2000,
      events: false,
      authorizer: {
        permissions: [
          {
            uri: "com.example.",
            match: "prefix",
            allow: { call: true, register: false, publish: false, subscribe: false },
            disclose: { caller: false, publisher: false },
          },
        ],
      },
    });
  });

  test("a role called __proto__ is a role like any other", async () => {
    const text = JSON.stringify(withSessions()).replace(
      '"prefix"',
      '"roles": {"__proto__": ["login"]}, "prefix"',
    );
    const { sessions } = await load(text);
    expect([...(sessions?.roles ?? [])]).toEqual([["__proto__", ["login"]]]);
    expect(sessions?.roles.get("toString")).toBeUndefined();
  });
});

describe("profiles (R-12)", () => {
  test.each([
    ["aal1", 30 * 86_400, undefined, true],
    ["aal2", 86_400, 3600, false],
    ["aal3", 43_200, 900, false],
  ])("%s fills what is absent", async (profile, maxLifetimeSeconds, idleSeconds, liveIsUse) => {
    const { policy, sessions } = await load(withSessions({}, { authenticator: { profile } }));
    expect(policy).toMatchObject({ maxLifetimeSeconds, idleSeconds });
    expect(sessions).toMatchObject({ liveIsUse, policy: { maxLifetimeSeconds, idleSeconds } });
  });

  test("stricter keys stay", async () => {
    const authenticator = { profile: "aal2", maxLifetime: 60, idleTimeout: 3600 };
    const { policy } = await load(withSessions({ touchInterval: 5 }, { authenticator }));
    expect(policy).toMatchObject({ maxLifetimeSeconds: 60, idleSeconds: 3600 });
  });

  test("without an idle time-out it needs no sessions", async () => {
    const { policy } = await load(content({ authenticator: { profile: "aal1" } }));
    expect(policy.maxLifetimeSeconds).toBe(30 * 86_400);
  });
});

const NEEDS_WRITES = "needs each use to be written into the database";
const CASES: readonly (readonly [name: string, config: Json, lines: readonly unknown[]])[] = [
  [
    "a database that can't be written",
    withSessions({}, { store: { path: "x", readOnly: true } }),
    ["sessions: needs to write: set store.readOnly to false, or drop it"],
  ],
  [
    "an idle time-out without sessions (R-11)",
    content({ authenticator: { idleTimeout: 60 } }),
    [`authenticator.idleTimeout: ${NEEDS_WRITES}: add sessions`],
  ],
  [
    "an idle time-out on a database that is only read (R-11)",
    content({ store: { path: "x", readOnly: true }, authenticator: { idleTimeout: 60 } }),
    [`authenticator.idleTimeout: ${NEEDS_WRITES}: set store.readOnly to false`],
  ],
  [
    "the idle time-out of a profile without sessions",
    content({ authenticator: { profile: "aal3" } }),
    [`authenticator.profile: has an idle time-out, which ${NEEDS_WRITES}: add sessions`],
  ],
  [
    "keys laxer than their profile",
    withSessions({}, { authenticator: { profile: "aal2", maxLifetime: 86_401, idleTimeout: 3601 } }),
    [
      "authenticator.maxLifetime: is above the 86400 seconds of the profile aal2: lower it, or drop one of both",
      "authenticator.idleTimeout: is above the 3600 seconds of the profile aal2: lower it, or drop one of both",
    ],
  ],
  [
    "hashes where a Crossbar writes",
    withSessions({}, { store: { path: "x", hashValues: true } }),
    [expect.stringMatching(/^store\.hashValues: is only for a database that no Crossbar shares/)],
  ],
  [
    "hashes without sessions",
    content({ store: { path: "x", hashValues: true } }),
    [expect.stringMatching(/^store\.hashValues: is only for a database that no Crossbar shares/)],
  ],
  [
    "no prefix",
    content({ sessions: {} }),
    [
      "sessions.prefix: is missing: expected a WAMP URI prefix that ends in a dot, such as com.example.session.",
    ],
  ],
  [
    "a prefix without a dot at its end",
    withSessions({ prefix: "com.example.session" }),
    ["sessions.prefix: expected a WAMP URI prefix that ends in a dot, such as com.example.session."],
  ],
  [
    "the router's own prefix",
    withSessions({ prefix: "wamp.session." }),
    ["sessions.prefix: begins with wamp., which is the router's own"],
  ],
  [
    "the authenticator under the name of a procedure",
    withSessions({}, { routers: [router({ procedure: "com.example.session.login" })] }),
    ["routers[0].procedure: is also one of the procedures under sessions.prefix: change one of both"],
  ],
  [
    "procedures that there aren't",
    withSessions({ roles: { backend: ["login", "logoutUser", "zebra"] } }),
    [
      "sessions.roles.backend[1]: is no procedure: did you mean logout_user?",
      expect.stringMatching(
        /^sessions\.roles\.backend\[2\]: is no procedure: the procedures are login, get_user,/,
      ),
    ],
  ],
  [
    "a procedure twice",
    withSessions({ roles: { backend: ["login", "login"] } }),
    ["sessions.roles.backend: has the same item twice: expected a list of procedures, each at most once"],
  ],
  [
    "session realms without sessions",
    content({ routers: [router({ sessionRealms: ["realm1"] })] }),
    ["routers[0].sessionRealms: has no use without sessions: add sessions, or drop it"],
  ],
  [
    "a session realm twice on one router",
    withSessions({}, { routers: [router({ sessionRealms: ["realm2"] }), router({ realm: "realm2" })] }),
    ["routers[1].sessionRealms: has a realm that routers[0] has too, with the same url: name it once"],
  ],
  [
    "a limit of none",
    withSessions({ perUser: { limit: 0, beyond: "explode" } }),
    [
      "sessions.perUser.limit: expected a whole number from 1 to 1000",
      'sessions.perUser.beyond: expected "refuse" or "end-oldest"',
    ],
  ],
  [
    "a lifetime of nothing",
    withSessions({ maxAge: 0 }),
    ["sessions.maxAge: expected a whole number of seconds from 1 to 4294967295, or null"],
  ],
  [
    "a permission without allow",
    withSessions({ authorizer: { permissions: [{ uri: "com.example." }] } }),
    [
      "sessions.authorizer.permissions[0].allow: is missing: expected an object with call, register, publish and subscribe",
    ],
  ],
];

test.each(CASES)("refused: %s", async (_name, config, lines) => {
  const error = await loadError(config);
  expect(error.code).toBe("ERR_CONFIG_INVALID");
  expect(problemLines(error)).toEqual(lines);
});

test("cookie attributes that browsers refuse are refused by their path (R-41)", async () => {
  const none = await loadError(content({ cookie: { sameSite: "None", secure: false } }));
  expect(problemLines(none)).toEqual([expect.stringMatching(/^cookie\.(sameSite|secure): /)]);
  const host = await loadError(content({ cookie: { name: "__Host-sid", domain: "example.com" } }));
  expect(problemLines(host)).toEqual([expect.stringMatching(/^cookie\.domain: /)]);
});

test.each<[string, Json, string[]]>([
  ["the anonymous role", withSessions({ roles: { anonymous: ["login"] } }), ["sessions.roles.anonymous"]],
  ["the router's own role", withSessions({ roles: { trusted: ["login"] } }), ["sessions.roles.trusted"]],
  ["roles that may do nothing", withSessions({ roles: { anonymous: [] } }), []],
  [
    "a realm that nobody calls from",
    withSessions({ everyRealm: ["realm1", "x"] }),
    ["sessions.everyRealm[1]"],
  ],
  [
    "an open page as use where the user must act",
    withSessions({ liveIsUse: true }, { authenticator: { profile: "aal2" } }),
    ["sessions.liveIsUse"],
  ],
])("warned of: %s", async (_name, config, paths) => {
  expect((await warningsOf(config)).map((text) => text.split(": ")[0])).toEqual(paths);
});

describe("the store's part, for commands on the database", () => {
  test("says who else writes there", async () => {
    const sessions = { mode: "exclusive", prefix: "a." };
    const file = writeConfig(content({ store: { path: "x", hashValues: true }, sessions }));
    expect(await loadStoreConfig(file)).toMatchObject({
      store: { hashValues: true },
      sessionMode: "exclusive",
    });
    expect(await loadStoreConfig(writeConfig(content()))).toMatchObject({
      store: { hashValues: false },
      sessionMode: undefined,
    });
  });

  test("refuses a store that contradicts itself", async () => {
    const file = writeConfig(content({ store: { path: "x", hashValues: true } }));
    await expect(loadStoreConfig(file)).rejects.toMatchObject({ code: "ERR_CONFIG_INVALID" });
  });
});
