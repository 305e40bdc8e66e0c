// The other commands: start, check-config, db, build-native; help, errors and exit statuses.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { describe, expect, test } from "@jest/globals";
import type { CliContext } from "../../src/cli/cli-context.js";
import { EXIT_STATUS, exitStatusOf } from "../../src/cli/exit-status.js";
import { createProgram } from "../../src/cli/program.js";
import { CookieAuthenticatorError, type ErrorCode } from "../../src/errors.js";
import { createFakeCli } from "./fake-context.js";

const ROUTER = {
  url: "ws://127.0.0.1:8081",
  realm: "realm1",
  auth: { method: "ticket", authid: "us", secret: { env: "TICKET" } },
  procedure: "com.example.authenticate",
};
const ENV = { TICKET: "t1cket" };

function write(name: string, content: unknown, directory = mkdtempSync(join(tmpdir(), "cli-test-"))): string {
  const file = join(directory, name);
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  return file;
}

function writeConfig(changes: object = {}): string {
  return write("config.json", { store: { path: "cookies" }, routers: [ROUTER], ...changes });
}

describe("start", () => {
  test("hands the configuration to the service, with the flags' log settings", async () => {
    const cli = createFakeCli({ env: ENV });
    const file = writeConfig({ log: { level: "warn" } });
    expect(await cli.run(["start", "--config", file, "--log-format", "pretty"])).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
    expect(cli.started[0]?.config).toMatchObject({ file, log: { level: "warn", format: "pretty" } });
    expect(cli.started[0]?.warnings).toEqual([]);
  });

  test("starts in spite of findings in Crossbar's configuration, and says them", async () => {
    const cli = createFakeCli({ env: ENV });
    await cli.run(["start", "--config", writeConfig({ crossbarNode: write("node.json", {}) })]);
    await cli.run(["start", "--config", writeConfig({ crossbarNode: "absent.json" })]);
    expect(cli.started[0]?.warnings[0]).toContain("no transport of a router or proxy worker has");
    expect(cli.started[1]?.warnings[0]).toContain("absent.json can't be read (ENOENT)");
  });

  test("ends with 2 without its secret, and starts nothing", async () => {
    const cli = createFakeCli();
    const { status, stderr } = await cli.run(["start", "--config", writeConfig()]);
    expect(status).toBe(2);
    expect(stderr).toContain("routers[0].auth.secret: the environment variable TICKET isn't set");
    expect(stderr).toContain("code: ERR_CONFIG_SECRET");
    expect(cli.started).toEqual([]);
  });
});

describe("check-config", () => {
  test("says ok, and prints no secret", async () => {
    const file = writeConfig();
    const { status, stdout } = await createFakeCli({ env: ENV }).run(["check-config", file]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `ok: ${file}\n` });
  });

  test("lists warnings and findings; an error in the node configuration ends it with 2", async () => {
    const ticket = { type: "dynamic", authenticator: ROUTER.procedure, "authenticator-role": "user" };
    const node = write("node.json", {
      workers: [{ type: "router", transports: [{ type: "websocket", auth: { ticket } }] }],
    });
    const cli = createFakeCli({ env: ENV });
    const file = writeConfig({ authenticator: { allowTrustedRole: true } });
    const json = await cli.run(["check-config", file, "--node", node, "--json"]);
    expect(json.status).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      file,
      warnings: [expect.stringContaining("authenticator.allowTrustedRole")],
      findings: [
        { level: "error", path: "workers[0].transports[0].auth.ticket.authenticator-role" },
        { level: "warning", path: "workers[0].transports[0].auth.ticket.authenticator-realm" },
      ],
    });
    expect(JSON.parse(json.stderr).error.code).toBe("ERR_CONFIG_INVALID");
    const text = await cli.run(["check-config", file, "--node", node]);
    expect(text.stdout).toContain("warning: authenticator.allowTrustedRole");
    expect(text.stdout).toContain('hint: set it to "trusted", or drop it');
    expect(text.stderr).toContain("error: 1 error in Crossbar's node configuration");
  });
});

describe("db", () => {
  test("init makes a database at an absolute path", async () => {
    const made: unknown[] = [];
    const cli = createFakeCli({ initCookieStore: async (...args) => void made.push(args) });
    const { stdout } = await cli.run(["db", "init", "some/where", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ path: join(process.cwd(), "some/where") });
    await cli.run(["db", "init", "/x", "--group-id", "1000"]);
    expect(made).toEqual([
      [join(process.cwd(), "some/where"), {}],
      ["/x", { groupId: 1000 }],
    ]);
  });

  test("info prints figures and closes the database", async () => {
    const cli = createFakeCli();
    const json = await cli.run(["db", "info", "/db", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ engine: "memory" });
    expect((await cli.run(["db", "info", "/db"])).stdout).toMatch(/^engine {3}memory$/m);
    expect(cli.closed).toBe(2);
  });
});

test("build-native hands on --if-missing and reports on standard error", async () => {
  const asked: boolean[] = [];
  const buildNative: CliContext["buildNative"] = async ({ ifMissing, report }) => {
    asked.push(ifMissing);
    report("compiling");
    return ifMissing ? "already-built" : "built";
  };
  const cli = createFakeCli({ buildNative });
  expect(await cli.run(["build-native"])).toEqual({
    status: 0,
    stdout: "the engine is built\n",
    stderr: "compiling\n",
  });
  expect((await cli.run(["build-native", "--if-missing"])).stdout).toBe("the engine is there already\n");
  expect(asked).toEqual([false, true]);
});

describe("errors", () => {
  test.each<[ErrorCode, number]>([
    ["ERR_STORE_NOT_FOUND", 4],
    ["ERR_STORE_FORMAT", 4],
    ["ERR_ENGINE_MISSING", 4],
    ["ERR_STORE_EXISTS", 4],
    ["ERR_STORE_INCONSISTENT", 1],
    ["ERR_STORE_FULL", 1],
    ["ERR_WAMP_LOGIN", 1],
    ["ERR_CONFIG_READ", 2],
    ["ERR_COOKIE_NOT_FOUND", 3],
  ])("%s ends with %i", (code, status) => {
    expect(exitStatusOf(new CookieAuthenticatorError(code, "x"))).toBe(status);
  });

  test("say what, how to mend it, and the code; as JSON with --json", async () => {
    const failure = new CookieAuthenticatorError("ERR_STORE_NOT_FOUND", "no database \u001b[2J", {
      hint: "make one",
      details: { path: "/db" },
    });
    const cli = createFakeCli({ openCookieReader: () => Promise.reject(failure) });
    expect(await cli.run(["db", "info", "/db"])).toEqual({
      status: 4,
      stdout: "",
      stderr: "error: no database \\u{1b}[2J\nhint: make one\ncode: ERR_STORE_NOT_FOUND\n",
    });
    expect(JSON.parse((await cli.run(["db", "info", "/db", "--json"])).stderr)).toEqual({
      error: {
        code: "ERR_STORE_NOT_FOUND",
        message: failure.message,
        hint: "make one",
        details: { path: "/db" },
      },
    });
  });

  test("of unknown origin show their name and place, not their text (R-47)", async () => {
    const cli = createFakeCli({ openCookieReader: () => Promise.reject(new TypeError("key s3cret-value")) });
    const { status, stderr } = await cli.run(["db", "info", "/db"]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: an unexpected TypeError at .*commands\.test\.ts/);
    expect(stderr).not.toContain("s3cret");
  });

  test.each([
    [["nonsense"]],
    [["cookies", "nonsense"]],
    [["start"]],
    [["db", "info"]],
    [["db", "init", "a", "b"]],
  ])("%j is wrong usage", async (args) => {
    const { status, stdout, stderr } = await createFakeCli().run([...args, "--json"]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(JSON.parse(stderr).error.code).toBe("ERR_ARGUMENT");
  });
});

describe("help", () => {
  const commands = leaves(createProgram({ version: "1" } as CliContext), []);

  test("is there for every command, with an example, in 80 columns", async () => {
    expect(commands.length).toBeGreaterThan(12);
    for (const path of [[], ...commands]) {
      const { status, stdout, stderr } = await createFakeCli().run([...path, "--help"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain(`Example:\n  $ wamp-cookie-authenticator ${path.slice(0, 2).join(" ")}`);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  test("of the program documents every exit status", async () => {
    const { stdout } = await createFakeCli().run(["--help"]);
    for (const status of Object.values(EXIT_STATUS))
      expect(stdout).toMatch(new RegExp(`^  ${status}  `, "m"));
  });

  test("comes on standard error, with 2, if no command is given", async () => {
    for (const args of [[], ["db"], ["cookies"]]) {
      const { status, stdout, stderr } = await createFakeCli().run(args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toContain("Usage: wamp-cookie-authenticator");
    }
  });

  test("--version prints the package's", async () => {
    expect(await createFakeCli().run(["--version"])).toEqual({ status: 0, stdout: "1.2.3\n", stderr: "" });
  });

  function leaves(command: Pick<CommandUnknownOpts, "commands">, path: readonly string[]): string[][] {
    return command.commands.flatMap((child) =>
      child.commands.length === 0 ? [[...path, child.name()]] : leaves(child, [...path, child.name()]),
    );
  }
});
