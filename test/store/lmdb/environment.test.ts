// The traps of npm lmdb 3.5.6, each met: see src/store/lmdb/environment.ts.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, describe, expect, test } from "@jest/globals";
import { loadEngine, packageRoot } from "../../../src/store/lmdb/engine.js";
import { LmdbEnvironment } from "../../../src/store/lmdb/environment.js";
import { initCookieStore } from "../../../src/store/lmdb/init-store.js";
import { makeTempDirectory, removeTempDirectories } from "../../support/temp-directory.js";

afterAll(removeTempDirectories);

async function openEnvironment(maxSizeBytes = 2 ** 30): Promise<LmdbEnvironment> {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  return LmdbEnvironment.open({ path, writable: true, maxSizeBytes });
}

/** A read on a snapshot of its own. */
const get = (environment: LmdbEnvironment, at: Buffer): Buffer | undefined =>
  environment.read((reads) => reads.get(at));
const key = (text: string): Buffer => Buffer.from(text);

test("the engine is LMDB 0.9 with data version 1, and not the prebuilt one", () => {
  const { version } = loadEngine() as unknown as { version: { versionString: string } };
  expect(version.versionString).toMatch(/^LMDB 0\.9\.(?!9\d)/);
});

describe("writes", () => {
  test("a buffer that is used again after the put isn't stored with its new bytes", async () => {
    const environment = await openEnvironment();
    const buffer = Buffer.from("first");
    await environment.write((transaction) => {
      transaction.put(key("a"), buffer);
      buffer.write("again");
      transaction.put(key("b"), buffer);
      buffer.fill(0);
    });
    expect(get(environment, key("a"))?.toString()).toBe("first");
    expect(get(environment, key("b"))?.toString()).toBe("again");
    await environment.close();
  });

  test("keys over 511 bytes are refused, though lmdb-js takes 1978", async () => {
    const environment = await openEnvironment();
    await environment.write((transaction) => transaction.put(Buffer.alloc(511, 1), key("x")));
    await expect(
      environment.write((transaction) => transaction.put(Buffer.alloc(512, 1), key("x"))),
    ).rejects.toMatchObject({ code: "ERR_STORE_KEY" });
    await environment.close();
  });

  test("a get in between doesn't see another caller's uncommitted puts", async () => {
    const environment = await openEnvironment();
    const seen: (string | undefined)[] = [];
    const write = environment.write((transaction) => transaction.put(key("k"), key("v")));
    for (let i = 0; i < 3; i += 1) {
      seen.push(get(environment, key("k"))?.toString());
      await Promise.resolve();
    }
    await write;
    expect(seen).toEqual([undefined, undefined, undefined]);
    await environment.close();
  });

  test("what a write resolved with is seen by the next read", async () => {
    const environment = await openEnvironment();
    for (let i = 0; i < 50; i += 1) {
      get(environment, key("k"));
      await environment.write((transaction) => transaction.put(key("k"), key(String(i))));
      expect(get(environment, key("k"))?.toString()).toBe(String(i));
    }
    await environment.close();
  });

  test("many at once share commits and are all stored", async () => {
    const environment = await openEnvironment();
    await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        environment.write((transaction) => transaction.put(key(`k${i}`), key("v"))),
      ),
    );
    expect(environment.figures().entries).toBe(502);
    await environment.close();
  });

  test("closing waits for the writes under way", async () => {
    const environment = await openEnvironment();
    const write = environment.write((transaction) => transaction.put(key("k"), key("v")));
    await environment.close();
    await expect(write).resolves.toBeUndefined();
  });
});

describe("reads", () => {
  test("what was read stays, whatever is read next", async () => {
    const environment = await openEnvironment();
    await environment.write((transaction) => {
      transaction.put(key("a"), Buffer.alloc(300, 1));
      transaction.put(key("b"), Buffer.alloc(100_000, 2));
    });
    const a = get(environment, key("a"));
    const b = get(environment, key("b"));
    get(environment, key("a"));
    environment.read((reads) => reads.range(Buffer.from([0]), Buffer.from([255]), 100));
    expect(a?.equals(Buffer.alloc(300, 1))).toBe(true);
    expect(b?.equals(Buffer.alloc(100_000, 2))).toBe(true);
    await environment.close();
  });

  test("a commit of another process is seen in the next turn of the event loop, without waiting for a timer", async () => {
    const environment = await openEnvironment();
    expect(get(environment, key("foreign"))).toBeUndefined();
    const script = `
      const lmdb = require("lmdb");
      const db = lmdb.open({ path: process.argv[1], noSubdir: false, keyEncoding: "binary", encoding: "binary",
        overlappingSync: false, maxReaders: 126, mapSize: 2 ** 30 });
      db.putSync(Buffer.from("foreign"), Buffer.from("here"));`;
    const native = join(packageRoot(), "native");
    const child = spawnSync(process.execPath, ["-e", script, environment.path], {
      cwd: native,
      encoding: "utf8",
    });
    expect(child.stderr).toBe("");
    await nextTurn();
    expect(get(environment, key("foreign"))?.toString()).toBe("here");
    await environment.close();
  });
});

describe("the limit of our writes", () => {
  const MAX = 2 ** 20;

  async function fill(environment: LmdbEnvironment): Promise<number> {
    for (let stored = 0; ; stored += 1) {
      try {
        await environment.write((transaction) => transaction.put(key(`k${stored}`), Buffer.alloc(3000, 7)));
      } catch (error) {
        expect(error).toMatchObject({ code: "ERR_STORE_FULL", hint: expect.stringContaining("maxSize") });
        return stored;
      }
    }
  }

  test("they stop with a coded error before the file passes it, and what was stored stays", async () => {
    const environment = await openEnvironment(MAX);
    const stored = await fill(environment);
    expect(stored).toBeGreaterThan(100);
    expect(environment.figures().usedBytes).toBeLessThanOrEqual(MAX);
    expect(get(environment, key(`k${stored - 1}`))).toHaveLength(3000);
    await environment.close();
  });

  test("a full store goes on working after something was removed", async () => {
    const environment = await openEnvironment(MAX);
    const stored = await fill(environment);
    for (let i = 0; i < stored; i += 2)
      await environment.write((transaction) => transaction.delete(key(`k${i}`)));
    for (let i = 0; i < stored / 4; i += 1) {
      await environment.write((transaction) => transaction.put(key(`n${i}`), Buffer.alloc(3000, 8)));
    }
    expect(environment.figures().usedBytes).toBeLessThanOrEqual(MAX);
    await environment.close();
  });

  test("a large transaction that fits is let through", async () => {
    const environment = await openEnvironment(2 ** 25);
    await environment.write((transaction) => {
      for (let i = 0; i < 20_000; i += 1)
        transaction.put(key(`k${(i * 7919) % 20_000}`), Buffer.alloc(300, 7));
    });
    expect(environment.figures().entries).toBe(20_002);
    await environment.write((transaction) => {
      for (let i = 0; i < 20_000; i += 1) transaction.delete(key(`k${i}`));
    });
    expect(environment.figures().usedBytes).toBeLessThanOrEqual(2 ** 25);
    await environment.close();
  });

  test("a write that is too large doesn't stop the next one", async () => {
    const environment = await openEnvironment(MAX);
    for (let i = 0; i < 3; i += 1) {
      const write = environment.write((transaction) => transaction.put(key("large"), Buffer.alloc(MAX)));
      await expect(write).rejects.toMatchObject({ code: "ERR_STORE_FULL" });
      await environment.write((transaction) => transaction.put(key(`small${i}`), key("x")));
    }
    await environment.close();
  });

  test("many writes of one commit are counted together", async () => {
    const environment = await openEnvironment(MAX);
    const results = await Promise.allSettled(
      Array.from({ length: 2000 }, (_, i) =>
        environment.write((transaction) => transaction.put(key(`k${i}`), Buffer.alloc(3000, 7))),
      ),
    );
    expect(results.some(({ status }) => status === "rejected")).toBe(true);
    expect(environment.figures().usedBytes).toBeLessThanOrEqual(MAX);
    await environment.close();
  });
});

test("a process can open hundreds of databases: maps of 1 TiB once used its address space up", () => {
  // In a process of its own: it keeps three descriptors for each.
  const script = `
    import { join } from "node:path";
    const { initCookieStore } = await import(process.argv[1]);
    for (let i = 0; i < 150; i += 1) await initCookieStore(join(process.argv[2], String(i)));`;
  const store = join(packageRoot(), "dist", "index.js");
  const options = ["--input-type=module", "-e", script, store, makeTempDirectory()];
  const child = spawnSync(process.execPath, options, { encoding: "utf8" });
  expect(child.stderr).toBe("");
  expect(child.status).toBe(0);
}, 60_000);

test("a limit on address space is named in the error", async () => {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const executable = join(packageRoot(), "bin", "wamp-cookie-authenticator.js");
  const child = spawnSync(
    "sh",
    [
      "-c",
      'ulimit -v 100000000 && exec "$0" "$1" cookies add --db "$2" --authid a --authrole b --authrealm c',
      process.execPath,
      executable,
      path,
    ],
    { encoding: "utf8" },
  );
  expect(child.status).toBe(4);
  expect(child.stderr).toContain("ulimit -v");
});
