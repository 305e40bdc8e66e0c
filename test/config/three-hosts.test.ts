// config/three-hosts works: ours and Crossbar's files fit together, and its Valkeys and Sentinels fail over, with TLS and users.

import { execFile } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Config } from "../../src/config/config.js";
import { loadConfig } from "../../src/config/load-config.js";
import { checkCrossbarNode } from "../../src/crossbar-node/check-crossbar-node.js";
import { loadCrossbarNode } from "../../src/crossbar-node/load-crossbar-node.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { aclRule, SENTINEL_ACL_RULE } from "../../src/store/valkey/acl-rule.js";
import { openValkeyStore } from "../../src/store/valkey/open-valkey-store.js";
import { makeFields } from "../store/conformance.js";
import { type Certificates, makeCertificates } from "../support/crossbar-certificates.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { freePorts } from "../support/crossbar-ports.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { serverMissing, startServer, stopServers, type ValkeyServer } from "../support/valkey-server.js";
import { waitFor } from "../support/wait-for.js";

const SOURCE = join("config", "three-hosts");
const CROSSBAR = resolve(".venv/bin/crossbar");
const ENV = {
  AUTHENTICATOR_SECRET: "x",
  BACKEND_SECRET: "y",
  VALKEY_PASSWORD: "change-me",
  FINGERPRINT_KEY: "0".repeat(32),
};

const read = (name: string): string => readFileSync(join(SOURCE, name), "utf8");

async function loadExample(): Promise<{ readonly config: Config; readonly warnings: readonly unknown[] }> {
  const directory = makeTempDirectory();
  cpSync(SOURCE, join(directory, "example"), { recursive: true });
  mkdirSync(join(directory, "example", "tls"));
  makeCertificates(join(directory, "example", "tls"));
  return loadConfig(join(directory, "example", "authenticator.json"), { env: ENV });
}

afterAll(async () => {
  await stopServers();
  removeTempDirectories();
});

test("it loads without warnings, and each host's Crossbar fits it", async () => {
  const { config, warnings } = await loadExample();
  expect(warnings).toEqual([]);
  expect(config.routers).toHaveLength(3);
  const { node } = await loadCrossbarNode(join(SOURCE, "node.json"));
  expect(checkCrossbarNode(node, config, { nodeDirectory: "/node" })).toEqual([]);
});

const describeWithCrossbar = existsSync(CROSSBAR) ? describe : describe.skip;

describeWithCrossbar("`crossbar check` (skipped without .venv/bin/crossbar)", () => {
  test("accepts the node", async () => {
    const directory = makeTempDirectory();
    copyFileSync(join(SOURCE, "node.json"), join(directory, "config.json"));
    const options = { env: { ...process.env, ...ENV } };
    const { stdout, stderr } = await promisify(execFile)(CROSSBAR, ["check", "--cbdir", directory], options);
    expect(stdout + stderr).toContain("Ok, node configuration looks good!");
  }, 60_000);
});

test("the servers' users have the rights that the component needs, and no more", () => {
  expect(read("users.acl")).toContain(`user wca on >change-me ${aclRule("wca")}\n`);
  expect(read("users.acl")).toContain(
    `user wca-admin on >change-me-admin ${aclRule("wca", "administrator")}\n`,
  );
  expect(read("sentinel-users.acl")).toContain(`user wca on >change-me ${SENTINEL_ACL_RULE}\n`);
});

test("the guide has every secret of the files, and every place that it is in", () => {
  const guide = readFileSync(join("docs", "guides", "several-routers-and-instances.md"), "utf8");
  const rows = guide.split("\n").filter((line) => line.startsWith("| "));
  for (const file of readdirSync(SOURCE)) {
    const named = read(file).match(/\bchange-me[a-z-]*|(?<="env": ")\w+|(?<=\$\{)\w+/g) ?? [];
    const isIn = (name: string) => (row: string) =>
      row.includes(`\`${name}\``) && row.includes(`\`${file}\``);
    expect(named.filter((name) => !rows.some(isIn(name)))).toEqual([]);
  }
});

describeUnless(serverMissing(), "its Valkeys and Sentinels on loopback", () => {
  let certificates: Certificates;
  let servers: ValkeyServer[] = [];
  let sentinels: ValkeyServer[] = [];
  let store: CookieStore;

  /** Lines of a file of the example, with this machine's names and paths. */
  function linesOf(file: string, port: number, primaryPort: number): string[] {
    const text = read(file)
      .replace(/host-a\.example\.com 6379/g, `localhost ${primaryPort}`)
      .replace(/host-a\.example\.com/g, "localhost")
      .replace("/etc/valkey/tls/ca.pem", certificates.ca.certFile)
      .replace("/etc/valkey/tls/server.pem", certificates.server.certFile)
      .replace("/etc/valkey/tls/server.key", certificates.server.keyFile)
      .replace(/\/etc\/valkey\/(\S+\.acl)/, (_, name) => resolve(SOURCE, name))
      .replace(/^dir .*$/m, "")
      // The tests' only changes: ports, since all are one host, and how long a failover may take.
      .replace(/^tls-port .*$/m, `tls-port ${port}`)
      .replace(/down-after-milliseconds cookies \d+/, "down-after-milliseconds cookies 1000");
    return text.split("\n");
  }

  beforeAll(async () => {
    certificates = makeCertificates(makeTempDirectory());
    const ports = await freePorts(6);
    const [primaryPort = 0] = ports;
    const startOne = (at: number): Promise<ValkeyServer> => {
      const port = ports[at] ?? 0;
      const lines = linesOf("valkey.conf", port, primaryPort);
      const follows = at === 0 ? [] : [`replicaof localhost ${primaryPort}`];
      const args = ["--appendonly", "yes"];
      return startServer({ isTls: true, port, configuration: [...lines, ...follows], args });
    };
    servers = [await startOne(0), ...(await Promise.all([startOne(1), startOne(2)]))];
    sentinels = await Promise.all(
      ports.slice(3).map((port) => {
        const configuration = linesOf("sentinel.conf", port, primaryPort);
        return startServer({ isTls: true, isSentinel: true, port, configuration });
      }),
    );
    store = await waitFor("a store that takes writes", open, 40_000);
  }, 90_000);

  afterAll(() => store?.close());

  /** As the example has it, but for addresses; once a write is taken, so that all replicas are there. */
  async function open(): Promise<CookieStore | undefined> {
    const { config } = await loadExample();
    if (config.store.type !== "valkey") throw new Error("the example isn't on Valkey");
    const { type: _, topology, ...options } = config.store;
    if (topology.kind !== "sentinel") throw new Error("the example has no Sentinels");
    const tls = { ca: certificates.ca.cert };
    const addresses = sentinels.map(({ port }) => ({ host: "localhost", port }));
    const opened = await openValkeyStore({
      ...options,
      servers: addresses,
      topology: { ...topology, tls },
      tls,
    }).catch(() => undefined);
    try {
      await opened?.writer.write((on) => on.raiseClock(1n));
      return opened;
    } catch {
      await opened?.close();
      return undefined;
    }
  }

  test("a login that was acknowledged is there after the primary's end", async () => {
    const fields = makeFields();
    await store.writer.write((on) => on.put({ ...fields, value: on.toStoredValue(fields.value) }));
    expect((await store.reader.findByValue(fields.value))?.oid).toBe(fields.oid);
    await servers[0]?.kill();
    // A denial is an answer: only faults may be tried again.
    const find = async () => ({ oid: (await store.reader.findByValue(fields.value))?.oid });
    const found = await waitFor("the new primary", () => find().catch(() => undefined), 30_000);
    expect(found).toEqual({ oid: fields.oid });
    const next = makeFields();
    await waitFor("the next login", () =>
      store.writer
        .write((on) => on.put({ ...next, value: on.toStoredValue(next.value) }))
        .then(
          () => true,
          () => undefined,
        ),
    );
  }, 90_000);
});
