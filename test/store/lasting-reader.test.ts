// The reader of a running service: a database that comes late, goes, comes back, is made anew, or kills its reader.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { CookieReader } from "../../src/store/cookie-reader.js";
import { type LastingReaderEvents, openLastingReader } from "../../src/store/lasting-reader.js";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../src/store/open-store.js";
import { readGoldenCookies } from "../support/golden-cookies.js";
import { copyGoldenDatabase } from "../support/golden-records.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";
import { makeFields } from "./conformance.js";

afterAll(removeTempDirectories);

const value = readGoldenCookies("db-0.9")[0]?.value ?? "";

/** Opens `path` and writes down what happens to it. */
async function open(path: string): Promise<{ reader: CookieReader; seen: string[] }> {
  const seen: string[] = [];
  const events: LastingReaderEvents = {
    onAvailable: ({ format, engine }) => seen.push(`available ${format} ${engine}`),
    onUnavailable: ({ code }) => seen.push(`unavailable ${code}`),
    onReplaced: ({ code }) => seen.push(`replaced ${code}`),
  };
  return { reader: await openLastingReader({ path, events, checkEveryMs: 10 }), seen };
}

/** The cookie's oid, or the code of the error. */
function look(reader: CookieReader, of = value): string {
  try {
    return (reader.findByValue(of) as { oid: string } | undefined)?.oid ?? "none";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const isUuid = /^[0-9a-f-]{36}$/;

describe.each([
  ["db-0.9", "0.9 lmdb-js"],
  ["db-1.0", "1.0 lmdb-reader"],
] as const)("%s", (golden, engine) => {
  test("is waited for if it isn't there yet, and taken up when it is", async () => {
    const path = join(makeTempDirectory(), "cookies");
    const { reader, seen } = await open(path);
    expect(seen).toEqual(["unavailable ERR_STORE_NOT_FOUND"]);
    expect(look(reader)).toBe("ERR_STORE_NOT_FOUND");
    copyGoldenDatabase(golden, path);
    await waitFor("the database to be taken up", () => seen.includes(`available ${engine}`));
    expect(look(reader)).toMatch(isUuid);
    await reader.close();
  });

  test("is missed when it is removed, and found again when it comes back", async () => {
    const path = copyGoldenDatabase(golden, join(makeTempDirectory(), "cookies"));
    const { reader, seen } = await open(path);
    expect(look(reader)).toMatch(isUuid);
    renameSync(path, `${path}-away`);
    await waitFor("it to be missed", () => seen.includes("unavailable ERR_STORE_NOT_FOUND"));
    expect(look(reader)).toBe("ERR_STORE_NOT_FOUND");
    renameSync(`${path}-away`, path);
    await waitFor("it to be found again", () => seen.at(-1) === `available ${engine}`);
    expect(look(reader)).toMatch(isUuid);
    await reader.close();
  });
});

test.each(["db-0.9", "db-1.0"] as const)(
  "%s: a directory that can't be entered any more, and then can again",
  async (golden) => {
    const home = makeTempDirectory();
    const path = copyGoldenDatabase(golden, join(home, "cookies"));
    const { reader, seen } = await open(path);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.("nobody"); // root may enter everything
    try {
      // It belongs to root with mode 0700, or, where we are somebody, its mode is taken away.
      if (!isRoot) chmodSync(home, 0o000);
      await waitFor("the loss to be noticed", () => seen.includes("unavailable ERR_STORE_NOT_FOUND"));
      expect(look(reader)).toBe("ERR_STORE_NOT_FOUND");
    } finally {
      if (isRoot) process.seteuid?.(0);
      else chmodSync(home, 0o700);
    }
    await waitFor("it to be found again", () => seen.at(-1)?.startsWith("available"));
    expect(look(reader)).toMatch(isUuid);
    await reader.close();
  },
);

test("readers that were killed with -9 leave a lock file and reader slots that bother nobody", async () => {
  const path = copyGoldenDatabase("db-0.9", join(makeTempDirectory(), "cookies"));
  const script = join(packageRoot(), "test", "support", "native-reader-process.ts");
  const victims = Array.from({ length: 2 }, () =>
    spawn(process.execPath, ["--import", "tsx", script, path, "--stay", value], { cwd: packageRoot() }),
  );
  for (const victim of victims) {
    await once(victim.stdout, "data");
    victim.kill("SIGKILL");
    await once(victim, "exit");
  }
  const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
  const fields = makeFields();
  await store.writer.write((transaction) => transaction.put(fields));
  expect((await store.reader.findByValue(fields.value))?.oid).toBe(fields.oid);
  await store.close();
});

test("a native database made anew under us: look-ups fail, and the process is told to end", async () => {
  const path = copyGoldenDatabase("db-0.9", join(makeTempDirectory(), "cookies"));
  const { reader, seen } = await open(path);
  expect(look(reader)).toMatch(isUuid);
  // As Crossbar's purge_on_startup: removed, and made anew in format 1.0.
  rmSync(path, { recursive: true });
  copyGoldenDatabase("db-1.0", path);
  await waitFor("the replacement to be noticed", () => seen.includes("replaced ERR_STORE_REPLACED"));
  expect(look(reader)).toBe("ERR_STORE_REPLACED");
  await reader.close();
});

test("a 1.0 database made anew under us is simply read on, in whatever format", async () => {
  const path = copyGoldenDatabase("db-1.0", join(makeTempDirectory(), "cookies"));
  const { reader, seen } = await open(path);
  expect(look(reader)).toMatch(isUuid);
  const other = join(makeTempDirectory(), "other");
  await initCookieStore(other);
  const store = await openCookieStore({ path: other, maxSizeBytes: 2 ** 30 });
  const fields = makeFields();
  await store.writer.write((transaction) => transaction.put(fields));
  await store.close();
  renameSync(join(other, "data.mdb"), join(path, "data.mdb"));
  await waitFor("the new database to be read", () => look(reader, fields.value) === fields.oid);
  expect(look(reader)).toBe("none");
  expect(seen).not.toContain("replaced ERR_STORE_REPLACED");
  await reader.close();
});

test.each([
  ["no LMDB file", "ERR_STORE_NOT_LMDB", Buffer.from("#!/bin/sh\n".repeat(1000))],
  [
    "a truncated one",
    "ERR_STORE_TRUNCATED",
    readFileSync(join(packageRoot(), "test/golden/db-0.9/data.mdb")).subarray(0, 20_480),
  ],
])("%s is an error at the start", async (_, code, data) => {
  const path = join(makeTempDirectory(), "cookies");
  mkdirSync(path);
  writeFileSync(join(path, "data.mdb"), data);
  await expect(open(path)).rejects.toMatchObject({ code });
});

describe("a damaged database that kills the native engine", () => {
  function start(path: string, ...values: string[]) {
    const script = join(packageRoot(), "test", "support", "native-reader-process.ts");
    return spawnSync(process.execPath, ["--import", "tsx", script, path, ...values], {
      cwd: packageRoot(),
      encoding: "utf8",
    });
  }

  /** A record that claims to go on far past the end of the file: whoever maps the file and copies it, dies. */
  async function makeDeadly(): Promise<{ path: string; deadly: string; good: string }> {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
    const [good, deadly] = [makeFields(), makeFields()];
    await store.writer.write((transaction) => [transaction.put(good), transaction.put(deadly)]);
    await store.close();
    const file = join(path, "data.mdb");
    const data = readFileSync(file);
    // The node: data size in 4 bytes, flags, key size 18, the table's slot, the oid.
    const oid = Buffer.from(deadly.oid.replaceAll("-", ""), "hex");
    let patched = 0;
    for (let at = data.indexOf(oid); at !== -1; at = data.indexOf(oid, at + 1)) {
      if (data.readUInt16LE(at - 6) !== 0 || data.readUInt16LE(at - 4) !== 18) continue;
      data.writeUInt32LE(50_000_000, at - 10);
      patched += 1;
    }
    expect(patched).toBeGreaterThan(0);
    writeFileSync(file, data);
    return { path, deadly: deadly.value, good: good.value };
  }

  test("after three deaths it is read by our own reader, which refuses the damaged record and finds the others", async () => {
    const { path, deadly, good } = await makeDeadly();
    for (let death = 1; death <= 3; death += 1) {
      const { signal, status, stdout } = start(path, good, deadly);
      expect({ stdout, died: signal !== null || status !== 0 }).toEqual({ stdout: "", died: true });
      expect(readdirSync(path).filter((name) => name.endsWith(".opening"))).toHaveLength(death);
    }
    const { status, stdout, stderr } = start(path, good, deadly);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { events, answers } = JSON.parse(stdout) as { events: string[]; answers: string[] };
    expect(events).toEqual(["available lmdb-reader 3"]);
    expect(answers[0]).toMatch(isUuid);
    expect(answers[1]).toMatch(/^ERR_STORE_(DAMAGED|TRUNCATED)$/);
  }, 60_000);

  test("an open that fails with an error isn't a death, and a database in 1.0 format is never marked", async () => {
    const path = join(makeTempDirectory(), "cookies");
    await initCookieStore(path);
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
    // This process has it open already: the native engine refuses.
    await expect(open(path)).rejects.toMatchObject({ code: "ERR_STORE_OPEN_TWICE" });
    expect(readdirSync(path).sort()).toEqual(["data.mdb", "lock.mdb"]);
    await store.close();

    const other = copyGoldenDatabase("db-1.0", join(makeTempDirectory(), "cookies"));
    const { reader } = await open(other);
    expect(readdirSync(other)).toEqual(["data.mdb"]);
    await reader.close();
  });

  test("an orderly end leaves no mark", async () => {
    const path = copyGoldenDatabase("db-0.9", join(makeTempDirectory(), "cookies"));
    expect(start(path, value).status).toBe(0);
    expect(readdirSync(path).filter((name) => name.endsWith(".opening"))).toEqual([]);
  });
});
