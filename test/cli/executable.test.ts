// The executable itself: the shim in bin/ and the process around the commands.

import { execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";

/** The process from its TypeScript source, so that no build is needed. */
const MAIN = ["--import", "tsx", resolve("src/cli/main.ts")];

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      args,
      { env: { ...process.env, NODE_OPTIONS: "" } },
      (error, stdout, stderr) => {
        done({ status: Number(error?.code ?? 0), stdout, stderr });
      },
    );
  });
}

describe("bin/wamp-cookie-authenticator.js", () => {
  const directory = mkdtempSync(join(tmpdir(), "bin-test-"));
  cpSync("bin", join(directory, "bin"), { recursive: true });
  writeFileSync(join(directory, "package.json"), '{"type": "module"}');
  const shim = join(directory, "bin", "wamp-cookie-authenticator.js");

  test("says what to do if the package isn't built", async () => {
    expect(await run([shim, "--help"])).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "error: wamp-cookie-authenticator isn't built: dist/cli/main.js is missing\n" +
        "hint: run `npm run build` in its directory\n",
    });
  });

  test("runs what is built", async () => {
    mkdirSync(join(directory, "dist", "cli"), { recursive: true });
    writeFileSync(
      join(directory, "dist", "cli", "main.js"),
      "console.log(process.argv[2]); process.exitCode = 3;",
    );
    expect(await run([shim, "hello"])).toEqual({ status: 3, stdout: "hello\n", stderr: "" });
  });
});

describe("the process", () => {
  test("prints the version of package.json", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(await run([...MAIN, "--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("ends with the status of the error", async () => {
    const ended = await run([...MAIN, "db", "info", join(tmpdir(), "no-such-database"), "--json"]);
    expect(ended).toMatchObject({ status: 4, stdout: "" });
    expect(JSON.parse(ended.stderr).error.code).toBe("ERR_STORE_NOT_FOUND");
  });

  test("doesn't complain when the reader of its output is gone", async () => {
    const child = spawn(process.execPath, [...MAIN, "--help"], { env: { ...process.env, NODE_OPTIONS: "" } });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const status = await new Promise((done) => child.on("close", done));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
