// Every command on a store of type valkey, by its configuration file, on each server that this machine has.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openTargetReader, openTargetStore } from "../../src/store/open-store-target.js";
import { content, type Json, temporaryDirectory, writeConfig } from "../config/temporary-config.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { freePort } from "../support/crossbar-ports.js";
import {
  type FoundServer,
  findServers,
  serverMissing,
  startServer,
  stopServers,
  type ValkeyServer,
} from "../support/valkey-server.js";
import { type CliResult, createFakeCli } from "./fake-context.js";

const PASSWORD = "s3cret-of-the-store";
const JOE = ["--authid", "joe", "--authrole", "user", "--authrealm", "realm1"];

afterAll(stopServers);

/** A configuration on a server, with a prefix of its own. */
let prefixes = 0;
function configFor(port: number, store: Json = {}): string {
  prefixes += 1;
  return writeConfig(
    content({
      store: {
        type: "valkey",
        servers: [`127.0.0.1:${port}`],
        password: { env: "STORE_PASSWORD" },
        prefix: `t${prefixes}`,
        ...store,
      },
    }),
  );
}

function run(args: readonly string[], stdin?: string): Promise<CliResult> {
  const cli = createFakeCli({
    openCookieReader: openTargetReader,
    openCookieStore: openTargetStore,
    nowNs: () => BigInt(Date.now()) * 1_000_000n,
    makeCookieValue: (length) => `${process.hrtime.bigint()}`.padEnd(length, "v"),
    env: { STORE_PASSWORD: PASSWORD },
  });
  return cli.run(args, stdin === undefined ? {} : { stdin });
}

/** What a command that must succeed prints with --json: one value. */
async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await run([...args, "--json"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as Record<string, unknown>;
}

function suite({ name, binary, version }: FoundServer): void {
  describeUnless(serverMissing(), `commands on ${name} ${version}`, () => {
    let server: ValkeyServer;
    beforeAll(async () => {
      server = await startServer({ binary, args: ["--requirepass", PASSWORD] });
    });

    test("add, show, list, stats, remove", async () => {
      const config = configFor(server.port);
      const added = await json("cookies", "add", "--config", config, ...JOE);
      const shown = await json("cookies", "show", "--config", config, String(added.oid));
      expect(shown).toMatchObject({ oid: added.oid, authid: "joe" });
      const listed = await run(["cookies", "list", "--config", config, "--authid", "joe"]);
      expect(listed.stdout).toContain("joe");
      expect(await json("cookies", "stats", "--config", config)).toMatchObject({ records: 1 });
      expect(await json("cookies", "remove", "--config", config, "--oid", String(added.oid))).toEqual({
        removed: added.oid,
      });
      expect((await run(["cookies", "show", "--config", config, String(added.oid)])).status).toBe(3);
    });

    test("values are hashed: what add prints opens the cookie, what the store has doesn't", async () => {
      const config = configFor(server.port);
      const { value, oid } = await json("cookies", "add", "--config", config, ...JOE);
      const found = await run(["cookies", "show", "--config", config, "--value-file", "-"], String(value));
      expect(found.stdout).toContain(String(oid));
      const keys = await server.client({ password: PASSWORD }).keys("*");
      expect(keys.filter((key) => key.includes(String(value)))).toEqual([]);
    });

    test("revoke and purge, first as dry runs", async () => {
      const config = configFor(server.port);
      for (let n = 0; n < 3; n++) await json("cookies", "add", "--config", config, ...JOE);
      const all = ["--config", config, "--authid", "joe"];
      const dry = await run(["cookies", "revoke", ...all, "--dry-run", "--json"]);
      expect(dry.stdout.trim().split("\n")).toHaveLength(3);
      expect(await json("cookies", "revoke", ...all, "--yes")).toEqual({ revoked: 3 });
      expect(await json("cookies", "purge", "--config", config)).toEqual({ purged: 0 });
    });

    test("export into a file, import from it into another prefix", async () => {
      const [from, to] = [configFor(server.port), configFor(server.port)];
      await json("cookies", "add", "--config", from, ...JOE);
      const file = join(temporaryDirectory(), "cookies.jsonl");
      expect(
        (await run(["cookies", "export", "--config", from, "--with-values", "--out", file])).status,
      ).toBe(0);
      const report = await json("cookies", "import", file, "--config", to);
      expect(report).toMatchObject({ new: 1 });
      expect(await json("cookies", "stats", "--config", to)).toMatchObject({ records: 1 });
    });

    test("db info names the server and says what it should be set to", async () => {
      const config = configFor(server.port);
      await json("cookies", "add", "--config", config, ...JOE);
      const { status, stdout, stderr } = await run(["db", "info", "--config", config]);
      expect(status).toBe(0);
      expect(stdout).toContain(`server   127.0.0.1:${server.port}`);
      expect(stdout).toContain(`engine   ${name} ${version}`);
      expect(stderr).toMatch(/^warning: .*writes nothing to disk/);
      const info = await run(["db", "info", "--config", config, "--json"]);
      expect(JSON.parse(info.stdout)).toMatchObject({
        engine: name,
        serverVersion: version,
        address: `127.0.0.1:${server.port}`,
      });
    });

    test("db reset-clock sets the highest time seen back to now", async () => {
      const config = configFor(server.port);
      const empty = await run(["db", "reset-clock", "--config", config]);
      expect(empty.stdout).toContain("has seen no time: nothing to do");
      const wrongNs = 2_082_758_400_000_000_000n; // 2036
      const store = await openTargetStore(targetOf(server.port));
      try {
        await store.writer.write((transaction) => transaction.raiseClock(wrongNs));
        const { before, after } = await json("db", "reset-clock", "--config", config);
        expect(before).toBe(`${wrongNs}`);
        expect(BigInt(String(after))).toBeLessThan(wrongNs);
        const other = await openTargetReader(targetOf(server.port));
        expect((await other.marks()).clockNs).toBe(BigInt(String(after)));
        await other.close();
      } finally {
        await store.close();
      }
    });

    test("db verify finds what is wrong, --repair mends it, and says so", async () => {
      const config = configFor(server.port);
      const { oid } = await json("cookies", "add", "--config", config, ...JOE);
      const right = await run(["db", "verify", "--config", config]);
      expect({ ...right, stdout: "" }).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(right.stdout).toContain(`server   127.0.0.1:${server.port}, ${name} ${version}\n`);
      expect(right.stdout).toContain("1 records, 1 oids, 1 users");
      await server.client({ password: PASSWORD }).zrem(`{t${prefixes}}:i`, String(oid));
      const wrong = await run(["db", "verify", "--config", config, "--json"]);
      expect(wrong.status).toBe(1);
      expect(JSON.parse(wrong.stdout)).toMatchObject({ ok: false, keysStart: `{t${prefixes}}` });
      expect(wrong.stderr).toContain("`db verify --repair` makes the indexes and times to live anew");
      const mended = await run(["db", "verify", "--config", config, "--repair"]);
      expect({ ...mended, stdout: "" }).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(mended.stdout).toContain("repair   1 entries added, 0 removed");
      expect(await json("db", "verify", "--config", config, "--repair")).toMatchObject({
        ok: true,
        repair: null,
      });
    });

    test("a wrong password ends with the store's status, at once, and nothing of it is printed", async () => {
      const config = configFor(server.port, { password: "wr0ng", timeout: 1.5 });
      const { status, stderr } = await run(["cookies", "list", "--config", config]);
      expect(status).toBe(4);
      expect(stderr).toContain("code: ERR_STORE_ACCESS");
      expect(stderr).not.toContain("wr0ng");
    });
  });
}

/** The store of the last configuration. */
function targetOf(port: number) {
  return {
    type: "valkey",
    servers: [{ host: "127.0.0.1", port }],
    topology: { kind: "single" },
    login: { password: PASSWORD },
    prefix: `t${prefixes}`,
    timeoutMs: 1000,
  } as const;
}

describe("without a server", () => {
  test("a command ends with the store's status, within its time", async () => {
    const config = configFor(await freePort(), { timeout: 0.2 });
    const { status, stderr } = await run(["cookies", "list", "--config", config]);
    expect(status).toBe(4);
    expect(stderr).toMatch(/code: ERR_STORE_(UNAVAILABLE|TIMEOUT)/);
  });

  test("a missing password is the configuration's fault", async () => {
    const config = configFor(1, { password: { env: "ABSENT" } });
    const { status, stderr } = await run(["cookies", "list", "--config", config]);
    expect(status).toBe(2);
    expect(stderr).toContain("store.password: the environment variable ABSENT isn't set");
  });

  test("commands that write refuse a store that is read-only, and speak of no path", async () => {
    const { status, stderr } = await run([
      "cookies",
      "add",
      "--config",
      configFor(1, { readOnly: true }),
      ...JOE,
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain("store.readOnly is true");
    expect(stderr).not.toContain("path");
    const repair = await run(["db", "verify", "--repair", "--config", configFor(1, { readOnly: true })]);
    expect(repair.status).toBe(2);
    expect(repair.stderr).toContain("store.readOnly is true");
  });

  test("db info, verify and reset-clock take a path or a configuration, not both", async () => {
    for (const command of ["info", "verify", "reset-clock"]) {
      const { status, stderr } = await run(["db", command, "some/path", "--config", configFor(1)]);
      expect(status).toBe(2);
      expect(stderr).toContain("expected either PATH or --config FILE");
    }
  });

  test("check-config says the store as it was understood, without the password", async () => {
    const file = join(temporaryDirectory(), "password");
    writeFileSync(file, PASSWORD, { mode: 0o600 });
    const config = configFor(6380, {
      servers: ["127.0.0.1", "[::1]:26380"],
      password: { file },
      topology: "sentinel",
      sentinel: { name: "cookies" },
      tls: true,
      wait: {},
      nearCache: {},
      prefix: "shop",
    });
    const { stdout } = await run(["check-config", config]);
    expect(stdout).toBe(
      "store: Sentinels at 127.0.0.1:26379 [::1]:26380, group cookies, keys {shop}, TLS, waits for 1 replica, " +
        `near cache, at most 1 s behind\nok: ${config}\n`,
    );
  });
});

const servers = findServers();
if (servers.length === 0)
  describeUnless(serverMissing(), "commands on a server", () => test.todo("needs one"));
for (const server of servers) suite(server);
