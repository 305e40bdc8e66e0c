// What a new configuration changes at once, and what waits for a restart: by the keys of the file.

import { describe, expect, test } from "@jest/globals";
import type { Config } from "../../src/config/config.js";
import { loadConfig } from "../../src/config/load-config.js";
import { toConfigChange } from "../../src/service/config-change.js";
import { content, type Json, router, temporaryDirectory, writeConfig } from "../config/temporary-config.js";

/** All in one directory: a relative path is another one elsewhere. */
const directory = temporaryDirectory();

async function load(changes: Json): Promise<Config> {
  return (await loadConfig(writeConfig(content(changes), directory), { env: {} })).config;
}

/** The change from the smallest configuration with `before` to that with `after`. */
async function change(before: Json, after: Json) {
  return toConfigChange(await load(before), await load(after));
}

const SESSIONS = { mode: "exclusive", prefix: "com.example.session.", roles: {} };

describe("toConfigChange", () => {
  test("the same again is no change", async () => {
    expect(await change({ sessions: SESSIONS }, { sessions: SESSIONS })).toMatchObject({
      changed: [],
      waiting: [],
    });
  });

  test.each<[string, Json, string[]]>([
    ["roles", { authenticator: { allowedRoles: ["user"] } }, ["authenticator.allowedRoles"]],
    ["the deadline", { authenticator: { deadline: 1 } }, ["authenticator.deadline"]],
    ["the cookie's name", { cookie: { name: "sid" } }, ["cookie.name"]],
    ["a lifetime", { authenticator: { maxLifetime: 60 } }, ["authenticator.maxLifetime"]],
    ["the log", { log: { level: "warn", repeatLimit: 3 } }, ["log.level", "log.repeatLimit"]],
    ["origins", { authenticator: { origin: { allow: ["https://a.example"] } } }, ["authenticator.origin"]],
    [
      "routers",
      { routers: [router({ invoke: "roundrobin" }), router({ url: "ws://127.0.0.1:9999" })] },
      ["routers (127.0.0.1:8081)", "routers (127.0.0.1:9999)"],
    ],
  ])("%s take effect", async (_what, after, changed) => {
    const found = await change({}, after);
    expect(found).toMatchObject({ changed, waiting: [] });
    expect(found.config).toMatchObject({ policy: (await load(after)).policy });
  });

  test("rules of sessions take effect", async () => {
    const after = { ...SESSIONS, roles: { backend: ["login"] }, purgeInterval: 5 };
    const found = await change({ sessions: SESSIONS }, { sessions: after });
    expect(found).toMatchObject({ changed: ["sessions.roles", "sessions.purgeInterval"], waiting: [] });
    expect(found.config.sessions).toMatchObject({ purgeIntervalMs: 5000 });
  });

  test.each<[string, Json]>([
    ["store.path", { store: { path: "others" } }],
    ["store.maxSize", { store: { path: "cookies", maxSize: 104_857_600 } }],
    ["health", { health: { port: 8090 } }],
    ["metrics", { metrics: { port: 9090 } }],
    ["log.format", { log: { format: "pretty" } }],
    ["sessions.mode", { sessions: { ...SESSIONS, mode: "shared" } }],
    ["sessions.prefix", { sessions: { ...SESSIONS, prefix: "com.example.other." } }],
    ["sessions.authorizer", { sessions: { ...SESSIONS, authorizer: { permissions: [] } } }],
  ])("%s waits, and keeps its value", async (key, after) => {
    const before = await load({ sessions: SESSIONS });
    const found = toConfigChange(before, await load({ sessions: SESSIONS, ...after }));
    expect(found).toMatchObject({ changed: [], waiting: [key] });
    expect(found.config).toEqual(before);
  });

  const VALKEY = { type: "valkey", servers: ["127.0.0.1"], password: "hunter1" };

  test.each<[string, Json, string[]]>([
    ["the type", { path: "cookies" }, ["store.type"]],
    ["a password", { ...VALKEY, password: "hunter2" }, ["store.password"]],
    [
      "all of a server",
      {
        ...VALKEY,
        servers: ["127.0.0.2"],
        topology: "sentinel",
        sentinel: { name: "cookies" },
        username: "wca",
        prefix: "other",
        timeout: 0.5,
        hashValues: false,
        tls: true,
        wait: { timeout: 0.2 },
        nearCache: {},
      },
      [
        ..."servers topology sentinel username prefix timeout hashValues tls wait nearCache"
          .split(" ")
          .map((key) => `store.${key}`),
      ],
    ],
  ])("%s of a store on Valkey waits, named by its keys alone", async (_what, after, keys) => {
    const before = await load({ store: VALKEY });
    const found = toConfigChange(before, await load({ store: after }));
    expect(found.changed).toEqual([]);
    expect([...found.waiting].sort()).toEqual(keys.sort());
    expect(found.config).toEqual(before);
    expect(JSON.stringify(found.waiting)).not.toContain("hunter");
  });

  test("sessions added or removed: nothing of the file takes effect", async () => {
    const before = await load({});
    const next = await load({ sessions: SESSIONS, authenticator: { allowedRoles: ["user"] } });
    expect(toConfigChange(before, next)).toEqual({ changed: [], waiting: ["sessions"], config: before });
    expect(toConfigChange(next, before)).toEqual({ changed: [], waiting: ["sessions"], config: next });
  });

  test("a new secret is named by its router, never shown", async () => {
    const auth = { method: "ticket", authid: "us" };
    const [before, after] = ["old-s3cret", "new-s3cret"].map((secret) => ({
      routers: [router({ auth: { ...auth, secret } })],
    }));
    const { changed } = await change(before ?? {}, after ?? {});
    expect(changed).toEqual(["routers (127.0.0.1:8081)"]);
  });
});
