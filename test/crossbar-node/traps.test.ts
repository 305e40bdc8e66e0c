// Each kind of finding, from a node configuration that is right but for one thing.

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { checkNodeFiles } from "../../src/crossbar-node/check-node-files.js";
import { NODE_FINDING_KINDS, type NodeFindingKind } from "../../src/crossbar-node/node-finding.js";
import { content, type Json, load, router } from "../config/temporary-config.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { type ChangeableNode, findIn, ourContent, SECRET } from "./good-node.js";

afterAll(removeTempDirectories);

const CLIENTS = "workers[0].transports[0]";
const COMPONENT = "workers[0].transports[1]";
const REALM = "workers[0].realms[0]";

interface Trap {
  readonly kind: NodeFindingKind;
  readonly found: string;
  /** What is wrong in the node. */
  readonly change?: (node: ChangeableNode) => void;
  /** What is wrong in ours, or what the trap needs there. */
  readonly ours?: Json;
}

const clients = (node: ChangeableNode) => node.workers[0].transports[0];
const component = (node: ChangeableNode) => node.workers[0].transports[1];
const cookie = (node: ChangeableNode) => clients(node).paths.login.cookie;
const ticket = (node: ChangeableNode): Json => clients(node).paths.ws.auth.ticket ?? {};

function role(node: ChangeableNode, name: string, realm = 0) {
  const found = node.workers[0].realms[realm]?.roles.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no role ${name}`);
  return found;
}

const sessions = ourContent().sessions as Json;
const [ourRouter] = ourContent().routers as [Json];

const TRAPS: readonly Trap[] = [
  {
    kind: "authenticator-unused",
    found: `warning ${CLIENTS}.paths.ws.auth.ticket.authenticator`,
    change: (node) => {
      for (const method of Object.values(clients(node).paths.ws.auth))
        method.authenticator = "com.example.typo";
    },
  },
  {
    kind: "authenticator-role",
    found: `error ${CLIENTS}.paths.ws.auth.ticket.authenticator-role`,
    change: (node) => Object.assign(ticket(node), { "authenticator-role": "authenticator" }),
  },
  {
    kind: "authenticator-realm-missing",
    found: `warning ${CLIENTS}.paths.ws.auth.ticket.authenticator-realm`,
    change: (node) => Object.assign(ticket(node), { "authenticator-realm": undefined }),
  },
  {
    kind: "authenticator-realm",
    found: `error ${CLIENTS}.paths.ws.auth.ticket.authenticator-realm`,
    change: (node) => Object.assign(ticket(node), { "authenticator-realm": "realm2" }),
  },
  {
    kind: "authenticator-method",
    found: `error ${CLIENTS}.paths.ws.auth.wampcra`,
    change: (node) => Object.assign(clients(node).paths.ws.auth, { wampcra: { ...ticket(node) } }),
  },
  {
    kind: "tracking-beside-authenticator",
    found: `warning ${CLIENTS}.paths.ws.cookie`,
    change: (node) => Object.assign(clients(node).paths.ws, { cookie: cookie(node) }),
  },
  {
    kind: "builtin-cookie-method",
    found: `warning ${CLIENTS}.paths.login.auth.cookie`,
    change: (node) => Object.assign(clients(node).paths.login.auth, { cookie: {} }),
  },
  {
    kind: "tls-without-web",
    found: `error ${COMPONENT}.endpoint.tls`,
    change: (node) => {
      component(node).endpoint.tls = { key: "k", certificate: "c" };
      component(node).auth.anonymous = ticket(node);
    },
    ours: { routers: [{ ...ourRouter, url: "wss://127.0.0.1:8081" }] },
  },
  {
    kind: "plain-transport",
    found: `error ${CLIENTS}.endpoint`,
    ours: { authenticator: { allowedRoles: ["user"], requireSecure: true } },
  },
  {
    kind: "cookie-store-type",
    found: `warning ${CLIENTS}.paths.login.cookie.store.type`,
    change: (node) => Object.assign(cookie(node), { store: { type: "file", filename: "cookies.dat" } }),
  },
  {
    kind: "cookie-store-path",
    found: `warning ${CLIENTS}.paths.login.cookie.store.path`,
    change: (node) => Object.assign(cookie(node).store, { path: ".elsewhere" }),
  },
  {
    kind: "cookie-store-maxsize",
    found: `error ${CLIENTS}.paths.login.cookie.store.maxsize`,
    change: (node) => Object.assign(cookie(node).store, { maxsize: 1_048_576 }),
  },
  {
    kind: "cookie-store-purge",
    found: `warning ${CLIENTS}.paths.login.cookie.store.purge_on_startup`,
    change: (node) => Object.assign(cookie(node).store, { purge_on_startup: true }),
  },
  {
    kind: "cookie-store-sync",
    found: `warning ${CLIENTS}.paths.login.cookie.store.sync`,
    change: (node) => Object.assign(cookie(node).store, { sync: false }),
  },
  {
    kind: "cookie-store-hashed",
    found: `error ${CLIENTS}.paths.login.cookie.store.path`,
    ours: {
      store: { path: "/node/.cookies", hashValues: true },
      sessions: { ...sessions, mode: "exclusive" },
    },
  },
  {
    kind: "cookie-store-exclusive",
    found: `error ${CLIENTS}.paths.login.cookie.store.path`,
    ours: { sessions: { ...sessions, mode: "exclusive" } },
  },
  {
    kind: "cookie-name",
    found: `warning ${CLIENTS}.paths.login.cookie.name`,
    change: (node) => Object.assign(cookie(node), { name: "sid" }),
  },
  {
    kind: "cookie-length",
    found: `error ${CLIENTS}.paths.login.cookie.length`,
    change: (node) => Object.assign(cookie(node), { length: 21 }),
  },
  {
    kind: "cookie-script",
    found: `warning ${CLIENTS}.paths.login.cookie.http_strict`,
    change: (node) => Object.assign(cookie(node), { http_strict: false }),
  },
  {
    kind: "component-pings",
    found: `warning ${COMPONENT}.options.auto_ping_timeout`,
    change: (node) => Object.assign(component(node), { options: { auto_ping_interval: 10_000 } }),
  },
  {
    kind: "component-pings-slow",
    found: `warning ${COMPONENT}.options.auto_ping_interval`,
    ours: { routers: [{ ...ourRouter, invoke: "roundrobin" }] },
  },
  {
    kind: "component-login",
    found: `warning ${COMPONENT}.auth.wampcra.users`,
    change: (node) => Object.assign(component(node).auth.wampcra, { users: {} }),
  },
  {
    kind: "component-secret",
    found: `error ${COMPONENT}.auth.wampcra.users.authenticator.secret`,
    change: (node) =>
      Object.assign(component(node).auth.wampcra.users.authenticator ?? {}, { secret: "another" }),
  },
  {
    kind: "component-tls",
    found: `warning ${COMPONENT}.endpoint.tls`,
    change: (node) => Object.assign(component(node).endpoint, { tls: { key: "k", certificate: "c" } }),
  },
  {
    kind: "component-serializers",
    found: `warning ${COMPONENT}.serializers`,
    change: (node) => Object.assign(component(node), { serializers: ["msgpack"] }),
  },
  {
    kind: "component-open",
    found: `error ${CLIENTS}.paths.login.auth.anonymous.role`,
    change: (node) =>
      Object.assign(clients(node).paths.login.auth, { anonymous: { type: "static", role: "authenticator" } }),
  },
  {
    kind: "component-realm",
    found: "warning ",
    ours: { routers: [{ ...ourRouter, realm: "realm3", procedure: "com.other" }] },
    change: (node) => {
      for (const method of Object.values(clients(node).paths.ws.auth)) {
        Object.assign(method, { authenticator: "com.other", "authenticator-realm": "realm3" });
      }
    },
  },
  {
    kind: "component-role",
    found: "warning ",
    change: (node) => {
      for (const realm of node.workers[0].realms)
        realm.roles = realm.roles.filter(({ name }) => name !== "authenticator");
      node.workers[0].realms.splice(1, 1);
    },
    ours: { routers: [{ ...ourRouter, sessionRealms: ["realm1"] }] },
  },
  {
    kind: "component-permissions",
    found: `warning ${REALM}.roles[0].permissions`,
    change: (node) => {
      role(node, "authenticator").permissions.shift();
    },
  },
  {
    kind: "component-twice",
    found: "warning workers[2]",
    change: (node) => {
      const [, guest] = node.workers;
      if (guest !== undefined) node.workers.push(guest);
    },
  },
  {
    kind: "component-worker",
    found: "warning workers[2].transports[0].auth.ticket",
    change: (node) => {
      const auth = { ticket: { ...ticket(node) } };
      const transports = [{ type: "websocket", endpoint: { type: "tcp", port: 9080 }, auth }];
      node.workers.push({ type: "router", realms: node.workers[0].realms, transports });
    },
  },
  {
    kind: "component-rlink",
    found: `warning ${REALM}.rlinks[0]`,
    change: (node) => Object.assign(node.workers[0].realms[0] ?? {}, { rlinks: [{ realm: "realm1" }] }),
  },
  {
    kind: "guest-not-restarted",
    found: "warning workers[1].arguments",
    change: ({ workers: [, guest] }) => {
      if (guest !== undefined)
        guest.arguments = (guest.arguments as string[]).filter((one) => one !== "--restart");
    },
  },
  {
    kind: "session-realm",
    found: "warning ",
    change: (node) => {
      node.workers[0].realms.pop();
    },
  },
  {
    kind: "session-permissions",
    found: `warning ${REALM}.roles[0].permissions`,
    change: (node) => {
      role(node, "authenticator").permissions.pop();
    },
  },
  {
    kind: "meta-api-off",
    found: `error ${REALM}.options.enable_meta_api`,
    change: (node) => Object.assign(node.workers[0].realms[0] ?? {}, { options: { enable_meta_api: false } }),
  },
  {
    kind: "calling-role",
    found: `warning ${REALM}.roles[2].permissions`,
    change: (node) => Object.assign(role(node, "user").permissions[0] ?? {}, { disclose: {} }),
  },
  {
    kind: "anonymous-caller",
    found: `error ${CLIENTS}.paths.login.auth.anonymous.role`,
    change: (node) =>
      Object.assign(clients(node).paths.login.auth, {
        anonymous: { type: "static", role: "user", authid: "joe" },
      }),
  },
  {
    kind: "chosen-authid",
    found: `error ${CLIENTS}.paths.login.auth.anonymous-proxy`,
    change: (node) =>
      Object.assign(clients(node).paths.login.auth, { "anonymous-proxy": { type: "static" } }),
  },
  {
    kind: "meta-api-leak",
    found: `warning ${REALM}.roles[1].permissions`,
    change: (node) =>
      role(node, "backend").permissions.push({ uri: "wamp.", match: "prefix", allow: { subscribe: true } }),
  },
  {
    kind: "procedure-open",
    found: `warning ${REALM}.roles[1].permissions`,
    change: (node) =>
      role(node, "backend").permissions.push({ uri: "com.example.*", allow: { register: true } }),
  },
  {
    kind: "granted-role",
    found: `warning ${REALM}.roles`,
    ours: { authenticator: { allowedRoles: ["user", "editor"] } },
  },
];

/** Those that modes of files show. */
const FILE_KINDS: readonly NodeFindingKind[] = ["database-open", "node-file-open"];

test("the node that we make has none", async () => {
  expect(await findIn()).toEqual([]);
});

describe("each trap is found, and nothing else", () => {
  test.each(TRAPS.map((trap) => [trap.kind, trap] as const))("%s", async (kind, { found, change, ours }) => {
    const findings = await findIn(change, ours);
    expect(findings.map((finding) => `${finding.kind}: ${finding.level} ${finding.path}`)).toEqual([
      `${kind}: ${found}`,
    ]);
    expect(findings[0]?.message).not.toContain(SECRET);
    expect(findings[0]?.hint.length).toBeGreaterThan(10);
  });
});

describe("files that every user can read", () => {
  async function database(): Promise<{ directory: string; find: () => Promise<string[]> }> {
    const directory = makeTempDirectory();
    const path = join(directory, "cookies");
    mkdirSync(path, { mode: 0o755 });
    writeFileSync(join(path, "data.mdb"), "", { mode: 0o600 });
    const config = await load(content({ store: { path }, routers: [router()] }));
    const node = { workers: [{ auth: { ticket: { principals: { joe: { ticket: SECRET } } } } }] };
    const nodeFile = join(directory, "config.json");
    writeFileSync(nodeFile, JSON.stringify(node), { mode: 0o600 });
    const find = async (): Promise<string[]> => {
      const findings = await checkNodeFiles(node, nodeFile, config);
      for (const { message, hint } of findings) expect(message + hint).not.toContain(SECRET);
      return findings.map(({ kind, level, path: at }) => `${kind}: ${level} ${at}`);
    };
    return { directory, find };
  }

  test("private files are right, and so are those that aren't there", async () => {
    expect(await (await database()).find()).toEqual([]);
    const config = await load(content({ store: { path: "/nowhere/cookies" } }));
    expect(await checkNodeFiles({}, "/nowhere/config.json", config)).toEqual([]);
  });

  test("database-open", async () => {
    const { directory, find } = await database();
    chmodSync(join(directory, "cookies", "data.mdb"), 0o644);
    expect(await find()).toEqual(["database-open: error "]);
    chmodSync(join(directory, "cookies"), 0o700); // nobody gets as far as the file
    expect(await find()).toEqual([]);
  });

  test("node-file-open", async () => {
    const { directory, find } = await database();
    chmodSync(join(directory, "config.json"), 0o644);
    expect(await find()).toEqual(["node-file-open: warning workers[0].auth.ticket.principals.joe.ticket"]);
  });
});

test("every kind has its trap here", () => {
  const kinds = [...TRAPS.map(({ kind }) => kind), ...FILE_KINDS];
  expect([...kinds].sort()).toEqual(Object.keys(NODE_FINDING_KINDS).sort());
});

test("secrets are compared where both files have them, and a right one is no finding", async () => {
  const findings = await findIn((node) =>
    Object.assign(component(node).auth.wampcra.users.authenticator ?? {}, { secret: SECRET }),
  );
  expect(findings).toEqual([]);
});

test("two routers of ours that are one realm of one router exclude each other", async () => {
  const routers = [ourRouter, { ...ourRouter, name: "second", url: "ws://localhost:8081/" }];
  const sessionless = { routers: routers.map(({ sessionRealms: _, ...one }) => one), sessions: undefined };
  const found = await findIn(() => {}, sessionless);
  expect(found.map(({ kind, path }) => `${kind} ${path}`)).toEqual([`component-twice ${COMPONENT}`]);
});

test.each([
  ["a browser's transport without web", { auth: "anonymous" }, ["error"]],
  ["a ticket client's, which may offer no ALPN", { auth: "ticket" }, ["warning"]],
  ["with web", { auth: "anonymous", web: { paths: { "/": { type: "json" } } } }, []],
])("TLS on a universal transport: %s", async (_name, { auth, ...more }, expected) => {
  const findings = await findIn((node) => {
    const { transports } = node.workers[0];
    const endpoint = { type: "tcp", port: 8443, tls: { key: "k", certificate: "c" } };
    const websocket = { ws: { type: "websocket", auth: { [auth]: { ...ticket(node) } } } };
    transports.push({ type: "universal", endpoint, websocket, ...more } as never);
  });
  expect(findings.map(({ kind, level }) => `${level} ${kind}`)).toEqual(
    expected.map((level) => `${level} tls-without-web`),
  );
});
