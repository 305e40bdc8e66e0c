// Every command on a store of type valkey, by its configuration file, on each server that this machine has.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openTargetReader, openTargetStore } from "../../src/store/open-store-target.js";
import { aclRule } from "../../src/store/valkey/acl-rule.js";
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
import { waitFor } from "../support/wait-for.js";
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
      const config = configFor(server.port, { nearCache: {} });
      const empty = await run(["db", "reset-clock", "--config", config]);
      expect(empty.stdout).toBe(
        `127.0.0.1:${server.port}, keys {t${prefixes}} has seen no time: nothing to do\n`,
      );
      const wrongNs = 2_082_758_400_000_000_000n; // 2036
      const store = await openTargetStore(targetOf(server.port));
      try {
        await store.writer.write((transaction) => transaction.raiseClock(BigInt(Date.now()) * 1_000_000n));
        // A commit that is so far ahead of the server is refused: the server's own clock was wrong.
        const client = server.client({ password: PASSWORD });
        await client.hset(`{t${prefixes}}:m`, "clock", String(wrongNs).padStart(20, "0"));
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

    test("a damaged record: verify finds it, revoke names it, remove takes it and all that leads to it", async () => {
      const config = configFor(server.port);
      const start = `{t${prefixes}}`;
      const { oid } = await json("cookies", "add", "--config", config, ...JOE);
      const { oid: other } = await json("cookies", "add", "--config", config, ...JOE);
      const client = server.client({ password: PASSWORD });
      const stored = await client.get(`${start}:o:${oid}`);
      await client.set(`${start}:c:${stored}`, "garbage", "KEEPTTL");
      const found = await run(["db", "verify", "--config", config]);
      expect(found.status).toBe(1);
      expect(found.stderr).toContain("`cookies remove --oid OID` removes a record");
      const one = await run(["cookies", "revoke", "--config", config, "--oid", String(oid), "--yes"]);
      expect(one.status).toBe(3);
      expect(one.stderr).toContain("`cookies remove --oid OID` removes what isn't readable");
      const all = await run(["cookies", "revoke", "--config", config, "--all", "--yes"]);
      expect(all).toMatchObject({ status: 0, stdout: "revoked 1 session\n" });
      expect(all.stderr).toContain(`warning: 1 record that can't be read is left: ${oid}\n`);
      expect(all.stderr).not.toContain(String(other));
      expect(await json("cookies", "remove", "--config", config, "--oid", String(oid))).toEqual({
        removed: oid,
      });
      expect(await client.keys(`${start}:[couax]*`)).toEqual([]);
      expect(await json("db", "verify", "--config", config)).toMatchObject({ ok: true, findings: [] });
      const again = await run(["cookies", "remove", "--config", config, "--oid", String(oid)]);
      expect(again.status).toBe(3);
    });

    test("cookies show finds the user's index right, and missing where it is", async () => {
      const config = configFor(server.port);
      const { oid } = await json("cookies", "add", "--config", config, ...JOE);
      const right = await json("cookies", "show", "--config", config, String(oid));
      expect(right.indexes).toMatchObject({ authid: "right" });
      const client = server.client({ password: PASSWORD });
      await client.del(...(await client.keys(`{t${prefixes}}:a:*`)));
      const wrong = await json("cookies", "show", "--config", config, String(oid));
      expect(wrong.indexes).toMatchObject({ authid: "missing (`db verify --repair` mends it)" });
    });

    test("a cookie that too few replicas have is printed, and then the error", async () => {
      const config = configFor(server.port, { wait: { replicas: 1, timeout: 0.05 } });
      const { status, stdout, stderr } = await run(["cookies", "add", "--config", config, ...JOE, "--json"]);
      expect(status).toBe(1);
      expect(stderr).toContain("ERR_STORE_REPLICAS");
      const { oid, value } = JSON.parse(stdout) as Record<string, string>;
      const found = await run(["cookies", "show", "--config", config, "--value-file", "-", "--json"], value);
      expect(JSON.parse(found.stdout)).toMatchObject({ oid });
      const info = await run(["db", "info", "--config", config]);
      expect(info.stderr).toContain("has 0 replicas, and store.wait asks for 1");
    });

    test("a cookie that the server refused for want of replicas isn't printed", async () => {
      const config = configFor(server.port);
      const client = server.client({ password: PASSWORD });
      await client.config("SET", "min-replicas-to-write", "1");
      try {
        const { status, stdout, stderr } = await run(["cookies", "add", "--config", config, ...JOE]);
        expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
        expect(stderr).toContain("ERR_STORE_REPLICAS");
        const info = await run(["db", "info", "--config", config]);
        expect(info.stderr).toContain("has no good replica for its min-replicas-to-write");
      } finally {
        await client.config("SET", "min-replicas-to-write", "0");
      }
    });

    test("db info: a replica, full memory, what the user may not ask, values in clear", async () => {
      await server.client({ password: PASSWORD }).config("SET", "repl-diskless-sync-delay", "0");
      const replica = await startServer({
        binary,
        args: [
          "--replicaof",
          "127.0.0.1",
          `${server.port}`,
          "--masterauth",
          PASSWORD,
          "--requirepass",
          PASSWORD,
        ],
      });
      const config = configFor(server.port, { hashValues: false });
      await json("cookies", "add", "--config", config, ...JOE);
      const prefix = `t${prefixes}`;
      const onReplica = configFor(replica.port, { prefix });
      await waitFor(
        "the replica to have the store",
        async () => (await replica.client({ password: PASSWORD }).exists(`{${prefix}}:m`)) === 1,
      );
      const info = await run(["db", "info", "--config", onReplica]);
      expect(info.stdout).toContain("role     replica, 0 replicas connected\n");
      expect(info.stdout).toContain("cookies  1\nvalues   stored as clients send them, not hashed\n");
      expect(info.stdout).not.toContain("keys ");
      expect(info.stderr).toContain("is a replica and refuses writes: name the primary");
      const figures = await run(["db", "info", "--config", onReplica, "--json"]);
      expect(JSON.parse(figures.stdout)).toMatchObject({ role: "replica", writable: false, cookies: 1 });
      const primary = JSON.parse((await run(["db", "info", "--config", config, "--json"])).stdout);
      expect(primary).toMatchObject({ role: "primary", writable: true, areValuesHashed: false });
      expect(Object.keys(primary)).not.toEqual(expect.arrayContaining(["tables"]));
      await replica.stop();
      const client = server.client({ password: PASSWORD });
      await client.config("SET", "maxmemory", "1000000");
      await client.call("ACL", "SETUSER", "shop", "on", `>${PASSWORD}`, ...aclRule(prefix).split(" "));
      try {
        const full = await run([
          "db",
          "info",
          "--config",
          configFor(server.port, { prefix, username: "shop" }),
        ]);
        expect(full.stderr).toContain("is full: writes fail");
        expect(full.stdout).toContain("on disk  persistence not known: the user may not ask (+config|get)\n");
      } finally {
        await client.config("SET", "maxmemory", "0");
      }
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

  test("db backup says that it is LMDB's", async () => {
    const config = configFor(1);
    const named = await run(["db", "backup", "--config", config, "copy"]);
    expect(named.status).toBe(2);
    expect(named.stderr).toMatch(/copies a database of LMDB[\s\S]*BGSAVE: docs\/valkey.md/);
    const asPath = await run(["db", "backup", config, "copy"]);
    expect(asPath.status).toBe(2);
    expect(asPath.stderr).toMatch(/is a file[\s\S]*after --config[\s\S]*BGSAVE/);
  });

  test("check-config says values that aren't hashed", async () => {
    const { stdout } = await run(["check-config", configFor(1, { hashValues: false })]);
    expect(stdout).toContain("values as clients send them, not hashed\n");
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
