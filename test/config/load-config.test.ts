// Loading: defaults, units, paths, secrets, warnings.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { DEFAULT_REPEAT_LIMIT } from "../../src/authenticator/create-authenticator.js";
import { DEFAULT_POLICY } from "../../src/authenticator/policy.js";
import { loadConfig } from "../../src/config/load-config.js";
import { loadStoreConfig } from "../../src/config/load-store-config.js";
import {
  content,
  load,
  loadError,
  problemLines,
  router,
  temporaryDirectory,
  writeConfig,
} from "./temporary-config.js";

const ticket = (secret: unknown) => router({ auth: { method: "ticket", authid: "a", secret } });

describe("a smallest configuration", () => {
  test("has the defaults of the policy, in ms where the file has seconds", async () => {
    const config = await load(content());
    expect(config.policy).toEqual(DEFAULT_POLICY);
    expect(config.cookieValueLength).toBe(24);
    expect(config.health).toBeUndefined();
    expect(config.metrics).toBeUndefined();
    expect(config.sessions).toBeUndefined();
    expect(config.log).toEqual({
      level: "info",
      format: "json",
      fingerprintKey: undefined,
      audit: false,
      repeatLimit: DEFAULT_REPEAT_LIMIT,
    });
    expect(config.store).toMatchObject({ readOnly: false, maxSizeBytes: 1_073_741_824, hashValues: false });
    expect(config.routers).toEqual([
      {
        name: "127.0.0.1:8081",
        url: "ws://127.0.0.1:8081",
        realm: "realm1",
        login: { method: "anonymous" },
        serializers: ["cbor", "json"],
        tls: {},
        procedure: "com.example.cookie.authenticate",
        invoke: "single",
        sessionRealms: [],
        pingIntervalMs: 10_000,
        pingTimeoutMs: 10_000,
        joinTimeoutMs: 10_000,
        reconnectMinMs: 1000,
        reconnectMaxMs: 30_000,
      },
    ]);
  });

  test("every key of the schema has a title for error texts and a description for editors", () => {
    const untitled: string[] = [];
    const walk = (schema: Record<string, unknown>, path: string): void => {
      for (const [key, value] of Object.entries(
        (schema.properties ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        if (value.const === undefined && value.title === undefined) untitled.push(`${path}${key}: title`);
        const described = value.description ?? String(value.$ref ?? "").match(/auth|authid/);
        if (described === undefined || described === null) untitled.push(`${path}${key}: description`);
        walk(value, `${path}${key}.`);
      }
      for (const [name, definition] of Object.entries((schema.$defs ?? {}) as Record<string, object>)) {
        walk(definition as Record<string, unknown>, `${name}: `);
      }
      for (const part of [schema.then, ...((schema.oneOf ?? []) as unknown[])]) {
        if (part !== undefined) walk(part as Record<string, unknown>, path);
      }
    };
    walk(JSON.parse(readFileSync("schema/config.schema.json", "utf8")), "");
    expect(untitled).toEqual([]);
  });
});

test("relative paths begin at the file, not at the working directory", async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "keys"));
  writeFileSync(join(directory, "keys", "ticket"), "from-the-file\r\n", { mode: 0o600 });
  for (const name of ["ca", "cert", "key"]) {
    writeFileSync(join(directory, "keys", name), `-----BEGIN ${name}-----\n`, { mode: 0o600 });
  }
  const tls = { ca: "keys/ca", cert: "keys/cert", key: join(directory, "keys", "key") };
  const file = writeConfig(
    content({
      routers: [{ ...ticket({ file: "keys/ticket" }), url: "wss://router.example.com", tls }],
      crossbarNode: "../crossbar/config.json",
    }),
    directory,
  );
  const { config, warnings } = await loadConfig(file, { env: {} });
  expect(config.file).toBe(file);
  expect(config.store).toMatchObject({ type: "lmdb", path: join(directory, "cookies") });
  expect(config.crossbarNode).toBe(join(directory, "..", "crossbar", "config.json"));
  expect(config.routers[0]?.login).toEqual({ method: "ticket", authid: "a", secret: "from-the-file" });
  expect(config.routers[0]?.tls.cert).toBe("-----BEGIN cert-----\n");
  expect(warnings).toEqual([]);
});

describe("secrets (R-57)", () => {
  test("come as text, from the environment and from files", async () => {
    const config = await load(
      content({ routers: [ticket({ env: "TICKET" })], log: { fingerprintKey: "plain" } }),
      { TICKET: "from-env" },
    );
    expect(config.routers[0]?.login).toMatchObject({ secret: "from-env" });
    expect(config.log.fingerprintKey).toBe("plain");
  });

  test("that are missing or empty are all named, by key and by source", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "empty"), "\n");
    const file = writeConfig(
      content({
        routers: [
          ticket({ env: "UNSET" }),
          { ...ticket({ env: "EMPTY" }), realm: "r2" },
          { ...ticket({ file: "empty" }), realm: "r3" },
          { ...ticket({ file: "absent" }), realm: "r4" },
        ],
      }),
      directory,
    );
    const error = await loadConfig(file, { env: { EMPTY: "" } }).catch((caught) => caught);
    expect(error.code).toBe("ERR_CONFIG_SECRET");
    expect(problemLines(error)).toEqual([
      "routers[0].auth.secret: the environment variable UNSET isn't set",
      "routers[1].auth.secret: the environment variable EMPTY is empty",
      `routers[2].auth.secret: the file ${join(directory, "empty")} is empty`,
      `routers[3].auth.secret: the file ${join(directory, "absent")} can't be read (ENOENT)`,
    ]);
  });

  test("that every user can read are warned of", async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "ticket"), "x");
    chmodSync(join(directory, "ticket"), 0o644);
    const file = writeConfig(
      content({ routers: [ticket({ file: "ticket" })], log: { fingerprintKey: "inline" } }),
      directory,
    );
    chmodSync(file, 0o604);
    const { warnings } = await loadConfig(file, { env: {} });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^routers\[0\]\.auth\.secret: every user of this machine can reach .*ticket: chmod o= /,
      ),
      expect.stringMatching(/^log\.fingerprintKey: every user of this machine can reach .*config\.json/),
    ]);
  });
});

test("what is allowed but unwise is warned of", async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "cookies"));
  chmodSync(join(directory, "cookies"), 0o755);
  const file = writeConfig(
    content({
      routers: [router({ url: "ws://router.example.com", allowPlaintext: true })],
      authenticator: { callerRoles: ["backend"], allowTrustedRole: true, origin: { allow: ["null"] } },
      health: { host: "0.0.0.0", port: 8090 },
      metrics: { host: "::", port: 8091 },
    }),
    directory,
  );
  const { warnings } = await loadConfig(file);
  expect(warnings.map((text) => text.split(": ")[0])).toEqual([
    "routers[0].url",
    "authenticator.origin.allow[0]",
    "authenticator.allowTrustedRole",
    "authenticator.callerRoles",
    "health.host",
    "metrics.host",
    "store.path",
  ]);
});

test("R-56 health and metrics are for this machine unless somebody means it", async () => {
  const { config, warnings } = await loadConfig(
    writeConfig(content({ health: { port: 8090 }, metrics: { port: 8090 }, log: { audit: true } })),
  );
  expect(config.health).toEqual({ host: "127.0.0.1", port: 8090 });
  expect(config.metrics).toEqual(config.health);
  expect(config.log.audit).toBe(true);
  expect(warnings).toEqual([]);
});

test("limits of failures and of log lines, each in part", async () => {
  const config = await load(
    content({
      authenticator: { failureLimit: { peer: { burst: 0 }, total: { perSecond: 0.5 } } },
      log: { repeatWindow: 0.5 },
    }),
  );
  expect(config.policy.failureLimit).toEqual({
    peer: { burst: 0, perSecond: 20 },
    total: { burst: 5000, perSecond: 0.5 },
  });
  expect(config.log.repeatLimit).toEqual({ limit: 20, windowMs: 500 });
});

test("origins are kept as browsers write them", async () => {
  const allow = ["HTTPS://App.Example.com:443", "http://*.example.com:8080"];
  const config = await load(content({ authenticator: { origin: { allow } } }));
  expect(config.policy.origin.allow).toEqual(["https://app.example.com", "http://*.example.com:8080"]);
});

test("routers on one host and port get names of their own", async () => {
  const config = await load(content({ routers: [router(), router({ realm: "realm2" })] }));
  expect(config.routers.map(({ name }) => name)).toEqual(["127.0.0.1:8081", "127.0.0.1:8081#2"]);
});

test("a PEM file that is none is named", async () => {
  const file = writeConfig("no PEM");
  const error = await loadError(content({ routers: [router({ url: "wss://x", tls: { ca: file } })] }));
  expect(problemLines(error)).toEqual([
    `routers[0].tls.ca: the file ${file} is no PEM: it has no -----BEGIN line`,
  ]);
});

test("the store's part loads without the secrets of the service", async () => {
  const file = writeConfig(content({ routers: [ticket({ env: "UNSET" })], cookie: { name: "sid" } }));
  expect(await loadStoreConfig(file)).toMatchObject({
    cookieName: "sid",
    cookieValueLength: 24,
    store: { readOnly: false },
  });
});
