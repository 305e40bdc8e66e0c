// db convert on real databases: report, exit statuses, nothing left behind.

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { copyGolden, damageStore, stopDamageProcess } from "../support/damage-store.js";
import { copyGoldenDatabase } from "../support/golden-records.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { createFakeCli } from "./fake-context.js";

afterAll(async () => {
  await stopDamageProcess();
  removeTempDirectories();
});

function makePaths(): { home: string; source: string; target: string } {
  const home = makeTempDirectory();
  return { home, source: copyGoldenDatabase("db-1.0", join(home, "source")), target: join(home, "target") };
}

describe("db convert", () => {
  test("says what became what, and that both are the same", async () => {
    const { source, target } = makePaths();
    const { status, stdout, stderr } = await createFakeCli().run(["db", "convert", source, target]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(
      new RegExp(
        `^source {3}${source} \\(LMDB 1\\.0\\)\ntarget {3}${target} \\(LMDB 0\\.9\\)\n` +
          "entries {2}62, 30917 bytes, the same on both sides\nsha256 {3}[\\da-f]{64}\n$",
      ),
    );
    const verified = await createFakeCli().run(["db", "verify", target, "--json"]);
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, format: "0.9", keys: { records: 30 } });
  });

  test("as JSON prints the report", async () => {
    const { source, target } = makePaths();
    const { stdout } = await createFakeCli().run(["db", "convert", source, target, "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      source,
      target,
      sourceFormat: "1.0",
      txnId: "3",
      entries: 62,
      bytes: 30_917,
      hash: expect.any(String),
      findings: [],
    });
  });

  test("says what was wrong with the source already", async () => {
    const source = copyGolden();
    await damageStore(source, ({ putIndexKey }) => putIndexKey("s3cret", Buffer.alloc(16, 7)));
    const target = join(makeTempDirectory(), "target");
    // The child that damaged the source has it open.
    const refused = await createFakeCli().run(["db", "convert", source, target]);
    expect(refused.status).toBe(4);
    expect(refused.stderr).toMatch(new RegExp(`process \\d+ has ${source} open`));
    const { status, stdout } = await createFakeCli().run(["db", "convert", source, target, "--force"]);
    expect(status).toBe(0);
    expect(stdout).toContain("damage: index keys that lead to no record (index-key-without-record): 1");
    expect(stdout).toContain("The source has these too; `db verify TARGET --repair` mends the index.\n");
    expect(stdout).not.toContain("s3cret");
  });

  test("ends with 4 if there is no source, or a target already", async () => {
    const { home, source, target } = makePaths();
    writeFileSync(target, "");
    const json = await createFakeCli().run(["db", "convert", source, target, "--json"]);
    expect({ status: json.status, stdout: json.stdout }).toEqual({ status: 4, stdout: "" });
    expect(JSON.parse(json.stderr).error.code).toBe("ERR_STORE_EXISTS");
    const none = await createFakeCli().run(["db", "convert", join(home, "none"), join(home, "new")]);
    expect(none.status).toBe(4);
    expect(readdirSync(home).sort()).toEqual(["source", "target"]);
  });

  test.each([[["db", "convert"]], [["db", "convert", "one"]], [["db", "convert", "a", "b", "c"]]])(
    "%j is wrong usage",
    async (args) => {
      expect((await createFakeCli().run(args)).status).toBe(2);
    },
  );
});
