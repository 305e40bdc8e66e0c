// Each finding in Crossbar's node configuration, from a node that has none.

import { describe, expect, test } from "@jest/globals";
import { checkCrossbarNode } from "../../src/config/check-crossbar-node.js";
import type { Config } from "../../src/config/config.js";
import { loadCrossbarNode } from "../../src/config/load-crossbar-node.js";
import { content, type Json, load, router } from "./temporary-config.js";

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
  component?: Json;
  role?: Json;
  more?: unknown[];
}

/** A node without findings, with some parts changed. */
function node(parts: Parts = {}): Json {
  const cookie = { store: { type: "database", path: ".cookies", ...parts.store }, ...parts.cookie };
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
            websocket: { login: { cookie, auth: {} }, ws: { auth: { ticket: dynamic() }, ...parts.ws } },
          },
          {
            type: "websocket",
            endpoint: { type: "tcp", port: 8081 },
            options: { auto_ping_interval: 10_000 },
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
    ["another procedure", { auth: { ticket: dynamic({ authenticator: "com.other" }) } }, ["warning "]],
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
    ["a role that the realm doesn't have", { role: { name: "other" } }, ["warning "]],
  ])("%s", async (_name, parts, expected) => {
    expect(await findings(node(parts))).toEqual(expected);
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

test("a node configuration in YAML is refused in so many words", async () => {
  await expect(loadCrossbarNode("/node/config.yaml")).rejects.toMatchObject({
    code: "ERR_CONFIG_READ",
    message: "/node/config.yaml is YAML: only a JSON one can be checked",
  });
});
