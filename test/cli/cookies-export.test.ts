// cookies export: to a file that is private and whole or not there, or to standard output; values only when asked for.

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { createFakeCli, type FakeCli } from "./fake-context.js";

afterAll(removeTempDirectories);

const DB = ["--db", "/db"];

async function withCookies(count: number, changes?: Parameters<typeof createFakeCli>[0]): Promise<FakeCli> {
  const cli = createFakeCli(changes);
  await cli.store.writer.write((transaction) => {
    for (let n = 0; n < count; n += 1) {
      transaction.put({
        oid: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
        createdNs: 1n,
        value: `s3cret-${n}`,
        authid: n % 2 === 0 ? "joe" : "ann",
        authrole: "user",
        authrealm: n % 3 === 0 ? "realm1" : "realm2",
      });
    }
  });
  return cli;
}

const linesOf = (text: string): { readonly [key: string]: unknown }[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describe("cookies export", () => {
  test("to a file: mode 0600, no trace of an earlier one, header and end", async () => {
    const file = join(makeTempDirectory(), "cookies.jsonl");
    writeFileSync(`${file}.partial`, "of a killed run", { mode: 0o644 });
    const cli = await withCookies(1200);
    const { status, stdout, stderr } = await cli.run([
      "cookies",
      "export",
      ...DB,
      "--with-values",
      "--out",
      file,
    ]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    expect(stderr).toBe(
      `exported 1200 records to ${file}, with their values: keep the file as secret as the database\n`,
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.partial`)).toBe(false);
    const lines = linesOf(readFileSync(file, "utf8"));
    expect(lines).toHaveLength(1202);
    expect(lines[0]).toEqual({
      status: "header",
      deleted: true,
      format: "wamp-cookie-authenticator cookies",
      version: 1,
      values: "clear",
      exported: "2026-01-01T00:00:00.000Z",
      filter: null,
      clock_ns: "0",
    });
    expect(lines[1]).toMatchObject({ cbtid: "s3cret-0", status: "modified", deleted: null, authid: "joe" });
    expect(lines.at(-1)).toEqual({ status: "end", deleted: true, records: 1200, damaged: 0 });
  });

  test("without being asked there is no value, and no import", async () => {
    const cli = await withCookies(3);
    const { stdout, stderr } = await cli.run(["cookies", "export", ...DB]);
    expect(stdout).not.toContain("s3cret");
    expect(stderr).toBe("exported 3 records, without their values (--with-values)\n");
    expect(linesOf(stdout)[1]).toMatchObject({
      cbtid: null,
      status: "redacted",
      deleted: true,
      authid: "joe",
    });
    const { status, stderr: refused } = await cli.run(["cookies", "import", ...DB, "-"], { stdin: stdout });
    expect(status).toBe(1);
    expect(refused).toContain(
      "3 invalid lines:\n  line 2, status: it was exported without values; export again with",
    );
  });

  test.each([
    [["--authid", "joe"], 3],
    [["--realm", "realm1"], 2],
    [["--authid", "joe", "--realm", "realm1"], 1],
    [["--authid", "nobody"], 0],
  ])("only what fits %j", async (filter, count) => {
    const { stdout } = await (await withCookies(6)).run(["cookies", "export", ...DB, ...filter]);
    expect(linesOf(stdout)).toHaveLength(count + 2);
    const [, authid, , realm] = filter[0] === "--realm" ? [undefined, undefined, ...filter] : filter;
    expect(linesOf(stdout)[0]?.filter).toEqual({
      ...(authid === undefined ? {} : { authid }),
      ...(realm === undefined ? {} : { realm }),
    });
  });

  test("a file that is there is left alone, and so is a directory that isn't", async () => {
    const home = makeTempDirectory();
    const file = join(home, "mine");
    writeFileSync(file, "mine");
    const cli = await withCookies(1);
    const args = ["cookies", "export", ...DB, "--with-values", "--out"];
    expect(await cli.run([...args, file])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("is there already"),
    });
    expect(await cli.run([...args, join(home, "none", "file")])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("ENOENT"),
    });
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect(readdirSync(home)).toEqual(["mine"]);
  });

  test("Ctrl-C leaves neither the file nor its beginning", async () => {
    const home = makeTempDirectory();
    const onInterrupt = (listener: () => void): (() => void) => {
      listener();
      return () => {};
    };
    const cli = await withCookies(600, { onInterrupt });
    const { status, stderr } = await cli.run(["cookies", "export", ...DB, "--out", join(home, "file")]);
    expect({ status, stderr }).toMatchObject({
      status: 130,
      stderr: expect.stringContaining("no file was made"),
    });
    expect(readdirSync(home)).toEqual([]);
  });

  test("records that can't be read are left out, and said", async () => {
    const cli = await withCookies(2);
    const { list } = cli.store.reader;
    const error = Object.assign(new Error("broken"), { code: "ERR_RECORD_INVALID" });
    const reader = {
      ...cli.store.reader,
      list: async (options: Parameters<typeof list>[0]) => ({
        ...(await list(options)),
        damaged: [{ oid: "bad", error }],
      }),
      close: async () => {},
    };
    const other = createFakeCli({ openCookieReader: async () => reader as never });
    const { status, stdout, stderr } = await other.run(["cookies", "export", ...DB]);
    expect(status).toBe(1);
    expect(linesOf(stdout).at(-1)).toMatchObject({ records: 2, damaged: 1 });
    expect(stderr).toContain("1 not readable: bad");
  });
});
