// cookies import: what it says, and its exit statuses.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { openLmdbReader } from "../../src/lmdb-reader/lmdb-reader.js";
import { packageRoot } from "../../src/store/lmdb/engine.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { verifyStore } from "../../src/store/verify/verify-store.js";
import { crossbarLine } from "../store/cookie-file/open-text.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { waitFor } from "../support/wait-for.js";
import { createFakeCli, type FakeCli } from "./fake-context.js";

afterAll(removeTempDirectories);

const IMPORT = ["cookies", "import", "--db", "/db", "-"];

describe("cookies import", () => {
  test("says what a dry run would do, then does it, then has nothing to do", async () => {
    const cli = createFakeCli();
    const stdin =
      crossbarLine({ cbtid: "one" }) +
      crossbarLine({ cbtid: "two" }) +
      crossbarLine({ cbtid: "one", authrole: "admin" });
    expect(await cli.run([...IMPORT, "--dry-run"], { stdin })).toEqual({
      status: 0,
      stdout:
        "dry run: nothing was changed\nlines      3\nnew        2, would be imported\nsame       0, left alone\n" +
        "changed    0, would be kept\nsuperseded 1, by a later line of the file\n",
      stderr: "",
    });
    expect(await cli.store.reader.findByValue("one")).toBeUndefined();
    const { stdout } = await cli.run([...IMPORT, "--json"], { stdin });
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: false,
      new: 2,
      same: 0,
      superseded: 1,
      invalid: { count: 0 },
    });
    expect((await cli.store.reader.findByValue("one"))?.authrole).toBe("admin");
    expect((await cli.run(IMPORT, { stdin })).stdout).toContain(
      "new        0, imported\nsame       2, left alone\n",
    );
    expect(cli.opened).toEqual(["read /db", "write /db 1073741824", "write /db 1073741824"]);
    // What came through the pipe holds values: no file is left of it.
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("cookies-import-"))).toEqual([]);
  });

  test("lines that are wrong stop it before anything is written, unless they are to be left out", async () => {
    const cli = createFakeCli();
    const stdin = `${crossbarLine({ cbtid: "one" })}${crossbarLine({ cbtid: "s3 cret" })}nonsense s3cret\n`;
    const refused = await cli.run(IMPORT, { stdin });
    expect(refused.status).toBe(1);
    expect(refused.stderr).toBe(
      "error: 2 invalid lines:\n" +
        "  line 2, cbtid: it is no cookie value; it has 1 to 509 visible ASCII characters; remove the line\n" +
        "  line 3: it is no JSON; remove the line, or mend it: one JSON object a line\n" +
        "hint: mend them, or leave them out with --skip-invalid; nothing was imported\ncode: ERR_COOKIE_FILE\n",
    );
    expect(cli.opened).toEqual([]);
    const dry = await cli.run([...IMPORT, "--dry-run"], { stdin });
    expect(dry).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("invalid    2, left out\n  line 2, cbtid"),
    });
    expect((await cli.run([...IMPORT, "--skip-invalid"], { stdin })).stdout).toContain(
      "new        1, imported",
    );
  });

  test.each([
    ["skip", 0, "user", /changed {4}1, kept\n {2}changed or contrary: lines 1\n/],
    ["replace", 0, "admin", /changed {4}1, replaced\n/],
    ["fail", 1, "user", /the database has 1 of these records otherwise: lines 1\n/],
  ])("--on-conflict %s", async (onConflict, status, role, text) => {
    const cli = createFakeCli();
    await cli.run(IMPORT, { stdin: crossbarLine({}) });
    const result = await cli.run([...IMPORT, "--on-conflict", onConflict], {
      stdin: crossbarLine({ authrole: "admin" }),
    });
    expect(result.status).toBe(status);
    expect(result.stdout + result.stderr).toMatch(text);
    expect((await cli.store.reader.findByValue("s3cret"))?.authrole).toBe(role);
  });

  test.each([
    [["cookies", "import", "--db", "/db"], /missing required argument/],
    [["cookies", "import", "/none", "--db", "/db"], /\/none can't be read \(ENOENT\)/],
    [[...IMPORT, "--on-conflict", "s3cret"], /--on-conflict/],
  ])("%j is wrong usage", async (args, text) => {
    const { status, stderr } = await createFakeCli().run(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(text);
    expect(stderr).not.toContain("s3cret");
  });
});

describe("cookies import --exact", () => {
  const EXACT = [...IMPORT, "--exact"];
  const oid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

  /** Two cookies, of which an export has the first alone; and what that export says. */
  async function scene(changes: Parameters<typeof createFakeCli>[0] = {}) {
    const cli = createFakeCli(changes);
    const put = (n: number): Promise<unknown> =>
      cli.store.writer.write((transaction) =>
        transaction.put({ oid: oid(n), createdNs: 1n, value: `s3cret-${n}`, authid: "joe" }),
      );
    await put(1);
    await cli.store.writer.write((transaction) => transaction.raiseClock(7n));
    const { stdout } = await cli.run(["cookies", "export", "--db", "/db", "--with-values", "--out", "-"]);
    await put(2);
    return { cli, stdin: stdout };
  }
  const left = async (cli: FakeCli): Promise<string[]> =>
    (await cli.store.reader.list({ limit: 9 })).cookies.map(({ oid }) => oid);

  test("says what it would delete, asks, and does it; the time that the export's store had seen goes along", async () => {
    const { cli, stdin } = await scene();
    const counts = "lines      3\nnew        0, would be imported\nsame       1, left alone\n";
    expect(await cli.run([...EXACT, "--dry-run"], { stdin })).toEqual({
      status: 0,
      stdout: `dry run: nothing was changed\n${counts}changed    0, would be replaced\ndeleted    1, of the database, not in the file: would be deleted\n`,
      stderr: "",
    });
    expect(await left(cli)).toHaveLength(2);
    const questions: string[] = [];
    const answering = (answer: string): FakeCli =>
      createFakeCli({
        openCookieStore: async () => ({ ...cli.store, close: async () => {} }),
        ask: async (question) => {
          questions.push(question);
          return answer;
        },
      });
    expect(await answering("n").run(EXACT, { stdin })).toMatchObject({
      status: 130,
      stderr: "error: not confirmed: nothing was imported\ncode: ERR_INTERRUPTED\n",
    });
    expect(await left(cli)).toHaveLength(2);
    const { stdout } = await answering("y").run([...EXACT, "--json"], { stdin });
    expect(JSON.parse(stdout)).toMatchObject({ same: 1, deleted: 1, clock: "kept" });
    expect(await left(cli)).toEqual([oid(1)]);
    expect(questions).toEqual(Array(2).fill("delete 1 cookie that the file lacks? [y/N] "));
    // Nothing is to go: nothing is asked. Into another store the time is new.
    expect(await answering("n").run(EXACT, { stdin })).toMatchObject({ status: 0 });
    const other = createFakeCli();
    const { stdout: text } = await other.run([...EXACT, "--yes"], { stdin });
    expect(text).toContain("clock      raised to the highest time that the exported store had seen\n");
    expect((await other.store.reader.marks()).clockNs).toBe(7n);
  });

  test("nobody to ask and no --yes: nothing is opened", async () => {
    const { cli, stdin } = await scene();
    const opened = cli.opened.length;
    expect(await cli.run(EXACT, { stdin })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("there is no terminal to ask on"),
    });
    expect(cli.opened).toHaveLength(opened);
    expect(await cli.run([...EXACT, "--yes"], { stdin })).toMatchObject({ status: 0 });
    expect(await left(cli)).toEqual([oid(1)]);
  });

  test.each([
    [["--on-conflict", "skip"], /--exact and --on-conflict skip exclude each other/],
    [["--on-conflict", "fail"], /--exact and --on-conflict fail exclude each other/],
    [["--skip-invalid"], /--exact and --skip-invalid exclude each other/],
  ])("%j with it is wrong usage", async (more, text) => {
    const { cli, stdin } = await scene();
    const { status, stderr } = await cli.run([...EXACT, "--yes", ...more], { stdin });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(text) });
    expect(await left(cli)).toHaveLength(2);
  });

  test("a file that may lack something is refused", async () => {
    const { cli } = await scene();
    const { status, stderr } = await cli.run([...EXACT, "--yes"], { stdin: crossbarLine({}) });
    expect(status).toBe(1);
    expect(stderr).toContain("what the file lacks can't be deleted by it: it is no export of this program\n");
    expect(await left(cli)).toHaveLength(2);
  });
});

describe("the executable on a real database", () => {
  const COOKIES = 8000;

  test.each([
    ["SIGINT", 130, null],
    ["SIGKILL", null, "SIGKILL"],
  ] as const)(
    "ended by %s in the middle, whole records are stored, and the next run goes on",
    async (signal, status, by) => {
      const home = makeTempDirectory();
      const path = join(home, "cookies");
      // This process has it open from here on: the import goes slowly, as beside a component.
      await initCookieStore(path);
      const file = join(home, "file");
      const lines = Array.from({ length: COOKIES }, (_, n) =>
        crossbarLine({ cbtid: `value-${n}`, authid: `user-${n}` }),
      );
      writeFileSync(file, lines.join(""));
      const run = async (signal?: NodeJS.Signals) => {
        const args = [
          "--import",
          "tsx",
          "src/cli/main.ts",
          "cookies",
          "import",
          file,
          "--db",
          path,
          "--json",
        ];
        const child = spawn(process.execPath, args, {
          cwd: packageRoot(),
          stdio: ["ignore", "pipe", "pipe"],
        });
        const output = { stdout: "", stderr: "" };
        child.stdout.on("data", (chunk) => (output.stdout += chunk));
        child.stderr.on("data", (chunk) => (output.stderr += chunk));
        const closed = once(child, "close");
        if (signal !== undefined) {
          await waitFor("the first records", () => countEntries(path) > 500);
          child.kill(signal);
        }
        const [code, killedBy] = await closed;
        return { code, killedBy, ...output };
      };

      const first = await run(signal);
      expect(first).toMatchObject({ code: status, killedBy: by });
      if (signal === "SIGINT") {
        expect(JSON.parse(first.stderr)).toMatchObject({ error: { code: "ERR_INTERRUPTED" } });
        expect(JSON.parse(first.stdout).new).toBeGreaterThan(0);
      }
      const { ok, keys } = await verifyStore(path);
      expect({ ok, indexKeys: keys.indexKeys }).toEqual({ ok: true, indexKeys: keys.records });
      expect(keys.records).toBeLessThan(COOKIES);

      const { stdout, code } = await run();
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ same: keys.records, new: COOKIES - keys.records });
      expect(await verifyStore(path)).toMatchObject({ ok: true, keys: { records: COOKIES } });
    },
    120_000,
  );
});

function countEntries(path: string): number {
  const reader = openLmdbReader(path);
  try {
    return reader.info().entries;
  } finally {
    reader.close();
  }
}
