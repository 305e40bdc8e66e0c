// Stores of either type by one door; and who has LMDB alone has nothing of the other, ioredis isn't even loaded.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import {
  openLastingTarget,
  openLastingTargetReader,
  openTargetReader,
  openTargetStore,
  type StoreFacts,
  type TargetEvents,
} from "../../src/store/open-store-target.js";
import type { StoreTarget } from "../../src/store/store-target.js";
import { cookieFields } from "../support/authenticator-cases.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { freePort } from "../support/crossbar-ports.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { serverMissing, startServer, stopServers } from "../support/valkey-server.js";
import { waitFor } from "../support/wait-for.js";

afterAll(stopServers);
afterAll(removeTempDirectories);

const valkeyTarget = (port: number): StoreTarget => ({
  type: "valkey",
  servers: [{ host: "127.0.0.1", port }],
  topology: { kind: "single" },
  prefix: "wca",
  timeoutMs: 500,
  nearCache: { maxCookies: 10, maxStaleMs: 1000 },
});

async function lmdbTarget(): Promise<StoreTarget> {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  return { type: "lmdb", path, maxSizeBytes: 2 ** 30, hashValues: false };
}

/** What was told, in order. */
function listen() {
  const told: string[] = [];
  const facts: StoreFacts[] = [];
  const events: TargetEvents = {
    onAvailable(info) {
      told.push("available");
      facts.push(info);
    },
    onUnavailable: ({ code }) => told.push(code),
    onWarning: () => told.push("warning"),
    onReplaced: () => told.push("replaced"),
  };
  return { told, facts, events };
}

/** Writes through `target`, and reads what is there through another opening. */
async function writeAndRead(target: StoreTarget): Promise<void> {
  const value = "v".repeat(24);
  const fields = cookieFields({ createdNs: BigInt(Date.now()) * 1_000_000n, value });
  const store = await openTargetStore(target);
  await store.writer.write((transaction) =>
    transaction.put({ ...fields, value: transaction.toStoredValue(value) }),
  );
  await store.close();
  const reader = await openTargetReader(target);
  expect((await reader.findByValue(value))?.oid).toBe(fields.oid);
  await reader.close();
  await expect((async () => reader.findByValue(value))()).rejects.toMatchObject({
    code: "ERR_STORE_CLOSED",
  });
}

describe("LMDB", () => {
  test("is written and read", async () => writeAndRead(await lmdbTarget()));

  test("lasts in a service", async () => {
    const { told, facts, events } = listen();
    const store = await openLastingTarget(await lmdbTarget(), { mode: "exclusive", events });
    await waitFor("the first event", () => told.length > 0);
    expect(facts).toMatchObject([{ engine: "lmdb-js", format: "0.9" }]);
    await store.close();
    const reader = await openLastingTargetReader(await lmdbTarget(), events);
    expect((await reader.info()).engine).toBe("lmdb-js");
    await reader.close();
  });
});

describeUnless(serverMissing(), "Valkey", () => {
  test("is written and read", async () => {
    const server = await startServer();
    await writeAndRead(valkeyTarget(server.port));
  });

  test("who opens it for reading is told how the server is set up", async () => {
    const server = await startServer();
    const warnings: string[] = [];
    const reader = await openTargetReader(valkeyTarget(server.port), (text) => warnings.push(text));
    expect(warnings).toEqual([expect.stringContaining("writes nothing to disk")]);
    await reader.close();
  });

  test("lasts in a service: a server that comes late is waited for, and named", async () => {
    const port = await freePort();
    const { told, facts, events } = listen();
    const store = await openLastingTarget(valkeyTarget(port), { mode: "exclusive", events });
    const reader = await openLastingTargetReader(valkeyTarget(port), listen().events);
    expect(told).toEqual([expect.stringMatching(/^ERR_STORE_(UNAVAILABLE|TIMEOUT)$/)]);
    await expect((async () => reader.findByValue("x"))()).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_STORE_(UNAVAILABLE|TIMEOUT)$/),
    });
    await startServer({ port });
    await waitFor("the server", () => facts.length > 0);
    expect(facts).toMatchObject([{ engine: expect.any(String), address: `127.0.0.1:${port}` }]);
    expect(facts[0]?.version).toMatch(/^\d+\.\d+/);
    await waitFor("its state of set-up", () => told.includes("warning"));
    await store.writer.write((transaction) => transaction.raiseClock(1n));
    expect((await reader.marks()).clockNs).toBe(1n);
    await reader.close();
    await store.close();
  });
});

/** Whether ioredis is loaded after these statements, in a process of its own. */
function isLoadedAfter(statements: string): boolean {
  const script = `
    import { createRequire } from "node:module";
    ${statements}
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    process.stdout.write(String(loaded.some((file) => file.includes("ioredis"))));`;
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const options = ["--import", "tsx", "--input-type=module", "--eval", script];
  return execFileSync(process.execPath, options, { encoding: "utf8", env }) === "true";
}

test("the executable, the service and the library load ioredis with the first Valkey, not before", () => {
  const imports = `
    for (const name of ["cli/real-context", "cli/program", "cli/start-service", "web/http"])
      await import("./src/" + name + ".ts");
    const index = await import("./src/index.ts");`;
  expect(isLoadedAfter(imports)).toBe(false);
  const open = `await index.openValkeyStore({
    servers: [{ host: "127.0.0.1", port: 1 }], topology: { kind: "single" }, prefix: "x", timeoutMs: 50,
  }).catch(() => {});`;
  expect(isLoadedAfter(`${imports} ${open}`)).toBe(true);
});
