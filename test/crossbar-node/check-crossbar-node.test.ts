// Each finding in Crossbar's node configuration, from a node that has none.

import { describe, expect, test } from "@jest/globals";
import type { Config } from "../../src/config/config.js";
import { checkCrossbarNode } from "../../src/crossbar-node/check-crossbar-node.js";
import { content, type Json, load, router } from "../config/temporary-config.js";

const PROCEDURE = "com.example.cookie.authenticate";
const login = { method: "ticket", authid: "us", secret: "s" };

const dynamic = (changes: Json = {}): Json => ({
  type: "dynamic",
  authenticator: PROCEDURE,
  "authenticator-realm": "realm1",
  "authenticator-role": "trusted",
  ...changes,
});

interface Parts {
  ws?: Json;
  store?: Json;
  cookie?: Json;
  /** How users log in, on the transport with the cookie store. */
  auth?: Json;
  component?: Json;
  role?: Json;
  more?: unknown[];
}

/** A node without findings, with some parts changed. */
function node(parts: Parts = {}): Json {
  const cookie = {
    http_strict: true,
    store: { type: "database", path: ".cookies", ...parts.store },
    ...parts.cookie,
  };
  return {
    workers: [
      { type: "guest" },
      {
        type: "router",
        realms: [
          {
            name: "realm1",
            roles: [
              {
                name: "component",
                permissions: [{ uri: PROCEDURE, allow: { register: true } }],
                ...parts.role,
              },
            ],
          },
        ],
        transports: [
          {
            type: "universal",
            endpoint: { type: "tcp", port: 8080 },
            websocket: {
              login: { cookie, auth: parts.auth ?? {} },
              ws: { auth: { ticket: dynamic() }, ...parts.ws },
            },
          },
          {
            type: "websocket",
            endpoint: { type: "tcp", port: 8081 },
            options: { auto_ping_interval: 10_000, auto_ping_timeout: 5000 },
            auth: { ticket: { type: "static", principals: { us: { ticket: "s", role: "component" } } } },
            ...parts.component,
          },
          ...(parts.more ?? []),
        ],
      },
    ],
  };
}

const WS = "workers[1].transports[0].websocket.ws";
const LOGIN = "workers[1].transports[0].websocket.login";
const ROLE = "workers[1].realms[0].roles[0]";

async function ourConfig(changes: Json = {}): Promise<Config> {
  return load(content({ store: { path: "/node/.cookies" }, routers: [router({ auth: login })], ...changes }));
}

async function findings(changed: unknown, changes: Json = {}): Promise<string[]> {
  const found = checkCrossbarNode(changed, await ourConfig(changes), { nodeDirectory: "/node" });
  return found.map(({ level, path }) => `${level} ${path}`);
}

test("a right node has no findings", async () => {
  expect(await findings(node())).toEqual([]);
});

describe("a store on Valkey, where no cookie of Crossbar's can be", () => {
  const store = { store: { type: "valkey", servers: ["127.0.0.1"] } };

  const STORES = [{}, { type: "memory" }, { type: "database", purge_on_startup: true, sync: false }];

  test("Crossbar's cookie of another name is its own matter, whatever its store, where nobody logs in", async () => {
    for (const kept of STORES)
      for (const auth of [{}, { anonymous: { type: "static", role: "visitor" } }])
        expect(await findings(node({ cookie: { name: "other" }, store: kept, auth }), store)).toEqual([]);
  });

  test("a login that Crossbar keeps itself is none for the component", async () => {
    const auth = { wampcra: { type: "static", users: {} } };
    const config = await ourConfig(store);
    for (const kept of STORES) {
      const changed = node({ cookie: { name: "other" }, store: kept, auth });
      expect(checkCrossbarNode(changed, config, { nodeDirectory: "/node" })).toEqual([
        {
          kind: "cookie-store-path",
          level: "warning",
          path: `${LOGIN}.cookie`,
          message: expect.stringContaining("every cookie of this transport is refused"),
          hint: expect.stringContaining("docs/guides/moving-to-valkey.md"),
        },
      ]);
    }
  });

  test("one of our name takes the place of ours in the browser", async () => {
    expect(await findings(node(), store)).toEqual([`warning ${LOGIN}.cookie`]);
    expect(await findings(node(), { ...store, cookie: { name: "other" } })).toEqual([]);
  });
});

describe("the authenticator", () => {
  test.each<[string, Json, string[]]>([
    [
      "cookie tracking beside it",
      { cookie: {} },
      [`warning ${WS}.cookie`, `warning ${WS}.cookie.store.type`],
    ],
    [
      "another role than trusted",
      { auth: { anonymous: dynamic({ "authenticator-role": "component" }) } },
      [`error ${WS}.auth.anonymous.authenticator-role`],
    ],
    ["no role", { auth: { ticket: dynamic({ "authenticator-role": undefined }) } }, []],
    [
      "no realm",
      { auth: { ticket: dynamic({ "authenticator-realm": undefined }) } },
      [`warning ${WS}.auth.ticket.authenticator-realm`],
    ],
    [
      "another realm",
      { auth: { ticket: dynamic({ "authenticator-realm": "realm2" }) } },
      [`error ${WS}.auth.ticket.authenticator-realm`],
    ],
    [
      "another procedure",
      { auth: { ticket: dynamic({ authenticator: "com.other" }) } },
      [`warning ${WS}.auth.ticket.authenticator`],
    ],
    ["no dynamic authentication", { auth: { ticket: { type: "static", principals: {} } } }, ["warning "]],
  ])("%s", async (_name, ws, expected) => {
    expect(await findings(node({ ws }))).toEqual(expected);
  });

  test("is found on every kind of transport", async () => {
    const auth = { ticket: dynamic({ "authenticator-role": "x" }) };
    const paths = {
      "/": { type: "static" },
      ws: { type: "websocket", auth },
      a: { type: "path", paths: { b: { type: "websocket", auth } } },
    };
    const workers = [
      {
        type: "proxy",
        transports: [
          { type: "websocket", auth },
          { type: "web", paths },
          { type: "universal", rawsocket: { auth }, websocket: { "a/b": { auth } }, web: { paths } },
          { type: "mqtt", auth },
        ],
      },
      { type: "container", transports: [{ type: "websocket", auth }] },
    ];
    const role = "auth.ticket.authenticator-role";
    expect(await findings({ workers })).toEqual([
      `error workers[0].transports[0].${role}`,
      `error workers[0].transports[1].paths.ws.${role}`,
      `error workers[0].transports[1].paths.a.paths.b.${role}`,
      `error workers[0].transports[2].rawsocket.${role}`,
      `error workers[0].transports[2].websocket["a/b"].${role}`,
      `error workers[0].transports[2].web.paths.ws.${role}`,
      `error workers[0].transports[2].web.paths.a.paths.b.${role}`,
    ]);
  });
});

describe("the cookie store", () => {
  test.each<[string, Parts, Json, string[]]>([
    ["smaller than ours", { store: { maxsize: 1_048_576 } }, {}, [`error ${LOGIN}.cookie.store.maxsize`]],
    [
      "smaller than ours by default",
      {},
      { store: { path: "/node/.cookies", maxSize: 2 ** 31 } },
      [`error ${LOGIN}.cookie.store.maxsize`],
    ],
    [
      "smaller, but we only read",
      { store: { maxsize: 1_048_576 } },
      { store: { path: "/node/.cookies", readOnly: true } },
      [],
    ],
    [
      "purged at start",
      { store: { purge_on_startup: true } },
      {},
      [`warning ${LOGIN}.cookie.store.purge_on_startup`],
    ],
    ["another path", { store: { path: "elsewhere" } }, {}, [`warning ${LOGIN}.cookie.store.path`]],
    ["in memory", { store: { type: "memory" } }, {}, [`warning ${LOGIN}.cookie.store.type`]],
    ["another name", { cookie: { name: "sid" } }, {}, [`warning ${LOGIN}.cookie.name`]],
    ["another name in both", { cookie: { name: "sid" } }, { cookie: { name: "sid" } }, []],
  ])("%s", async (_name, parts, changes, expected) => {
    expect(await findings(node(parts), changes)).toEqual(expected);
  });
});

describe("the component's own transport", () => {
  test.each<[string, Parts, string[]]>([
    [
      "no pings",
      { component: { options: {} } },
      ["warning workers[1].transports[1].options.auto_ping_interval"],
    ],
    [
      "pings that no answer is waited for",
      { component: { options: { auto_ping_interval: 10_000 } } },
      ["warning workers[1].transports[1].options.auto_ping_timeout"],
    ],
    ["another port: nothing is known", { component: { options: {}, endpoint: { port: 9999 } } }, []],
    ["no rights", { role: { permissions: [] } }, [`warning ${ROLE}.permissions`]],
    [
      "no right to register",
      { role: { permissions: [{ uri: "com.example.", match: "prefix", allow: { call: true } }] } },
      [`warning ${ROLE}.permissions`],
    ],
    ["a prefix", { role: { permissions: [{ uri: "com.example.*", allow: { register: true } }] } }, []],
    [
      "a prefix, but a longer one without",
      {
        role: {
          permissions: [
            { uri: "com.", match: "prefix", allow: { register: true } },
            { uri: "com.example.", match: "prefix", allow: { register: false } },
          ],
        },
      },
      [`warning ${ROLE}.permissions`],
    ],
    [
      "a shorter exact one hides a prefix, as in Crossbar",
      {
        role: {
          permissions: [
            { uri: "com.", match: "prefix", allow: { register: true } },
            { uri: "com.example.cookie", match: "exact", allow: { register: true } },
          ],
        },
      },
      [`warning ${ROLE}.permissions`],
    ],
    ["wildcards: can't be told", { role: { permissions: [{ uri: "com..x", match: "wildcard" }] } }, []],
    ["a dynamic authorizer: can't be told", { role: { permissions: undefined, authorizer: "com.a" } }, []],
    ["a role that the realm doesn't have", { role: { name: "other", permissions: [] } }, ["warning "]],
  ])("%s", async (_name, parts, expected) => {
    expect(await findings(node(parts))).toEqual(expected);
  });
});

describe("sessions", () => {
  const PREFIX = "com.example.session.";
  const sessions = { prefix: PREFIX, roles: { backend: ["login", "list"], user: ["my_sessions"] } };
  const right = {
    own: [
      { uri: PROCEDURE, allow: { register: true } },
      { uri: PREFIX, match: "prefix", allow: { register: true, publish: true } },
      { uri: "wamp.session.", match: "prefix", allow: { call: true, subscribe: true } },
    ],
    backend: [{ uri: `${PREFIX}*`, allow: { call: true }, disclose: { caller: true } }],
    user: [{ uri: `${PREFIX}my_sessions`, allow: { call: true }, disclose: { caller: true } }],
  };

  function sessionNode(changes: Partial<Record<keyof typeof right, unknown>> = {}): Json {
    const permissions = { ...right, ...changes };
    const whole = node() as { workers: { realms: { roles: unknown[] }[] }[] };
    whole.workers[1]?.realms[0]?.roles.splice(
      0,
      1,
      { name: "component", permissions: permissions.own },
      { name: "backend", permissions: permissions.backend },
      { name: "user", permissions: permissions.user },
    );
    return whole as unknown as Json;
  }

  test("a right node has no findings", async () => {
    expect(await findings(sessionNode(), { sessions })).toEqual([]);
  });

  test("our own role can't do everything: all of it in one finding", async () => {
    const changed = sessionNode({ own: [{ uri: PROCEDURE, allow: { register: true } }] });
    const [finding, ...more] = checkCrossbarNode(changed, await ourConfig({ sessions }), {
      nodeDirectory: "/node",
    });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ level: "warning", path: `${ROLE}.permissions` });
    expect(finding?.message).toBe(
      'the role "component", which this component logs in with, may not: register com.example.session.login, ' +
        "publish com.example.session.on_login, subscribe wamp.session.on_join, subscribe wamp.session.on_leave, " +
        "call wamp.session.list, call wamp.session.get, call wamp.session.kill",
    );
  });

  test("without events nothing is published", async () => {
    const own = right.own.map((permission) => ({
      ...permission,
      allow: { ...permission.allow, publish: false },
    }));
    expect(await findings(sessionNode({ own }), { sessions: { ...sessions, events: false } })).toEqual([]);
    expect(await findings(sessionNode({ own }), { sessions })).toEqual([`warning ${ROLE}.permissions`]);
  });

  test("a role that may call us but not the router", async () => {
    const [finding] = checkCrossbarNode(sessionNode({ backend: [] }), await ourConfig({ sessions }), {
      nodeDirectory: "/node",
    });
    expect(finding).toMatchObject({
      path: "workers[1].realms[0].roles[1].permissions",
      message: 'the router doesn\'t let "backend" call com.example.session.login, com.example.session.list',
      hint: 'add {"uri": "com.example.session.", "match": "prefix", "allow": {"call": true}, "disclose": {"caller": true}}',
    });
  });

  test("a role whose callers aren't disclosed", async () => {
    const user = [{ uri: `${PREFIX}my_sessions`, allow: { call: true } }];
    const [finding] = checkCrossbarNode(sessionNode({ user }), await ourConfig({ sessions }), {
      nodeDirectory: "/node",
    });
    expect(finding).toMatchObject({
      path: "workers[1].realms[0].roles[2].permissions",
      message: "it doesn't tell us who calls com.example.session.my_sessions: we refuse",
      hint: 'add {"uri": "com.example.session.my_sessions", "allow": {"call": true}, "disclose": {"caller": true}}',
    });
  });

  test("a further realm without our role, and one that isn't there", async () => {
    const whole = sessionNode() as { workers: { realms?: unknown[] }[] };
    whole.workers[1]?.realms?.push({ name: "realm2", roles: [{ name: "other" }] });
    const routers = [router({ auth: login, sessionRealms: ["realm1", "realm2", "realm3"] })];
    const found = checkCrossbarNode(whole, await ourConfig({ sessions, routers }), {
      nodeDirectory: "/node",
    });
    expect(found.map(({ message }) => message)).toEqual([
      'the realm "realm2" of our sessionRealms has no role "component", which this component logs in with',
      'no router worker has the realm "realm3" of our sessionRealms',
    ]);
  });

  test.each<[string, Json]>([
    ["mode exclusive", { sessions: { ...sessions, mode: "exclusive" } }],
    [
      "hashed values (S-07)",
      {
        store: { path: "/node/.cookies", hashValues: true },
        sessions: { ...sessions, mode: "exclusive" },
      },
    ],
  ])("%s on the database of a Crossbar", async (_name, changes) => {
    expect(await findings(sessionNode(), changes)).toEqual([`error ${LOGIN}.cookie.store.path`]);
  });
});

test("every finding says what to do", async () => {
  const wrong = node({
    ws: { cookie: {}, auth: { ticket: dynamic({ "authenticator-role": "x", "authenticator-realm": "y" }) } },
    store: { maxsize: 1, purge_on_startup: true },
    component: { options: {} },
    role: { permissions: [] },
  });
  const found = checkCrossbarNode(wrong, await ourConfig(), { nodeDirectory: "/node" });
  expect(found).toHaveLength(8);
  for (const finding of found) expect(finding.hint.length).toBeGreaterThan(10);
});
