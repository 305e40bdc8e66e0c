// cookies stats: every count, the bars within 80 columns, and plain text where that is asked for.

import { describe, expect, test } from "@jest/globals";
import type { TextOutput } from "../../src/cli/cli-context.js";
import { createFakeCli, type FakeCli, NOW_NS } from "./fake-context.js";

const DAY_NS = 86_400_000_000_000n;
const STATS = ["cookies", "stats", "--db", "/db"];

async function scene(changes?: Parameters<typeof createFakeCli>[0]): Promise<FakeCli> {
  const cli = createFakeCli(changes);
  let n = 0;
  await cli.store.writer.write((transaction) => {
    const put = (ageNs: bigint, fields: object): void => {
      n += 1;
      const oid = `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
      transaction.put({ oid, createdNs: NOW_NS - ageNs, value: `s3cret-${n}`, ...fields });
    };
    const joe = { authid: "joe", authrole: "user", authrealm: "realm1", authmethod: "ticket" };
    for (let i = 0; i < 5; i += 1) put(0n, { ...joe, maxAgeSeconds: 3600 });
    put(DAY_NS * 2n, { ...joe, authrole: "admin", authmethod: "wampcra" });
    put(DAY_NS * 400n, {
      ...joe,
      authrealm: "\u001b[2Jrealm of a very long name indeed",
      maxAgeSeconds: 86_400 * 500,
    });
    put(DAY_NS * 2n, { ...joe, maxAgeSeconds: 60 });
    put(0n, { maxAgeSeconds: 60 });
    put(-DAY_NS, joe);
  });
  return cli;
}

function terminal(): TextOutput & { text: string } {
  const output = {
    text: "",
    write: (text: string) => {
      output.text += text;
      return true;
    },
    once: () => {},
    off: () => {},
    writable: true,
    isTTY: true,
  };
  return output;
}

describe("cookies stats", () => {
  test("counts as JSON", async () => {
    const { status, stdout } = await (await scene()).run([...STATS, "--json"]);
    expect(status).toBe(0);
    const { age, expiry, ...counts } = JSON.parse(stdout);
    expect(counts).toEqual({
      records: 10,
      states: { valid: 7, expired: 1, idle: 0, "from-future": 1, unauthenticated: 1, damaged: 0 },
      byRealm: {
        counts: [
          { name: "realm1", count: 6 },
          { name: "\u001b[2Jrealm of a very long name indeed", count: 1 },
        ],
        others: 0,
      },
      byRole: {
        counts: [
          { name: "user", count: 6 },
          { name: "admin", count: 1 },
        ],
        others: 0,
      },
      byAuthmethod: {
        counts: [
          { name: "ticket", count: 6 },
          { name: "wampcra", count: 1 },
        ],
        others: 0,
      },
      neverExpire: 1,
      clockBehindSeconds: 0,
    });
    const bars = (histogram: { underSeconds: number | null; count: number }[]) =>
      histogram.filter(({ count }) => count > 0).map(({ underSeconds, count }) => [underSeconds, count]);
    expect(bars(age)).toEqual([
      [3600, 7],
      [604_800, 2],
      [null, 1],
    ]);
    expect(bars(expiry)).toEqual([
      [21_600, 5],
      [31_536_000, 1],
    ]);
  });

  test("draws them in ASCII for a pipe, within 80 columns, without a client's control characters", async () => {
    const { stdout } = await (await scene()).run(STATS);
    expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBe(80);
    expect(stdout).toContain(`By state\n  valid                             7 ${"#".repeat(42)}\n`);
    expect(stdout).toContain(`  expired                           1 ${"#".repeat(6)}\n`);
    expect(stdout).toContain("  \\u{1b}[2Jrealm of a ver~          1 ");
    expect(stdout).toContain("  never                             1 ");
    expect(stdout).not.toContain("s3cret");
  });

  test.each([
    [{}, true],
    [{ NO_COLOR: "1" }, false],
    [{ TERM: "dumb" }, false],
  ])("on a terminal, with %j in the environment, blocks are %s", async (env, withBlocks) => {
    const stdout = terminal();
    await (await scene({ stdout, env })).run(STATS);
    expect(stdout.text.includes("█")).toBe(withBlocks);
    expect(stdout.text.includes("#")).toBe(!withBlocks);
    expect(Math.max(...stdout.text.split("\n").map((line) => line.length))).toBe(80);
  });

  test("an empty database, and Ctrl-C", async () => {
    expect(await createFakeCli().run(STATS)).toEqual({ status: 0, stdout: "0 records\n", stderr: "" });
    const onInterrupt = (listener: () => void): (() => void) => {
      listener();
      return () => {};
    };
    expect(await (await scene({ onInterrupt })).run(STATS)).toMatchObject({ status: 130, stdout: "" });
  });

  test("says that the clock here is behind", async () => {
    const cli = await scene();
    await cli.store.writer.write((transaction) => transaction.raiseClock(NOW_NS + 10n * 1_000_000_000n));
    const { stdout } = await cli.run(STATS);
    expect(stdout).toContain("The clock here is 10 s behind the database's (db reset-clock).\n");
  });
});
