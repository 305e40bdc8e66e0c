// `store` with type valkey: defaults, units, what goes together, what is said of a slip, and no secret in anything said.

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.js";
import { loadStoreConfig } from "../../src/config/load-store-config.js";
import { loadWebConfig } from "../../src/config/load-web-config.js";
import { parseServerAddress } from "../../src/config/server-address.js";
import {
  content,
  type Json,
  load,
  loadError,
  problemLines,
  router,
  temporaryDirectory,
  writeConfig,
} from "./temporary-config.js";

const withStore = (store: Json = {}, changes: Json = {}): Json =>
  content({ store: { type: "valkey", servers: ["127.0.0.1"], ...store }, ...changes });

const SESSIONS = { prefix: "com.example.session." };

describe("store on Valkey", () => {
  test("has defaults, in ms where the file has seconds", async () => {
    const { store } = await load(withStore());
    expect(store).toEqual({
      type: "valkey",
      servers: [{ host: "127.0.0.1", port: 6379 }],
      topology: { kind: "single" },
      login: undefined,
      tls: undefined,
      allowPlaintext: false,
      prefix: "wca",
      timeoutMs: 1000,
      readOnly: false,
      hashValues: true,
      wait: undefined,
      nearCache: undefined,
    });
  });

  test("redis is another name for the same", async () => {
    expect((await load(withStore({ type: "redis" }))).store).toEqual((await load(withStore())).store);
  });

  test("takes every key", async () => {
    const directory = temporaryDirectory();
    for (const name of ["ca", "cert", "key"])
      writeFileSync(join(directory, name), `-----BEGIN ${name}-----\n`, { mode: 0o600 });
    const file = writeConfig(
      withStore({
        servers: ["sentinel-1", "sentinel-2:26380", "[::1]"],
        topology: "sentinel",
        sentinel: { name: "cookies", username: "s", password: { env: "SENTINEL" }, tls: true },
        username: "wca",
        password: { env: "PASSWORD" },
        tls: { ca: "ca", cert: "cert", key: "key", servername: "valkey.example" },
        prefix: "shop-1",
        timeout: 1.5,
        readOnly: true,
        hashValues: false,
        wait: {},
        nearCache: { maxStale: 0.25 },
      }),
      directory,
    );
    const { config, warnings } = await loadConfig(file, { env: { SENTINEL: "a", PASSWORD: "b" } });
    expect(warnings).toEqual([]);
    expect(config.store).toEqual({
      type: "valkey",
      servers: [
        { host: "sentinel-1", port: 26379 },
        { host: "sentinel-2", port: 26380 },
        { host: "::1", port: 26379 },
      ],
      topology: {
        kind: "sentinel",
        name: "cookies",
        login: { username: "s", password: "a" },
        tls: {},
      },
      login: { username: "wca", password: "b" },
      tls: {
        ca: "-----BEGIN ca-----\n",
        cert: "-----BEGIN cert-----\n",
        key: "-----BEGIN key-----\n",
        servername: "valkey.example",
      },
      allowPlaintext: false,
      prefix: "shop-1",
      timeoutMs: 1500,
      readOnly: true,
      hashValues: false,
      wait: { replicas: 1, timeoutMs: 500 },
      nearCache: { maxCookies: 100_000, maxStaleMs: 250 },
    });
  });

  test("sessions are exclusive, since no Crossbar can write there", async () => {
    expect((await load(withStore({}, { sessions: SESSIONS }))).sessions?.mode).toBe("exclusive");
    expect((await load(content({ sessions: SESSIONS }))).sessions?.mode).toBe("shared");
    const file = writeConfig(withStore({}, { sessions: SESSIONS }));
    expect((await loadStoreConfig(file)).sessionMode).toBe("exclusive");
    expect((await loadWebConfig(file)).sessions.mode).toBe("exclusive");
  });
});

const PLAIN = "plain TCP to another machine sends the password and all records in clear";
const PLAIN_SENTINEL =
  "plain TCP to a Sentinel on another machine lets anybody on the way name another primary";

const CASES: readonly (readonly [name: string, config: Json, lines: readonly string[]])[] = [
  [
    "another type",
    content({ store: { type: "mysql", servers: 1 } }),
    ['store.type: expected one of "lmdb", "valkey", "redis"'],
  ],
  [
    "no type, and keys of a server",
    content({ store: { servers: ["127.0.0.1"], password: "hunter2" } }),
    [
      "store.path: is missing: expected the path of a directory",
      'store.servers: is a key of type "valkey", and store.type is "lmdb": set store.type, or drop it',
      'store.password: is a key of type "valkey", and store.type is "lmdb": set store.type, or drop it',
    ],
  ],
  [
    "keys of a database",
    withStore({ type: "redis", path: "cookies", maxSize: 1 }),
    [
      'store.path: is a key of type "lmdb", and store.type is "redis": set store.type, or drop it',
      'store.maxSize: is a key of type "lmdb", and store.type is "redis": set store.type, or drop it',
    ],
  ],
  [
    "a near miss of a key",
    withStore({ user_name: "joe" }),
    ["store.user_name: unknown key: did you mean username?"],
  ],
  [
    "no servers",
    content({ store: { type: "valkey" } }),
    ["store.servers: is missing: expected a list of servers, each at most once"],
  ],
  [
    "a URL",
    withStore({ servers: ["redis://:hunter2@127.0.0.1:6379/3"] }),
    [
      "store.servers[0]: expected host:port, without a scheme in front and without a password or a database in it",
    ],
  ],
  [
    "IPv6 without brackets",
    withStore({ servers: ["::1"] }),
    ["store.servers[0]: expected host:port, with IPv6 in brackets: [::1]:6379"],
  ],
  [
    "several servers of which none is said to be a node or a Sentinel",
    withStore({ servers: ["127.0.0.1:1", "127.0.0.1:2"] }),
    [
      'store.servers: has several servers, and topology "single" is one: set store.topology to "cluster" or "sentinel"',
    ],
  ],
  [
    "Sentinels without the name of the group",
    withStore({ topology: "sentinel" }),
    [
      'store.sentinel: is missing, since topology is "sentinel": expected an object with the name of the group',
    ],
  ],
  [
    "a group without Sentinels",
    withStore({ topology: "cluster", sentinel: { name: "x" } }),
    ['store.sentinel: has no use with topology "cluster": set store.topology to "sentinel", or drop it'],
  ],
  [
    "plain TCP on the network (R-46)",
    withStore({ servers: ["127.0.0.1", "valkey.example"], topology: "cluster" }),
    [`store.servers[1]: ${PLAIN}: add store.tls, or set store.allowPlaintext`],
  ],
  [
    "plain TCP to Sentinels (R-46)",
    withStore({ servers: ["10.0.0.1"], topology: "sentinel", sentinel: { name: "x" }, tls: true }),
    [`store.servers[0]: ${PLAIN_SENTINEL}: add store.sentinel.tls, or set store.allowPlaintext`],
  ],
  [
    "TLS that is off in so many words",
    withStore({ tls: false }),
    ["store.tls: expected true, or an object with ca, cert, key and servername"],
  ],
  [
    "a certificate without key",
    withStore({ tls: { cert: "c.pem" } }),
    ["store.tls.key: is missing, since cert is there: expected the path of a PEM file"],
  ],
  [
    "a prefix that would leave the braces",
    withStore({ prefix: "a}b" }),
    ["store.prefix: expected 1 to 32 of A-Z, a-z, 0-9, _, - and ."],
  ],
  [
    "a time that the deadline cuts off",
    withStore({}, { authenticator: { deadline: 1 } }),
    ["store.timeout: is 1 s, which isn't below the 1 s of authenticator.deadline: lower it, or raise that"],
  ],
  [
    "a wait longer than the operation",
    withStore({ timeout: 0.4, wait: { replicas: 2 } }),
    ["store.wait.timeout: is 0.5 s, which isn't below the 0.4 s of store.timeout: lower it, or raise that"],
  ],
  [
    "sessions that Crossbar shares",
    withStore({}, { sessions: { ...SESSIONS, mode: "shared" } }),
    [
      'sessions.mode: is "shared", and no Crossbar writes to a store of type "valkey": set it to "exclusive", or drop it',
    ],
  ],
  [
    "sessions that may not write",
    withStore({ readOnly: true }, { sessions: SESSIONS }),
    ["sessions: needs to write: set store.readOnly to false, or drop it"],
  ],
];

describe("a wrong store is named by its key", () => {
  test.each(CASES)("%s", async (_name, config, lines) => {
    const error = await loadError(config);
    expect(error.code).toBe("ERR_CONFIG_INVALID");
    expect(problemLines(error).toSorted()).toEqual(lines.toSorted());
    expect(JSON.stringify(error.details) + error.message).not.toContain("hunter2");
  });

  test("for commands and for the web door too", async () => {
    const file = writeConfig(withStore({ servers: ["valkey.example"] }, { sessions: SESSIONS }));
    const expected = { code: "ERR_CONFIG_INVALID", message: expect.stringContaining(PLAIN) };
    await expect(loadStoreConfig(file)).rejects.toMatchObject(expected);
    await expect(loadWebConfig(file)).rejects.toMatchObject(expected);
  });
});

test("plain TCP that is allowed is a warning for each link", async () => {
  const file = writeConfig(
    withStore({
      servers: ["127.0.0.1:26379", "10.0.0.1"],
      topology: "sentinel",
      sentinel: { name: "x" },
      allowPlaintext: true,
    }),
  );
  const { config, warnings } = await loadConfig(file);
  expect(config.store).toMatchObject({ allowPlaintext: true });
  expect(warnings).toEqual([`store.servers[1]: ${PLAIN}`, `store.servers[1]: ${PLAIN_SENTINEL}`]);
});

describe("the store's secrets (R-57)", () => {
  test("are needed by commands and the web door, which need no other", async () => {
    const auth = { method: "ticket", authid: "component", secret: { env: "OF_THE_COMPONENT" } };
    const file = writeConfig(
      withStore({ password: { env: "OF_THE_STORE" } }, { routers: [router({ auth })], sessions: SESSIONS }),
    );
    const env = { OF_THE_STORE: "s3cret" };
    expect((await loadStoreConfig(file, { env })).store).toMatchObject({ login: { password: "s3cret" } });
    expect((await loadWebConfig(file, { env })).store).toMatchObject({ login: { password: "s3cret" } });
    const missing = {
      code: "ERR_CONFIG_SECRET",
      message: expect.stringContaining("store.password: the environment variable OF_THE_STORE isn't set"),
    };
    await expect(loadStoreConfig(file, { env: {} })).rejects.toMatchObject(missing);
    await expect(loadWebConfig(file, { env: {} })).rejects.toMatchObject(missing);
    await expect(loadConfig(file, { env: { OF_THE_COMPONENT: "x" } })).rejects.toMatchObject(missing);
  });

  test("in a file that everybody can read are a warning", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "keys"));
    writeFileSync(join(directory, "keys", "password"), "hunter2\n");
    chmodSync(join(directory, "keys", "password"), 0o644);
    const { config, warnings } = await loadConfig(
      writeConfig(withStore({ password: { file: "keys/password" } }), directory),
    );
    expect(config.store).toMatchObject({ login: { username: undefined, password: "hunter2" } });
    expect(warnings).toEqual([
      `store.password: every user of this machine can reach ${join(directory, "keys", "password")}: chmod o= ${join(directory, "keys", "password")}`,
    ]);
  });

  test("as text in a configuration that everybody can read are one too", async () => {
    const file = writeConfig(withStore({ password: "hunter2" }));
    chmodSync(file, 0o644);
    const { warnings } = await loadConfig(file);
    expect(warnings).toEqual([
      `store.password: every user of this machine can reach ${file}: chmod o= ${file}`,
    ]);
  });

  test("a PEM file that isn't there is named", async () => {
    const lines = problemLines(await loadError(withStore({ tls: { ca: "/absent/ca.pem" } })));
    expect(lines).toEqual(["store.tls.ca: the file /absent/ca.pem can't be read (ENOENT)"]);
  });
});

test.each<[string, { host: string; port: number } | undefined]>([
  ["localhost", { host: "localhost", port: 7 }],
  ["valkey-1.example.com:6380", { host: "valkey-1.example.com", port: 6380 }],
  ["10.0.0.1:1", { host: "10.0.0.1", port: 1 }],
  ["[2001:db8::1]:65535", { host: "2001:db8::1", port: 65_535 }],
  ["[::1]", { host: "::1", port: 7 }],
  ["", undefined],
  ["host:", undefined],
  ["host:0", undefined],
  ["host:65536", undefined],
  ["host:6379/0", undefined],
  ["joe@host", undefined],
  [":6379", undefined],
  ["[::1", undefined],
  ["[1:2]", undefined],
  ["a b", undefined],
  ["host\n", undefined],
])("the address %j is %j", (text, address) => {
  expect(parseServerAddress(text, 7)).toEqual(address);
});
