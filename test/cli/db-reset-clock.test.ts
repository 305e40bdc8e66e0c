// db reset-clock on real databases: what was, what is, and when there is nothing to do.

import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../src/store/open-store.js";
import { copyGoldenDatabase } from "../support/golden-records.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { createFakeCli, NOW_NS } from "./fake-context.js";

afterAll(removeTempDirectories);

/** 2036-01-01T00:00:00Z: a machine whose clock was ten years ahead. */
const WRONG_NS = 2_082_758_400_000_000_000n;

async function withStore<T>(
  path: string,
  use: (store: Awaited<ReturnType<typeof openCookieStore>>) => Promise<T>,
): Promise<T> {
  const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30, sessions: { mode: "exclusive" } });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** A database that has seen the wrong time. */
async function makeDatabase(clockNs = WRONG_NS): Promise<string> {
  const path = join(makeTempDirectory(), "cookies");
  await initCookieStore(path);
  await withStore(path, ({ writer }) => writer.write((transaction) => transaction.raiseClock(clockNs)));
  return path;
}

const clockOf = (path: string): Promise<bigint> =>
  withStore(path, async ({ reader }) => (await reader.marks()).clockNs);

describe("db reset-clock", () => {
  test("sets the highest time seen back to now", async () => {
    const path = await makeDatabase();
    expect(await clockOf(path)).toBe(WRONG_NS);
    const { status, stdout, stderr } = await createFakeCli().run(["db", "reset-clock", path]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe(`${path}: was 2036-01-01T00:00:00.000Z, is 2026-01-01T00:00:00.000Z\n`);
    expect(await clockOf(path)).toBe(NOW_NS);
  });

  test("as JSON prints the times in ns", async () => {
    const path = await makeDatabase();
    const { stdout } = await createFakeCli().run(["db", "reset-clock", path, "--json"]);
    expect(JSON.parse(stdout)).toEqual({ path, before: String(WRONG_NS), after: String(NOW_NS) });
  });

  test("a time that is no date is printed as a number", async () => {
    const path = await makeDatabase(2n ** 64n - 1n);
    const { stdout } = await createFakeCli().run(["db", "reset-clock", path]);
    // 2^64 - 1 ns is in the year 2554, a date still.
    expect(stdout).toContain("was 2554-07-21T23:34:33.709Z");
  });

  test("has nothing to do where no session was ever made, and changes nothing", async () => {
    const empty = join(makeTempDirectory(), "cookies");
    await initCookieStore(empty);
    const { status, stdout } = await createFakeCli().run(["db", "reset-clock", empty]);
    expect(status).toBe(0);
    expect(stdout).toBe(`${empty} has seen no time: nothing to do\n`);
    const json = await createFakeCli().run(["db", "reset-clock", empty, "--json"]);
    expect(JSON.parse(json.stdout)).toEqual({ path: empty, before: null, after: null });
    expect(await clockOf(empty)).toBe(0n);
  });

  test("ends with 4 if there is no database, or one in a format that can't be written", async () => {
    const home = makeTempDirectory();
    const none = await createFakeCli().run(["db", "reset-clock", join(home, "none"), "--json"]);
    expect({ status: none.status, stdout: none.stdout }).toEqual({ status: 4, stdout: "" });
    expect(JSON.parse(none.stderr).error.code).toBe("ERR_STORE_NOT_FOUND");
    const newer = copyGoldenDatabase("db-1.0", join(home, "newer"));
    const refused = await createFakeCli().run(["db", "reset-clock", newer, "--json"]);
    expect(refused.status).toBe(4);
    expect(JSON.parse(refused.stderr).error.code).toBe("ERR_STORE_FORMAT");
  });

  test.each([[["db", "reset-clock"]], [["db", "reset-clock", "one", "two"]]])(
    "%j is wrong usage",
    async (args) => {
      expect((await createFakeCli().run(args)).status).toBe(2);
    },
  );
});
