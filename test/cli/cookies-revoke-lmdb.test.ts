// cookies list, revoke and purge on real databases, as processes: Ctrl-C, and databases that only Crossbar has used.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { CookieFields } from "../../src/record/cookie.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieReader, openCookieStore } from "../../src/store/open-store.js";
import { verifyStore } from "../../src/store/verify/verify-store.js";
import { makeFields } from "../store/conformance.js";
import { cfxdbMissing, startCfxdb } from "../support/cfxdb.js";
import { startCli } from "../support/cli-process.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";

const SECOND = 1_000_000_000n;

afterAll(removeTempDirectories);

/** A database with so many cookies; with `sessions` as a component with sessions leaves it. */
async function makeDatabase(
  count: number,
  options: { readonly sessions?: true; readonly fields?: Partial<CookieFields> } = {},
): Promise<string> {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  const sessions = options.sessions === true ? { sessions: { mode: "exclusive" as const } } : {};
  const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, ...sessions });
  const createdNs = BigInt(Date.now()) * 1_000_000n;
  for (let done = 0; done < count; done += 500) {
    await store.writer.write((transaction) => {
      for (let n = done; n < Math.min(count, done + 500); n += 1)
        transaction.put(makeFields({ createdNs, ...options.fields }));
    });
  }
  await store.close();
  return path;
}

async function countRecords(path: string): Promise<number> {
  const { ok, keys } = await verifyStore(path);
  expect(ok).toBe(true);
  return keys.records;
}

describe.each([
  ["that only Crossbar has used", undefined],
  ["with sessions", true],
] as const)("a database %s", (_, sessions) => {
  const withSessions = sessions === true ? { sessions } : {};

  test("SIGINT ends revoke between two transactions, with 130; the next run does the rest", async () => {
    const path = await makeDatabase(4000, withSessions);
    const first = startCli("cookies", "revoke", "--db", path, "--authid", "joe", "--yes");
    const reader = await openCookieReader({ path });
    const initial = await reader.version();
    await waitFor("the first batch", async () => (await reader.version()) !== initial);
    await reader.close();
    first.kill("SIGINT");
    expect(await first.ended).toBe(130);
    const [, told = ""] = /interrupted: revoked (\d+) sessions/.exec(first.stderr()) ?? [];
    const left = await countRecords(path);
    expect(left).toBeGreaterThan(0);
    expect(left).toBe(4000 - Number(told));
    const second = startCli("cookies", "revoke", "--db", path, "--authid", "joe", "--yes", "--json");
    expect(await second.ended).toBe(0);
    expect(second.stdout()).toBe(`{"revoked":${left}}\n`);
    expect(await countRecords(path)).toBe(0);
  });

  test("purge deletes what has expired, and its tables stay as they are", async () => {
    const path = await makeDatabase(100, { ...withSessions, fields: { createdNs: SECOND } });
    const before = await openCookieReader({ path });
    const { tables } = await before.info();
    await before.close();
    const purge = startCli("cookies", "purge", "--db", path);
    expect(await purge.ended).toBe(0);
    expect(purge.stdout()).toBe("purged 100 records\n");
    const after = await openCookieReader({ path });
    expect((await after.info()).tables).toEqual(tables);
    await after.close();
    expect(await countRecords(path)).toBe(0);
  });
});

test("show tells of the indexes of a database with sessions", async () => {
  const path = await makeDatabase(1, {
    sessions: true,
    fields: { oid: "11111111-1111-4111-8111-111111111111" },
  });
  const show = startCli("cookies", "show", "--db", path, "11111111-1111-4111-8111-111111111111");
  expect(await show.ended).toBe(0);
  expect(show.stdout()).toMatch(/^\(index\) +by value: right; by user: right$/m);
});

test("a listing into a pipe is whole, and ends quietly when nobody reads on", async () => {
  const path = await makeDatabase(20_000);
  const command = `"${process.execPath}" --import tsx src/cli/main.ts cookies list --db "${path}"`;
  const { NODE_OPTIONS: _jest, ...env } = process.env;
  const all = spawnSync("bash", ["-c", `${command} --json | wc -l`], { encoding: "utf8", env });
  expect({ stdout: all.stdout.trim(), stderr: all.stderr }).toEqual({ stdout: "20000", stderr: "" });
  const head = spawnSync("bash", ["-c", `${command} | head -1; echo "\${PIPESTATUS[0]}"`], {
    encoding: "utf8",
    env,
  });
  expect(head.stderr).toBe("");
  expect(head.stdout).toMatch(/^OID .*\n0\n$/);
});

const missing = cfxdbMissing();
(missing === undefined ? test : test.skip)(
  `a database in LMDB 1.0 format is listed, shown and dry-run; revoke says how to convert it${missing ?? ""}`,
  async () => {
    const path = join(makeTempDirectory(), "cookies");
    const cfxdb = await startCfxdb();
    const database = await cfxdb.open(path, { format: "1.0" });
    const fields = makeFields();
    await database.put(fields);
    await cfxdb.stop();
    const { oid } = fields;
    const list = startCli("cookies", "list", "--db", path, "--csv");
    expect(await list.ended).toBe(0);
    expect(list.stdout()).toContain(oid);
    const show = startCli("cookies", "show", "--db", path, oid);
    expect(await show.ended).toBe(0);
    const dry = startCli("cookies", "revoke", "--db", path, "--oid", oid, "--dry-run");
    expect(await dry.ended).toBe(0);
    expect(dry.stderr()).toContain("would revoke 1 session");
    const revoke = startCli("cookies", "revoke", "--db", path, "--oid", oid, "--yes");
    expect(await revoke.ended).toBe(4);
    expect(revoke.stderr()).toContain("db convert");
  },
);
