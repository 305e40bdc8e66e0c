// cookies compare: what it says, and its exit statuses.

import { describe, expect, test } from "@jest/globals";
import { crossbarLine } from "../store/cookie-file/open-text.js";
import { exported, oidOf, type StoreRecord, storeOf } from "../store/cookie-file/stores.js";
import { createFakeCli, type FakeCli } from "./fake-context.js";

const COMPARE = ["cookies", "compare", "--db", "/db", "-"];
const record = (n: number, changes: Partial<StoreRecord> = {}): StoreRecord => ({
  oid: oidOf(n),
  value: `s3cret-${n}`,
  createdNs: 5n,
  authid: "joe",
  ...changes,
});
const fileOf = async (...records: StoreRecord[]): Promise<string> => exported(await storeOf(records));

async function cliWith(...records: StoreRecord[]): Promise<FakeCli> {
  const store = await storeOf(records);
  return createFakeCli({ openCookieReader: async () => ({ ...store.reader, close: async () => {} }) });
}

describe("cookies compare", () => {
  test("all the same: 0", async () => {
    const use = { lastUsedNs: 7n };
    const cli = await cliWith(record(1), record(2, { use }));
    const stdin = await fileOf(record(1), record(2), record(3, { createdNs: 0n, maxAgeSeconds: 1 }));
    expect(await cli.run(COMPARE, { stdin })).toEqual({
      status: 0,
      stdout:
        "same       2, 1 of them used since the export\ndiffering  0\nmissing    0\nextra      0\n" +
        "expired    1, in the file alone: nobody gets in with them\n",
      stderr: "",
    });
  });

  test("what differs is named by its oid, and the status is 1", async () => {
    const cli = await cliWith(record(1, { authrole: "user" }), record(4));
    const more = Array.from({ length: 7 }, (_, n) => record(10 + n));
    const stdin = await fileOf(record(1, { authrole: "admin" }), ...more);
    expect(await cli.run(COMPARE, { stdin })).toEqual({
      status: 1,
      stdout: [
        "same       0",
        "differing  1",
        `  ${oidOf(1)} (line 2): authrole`,
        "missing    7, in the file alone",
        ...[10, 11, 12, 13, 14].map((n, at) => `  ${oidOf(n)} (line ${3 + at})`),
        "  and 2 more",
        "extra      1, in the database alone",
        `  ${oidOf(4)}`,
        "",
      ].join("\n"),
      stderr:
        "error: the database isn't what the file says: 1 differing, 7 missing, 1 extra\n" +
        "hint: export again, while nobody changes cookies; `cookies import --exact` makes the database so\n" +
        "code: ERR_COOKIE_CONFLICT\n",
    });
    const json = await cli.run([...COMPARE, "--json"], { stdin });
    expect(JSON.parse(json.stdout)).toMatchObject({ isSame: false, extra: { count: 1 }, isComplete: true });
    expect(json.status).toBe(1);
    expect(json.stdout + json.stderr).not.toContain("s3cret");
  });

  test("a clock that is behind, and a file that isn't complete, are said", async () => {
    const cli = await cliWith(record(1));
    const clockNs = 7n;
    const behind = await cli.run(COMPARE, { stdin: await exported(await storeOf([record(1)], { clockNs })) });
    expect(behind.status).toBe(1);
    expect(behind.stdout).toContain("clock      behind the highest time that the exported store had seen\n");
    const other = await cli.run(COMPARE, { stdin: crossbarLine({}) });
    expect(other.stdout).toContain(
      "missing    1, in the file alone\n  no oid (line 1)\nextra      not looked for: the file isn't a complete export\n",
    );
  });

  test("invalid lines can't be compared", async () => {
    const cli = await cliWith(record(1));
    const { status, stderr } = await cli.run(COMPARE, { stdin: "{}\n" });
    expect(status).toBe(1);
    expect(stderr).toContain("hint: what they say can't be compared");
  });

  test("Ctrl-C ends it with 130", async () => {
    const cli = createFakeCli({
      onInterrupt: (listener) => {
        listener();
        return () => {};
      },
    });
    const { status, stderr } = await cli.run(COMPARE, { stdin: await fileOf(record(1)) });
    expect({ status, stderr }).toEqual({
      status: 130,
      stderr: expect.stringContaining("nothing was compared"),
    });
  });
});
