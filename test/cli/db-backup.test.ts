// db backup and db compact on real databases: reports, exit statuses, nothing left behind.

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { content, writeConfig } from "../config/temporary-config.js";
import { copyGoldenDatabase } from "../support/golden-records.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { createFakeCli } from "./fake-context.js";

afterAll(removeTempDirectories);

function makePaths(golden: "db-0.9" | "db-1.0"): { home: string; source: string; target: string } {
  const home = makeTempDirectory();
  return { home, source: copyGoldenDatabase(golden, join(home, "source")), target: join(home, "target") };
}
const interrupt = (listener: () => void): (() => void) => {
  listener();
  return () => {};
};

describe("db backup", () => {
  test("says what it made: 0.9 compacted, in the same format", async () => {
    const { source, target } = makePaths("db-0.9");
    const { status, stdout, stderr } = await createFakeCli().run(["db", "backup", source, target]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(
      new RegExp(
        `^source {3}${source} \\(LMDB 0\\.9\\), \\d+ bytes\ntarget {3}${target} \\(LMDB 0\\.9\\), \\d+ bytes\n` +
          "entries {2}62, read back and verified\nsha256 {3}[\\da-f]{64}\n$",
      ),
    );
  });

  test("as JSON, of LMDB 1.0, which isn't compacted", async () => {
    const { source, target } = makePaths("db-1.0");
    const { stdout } = await createFakeCli().run(["db", "backup", source, target, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      source,
      target,
      format: "1.0",
      copy: { compacted: false, why: "LMDB 1.0 can't be compacted here" },
      entries: 62,
      findings: [],
    });
    const verified = await createFakeCli().run(["db", "verify", target, "--json"]);
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, format: "1.0", keys: { records: 30 } });
  });

  test("takes the database of a configuration, and two places in all", async () => {
    const { source, target } = makePaths("db-0.9");
    const config = writeConfig(content({ store: { path: source } }));
    const made = await createFakeCli().run(["db", "backup", "--config", config, target, "--json"]);
    expect(made).toMatchObject({ status: 0, stderr: "" });
    expect(JSON.parse(made.stdout)).toMatchObject({ source, target });
    for (const args of [[source], ["--config", config, source, target]]) {
      const { status, stderr } = await createFakeCli().run(["db", "backup", ...args]);
      expect(status).toBe(2);
      expect(stderr).toContain("expected PATH TARGET, or --config FILE TARGET");
    }
  });

  test("Ctrl-C leaves nothing", async () => {
    const { home, source, target } = makePaths("db-1.0");
    const { status, stderr } = await createFakeCli({ onInterrupt: interrupt }).run([
      "db",
      "backup",
      source,
      target,
    ]);
    expect({ status, stderr }).toMatchObject({
      status: 130,
      stderr: expect.stringContaining("no copy is left"),
    });
    expect(readdirSync(home)).toEqual(["source"]);
  });

  test("ends with 4 if there is no source, or a target already", async () => {
    const { home, source, target } = makePaths("db-1.0");
    writeFileSync(target, "");
    expect((await createFakeCli().run(["db", "backup", source, target])).status).toBe(4);
    expect((await createFakeCli().run(["db", "backup", join(home, "none"), join(home, "new")])).status).toBe(
      4,
    );
    expect(readdirSync(home).sort()).toEqual(["source", "target"]);
  });
});

describe("db compact", () => {
  test("says the sizes, and that the content is the same", async () => {
    const { home, source } = makePaths("db-0.9");
    const before = JSON.parse((await createFakeCli().run(["db", "verify", source, "--json"])).stdout);
    const { status, stdout } = await createFakeCli().run(["db", "compact", source]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^path {5}.*\nsize {5}\d+ bytes before, \d+ after\nentries {2}62, the same before and after/,
    );
    const after = JSON.parse((await createFakeCli().run(["db", "verify", source, "--json"])).stdout);
    expect(after.keys).toEqual(before.keys);
    expect(after.pages).toMatchObject({ free: 0 });
    expect(readdirSync(home)).toEqual(["source"]);
  });

  test("refuses LMDB 1.0 with the way out, and leaves everything at Ctrl-C", async () => {
    const newer = makePaths("db-1.0");
    const refused = await createFakeCli().run(["db", "compact", newer.source]);
    expect(refused).toMatchObject({ status: 4, stderr: expect.stringContaining("db convert SOURCE TARGET") });
    const { home, source } = makePaths("db-0.9");
    expect((await createFakeCli({ onInterrupt: interrupt }).run(["db", "compact", source])).status).toBe(130);
    expect(readdirSync(home)).toEqual(["source"]);
  });
});

test.each([
  [["db", "backup"]],
  [["db", "backup", "one"]],
  [["db", "compact"]],
  [["db", "compact", "a", "b"]],
])("%j is wrong usage", async (args) => {
  expect((await createFakeCli().run(args)).status).toBe(2);
});
