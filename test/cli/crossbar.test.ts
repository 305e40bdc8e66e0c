// crossbar config and crossbar check: what they print and end with.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { SECRET_PLACEHOLDER } from "../../src/crossbar-node/node-request.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";
import { createFakeCli } from "./fake-context.js";

afterAll(removeTempDirectories);

const ROUTER = {
  url: "ws://127.0.0.1:8081",
  realm: "realm1",
  auth: { method: "ticket", authid: "us", secret: { env: "TICKET" } },
  procedure: "com.example.authenticate",
};
const ENV = { TICKET: "t1cket" };

const cli = createFakeCli({ env: ENV });

function write(name: string, content: unknown): string {
  const file = join(makeTempDirectory(), name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content), { mode: 0o600 });
  return file;
}

const ours = (changes: object = {}): string =>
  write("ours.json", { store: { path: "cookies" }, routers: [ROUTER], ...changes });

interface PrintedNode {
  readonly workers: {
    arguments: string[];
    transports: { options: object; paths: { login: { cookie: { name: string } } } }[];
  }[];
}

async function printed(config: string): Promise<PrintedNode> {
  return JSON.parse((await cli.run(["crossbar", "config", "--config", config])).stdout);
}

describe("crossbar config", () => {
  test("prints a node that `crossbar check` finds nothing in, and on standard error what is left to do", async () => {
    const config = ours();
    const { status, stdout, stderr } = await cli.run(["crossbar", "config", "--config", config]);
    expect(status).toBe(0);
    expect(stderr).toContain("note: start Crossbar with AUTHENTICATOR_SECRET in its environment");
    expect(stdout + stderr).not.toContain(ENV.TICKET);
    const node = write("config.json", stdout);
    expect(await cli.run(["crossbar", "check", node, "--config", config, "--strict"])).toEqual({
      status: 0,
      stdout: `ok: ${node}\n`,
      stderr: "",
    });
  });

  test("--json: one line, and no notes", async () => {
    const { stdout, stderr } = await cli.run(["crossbar", "config", "--config", ours(), "--json"]);
    expect(stdout.trimEnd()).not.toContain("\n");
    expect(JSON.parse(stdout)).toHaveProperty("workers");
    expect(stderr).toBe("");
  });

  test.each(["realm", "transports", "authenticator", "guest"])(
    "--part %s is a part of the whole",
    async (part) => {
      const config = ours();
      const whole = JSON.stringify(await printed(config));
      const { stdout, stderr } = await cli.run(["crossbar", "config", "--config", config, "--part", part]);
      expect(whole).toContain(JSON.stringify(JSON.parse(stdout)));
      expect(stderr).toBe("");
    },
  );

  test("several routers: one must be named", async () => {
    const second = { ...ROUTER, name: "second", url: "ws://127.0.0.1:9081" };
    const config = ours({ routers: [ROUTER, second] });
    const unnamed = await cli.run(["crossbar", "config", "--config", config]);
    expect(unnamed.status).toBe(2);
    expect(unnamed.stderr).toContain("--router NAME, with one of: 127.0.0.1:8081, second");
    const wrong = await cli.run(["crossbar", "config", "--config", config, "--router", "third"]);
    expect(wrong.stderr).toContain("has no router named third");
    const named = await cli.run(["crossbar", "config", "--config", config, "--router", "second"]);
    expect(named.stdout).toContain('"port": 9081');
  });
});

describe("crossbar check", () => {
  test("warnings end with 0, or with 2 if --strict asks for it", async () => {
    const config = ours();
    const node = await printed(config);
    Object.assign(node.workers[0]?.transports[1] ?? {}, { options: {} });
    const file = write("config.json", node);
    const loose = await cli.run(["crossbar", "check", file, "--config", config]);
    expect(loose.status).toBe(0);
    expect(loose.stdout).toContain(
      "warning (component-pings) at workers[0].transports[1].options.auto_ping_interval: is missing",
    );
    expect(loose.stdout).toContain("\n  hint: add");
    expect(loose.stdout).toContain(`0 errors, 1 warning: ${file}\n`);
    const strict = await cli.run(["crossbar", "check", file, "--config", config, "--strict"]);
    expect(strict.status).toBe(2);
    expect(strict.stderr).toContain(`error: 1 problem in ${file}`);
  });

  test.each(["config.json", "config.yaml", "config.yml"])("%s with an error, as JSON", async (name) => {
    const config = ours();
    const node = await printed(config);
    const cookie = node.workers[0]?.transports[0]?.paths.login.cookie;
    Object.assign(cookie ?? {}, { length: 8 });
    const file = write(name, name.endsWith(".json") ? node : stringify(node));
    const { status, stdout, stderr } = await cli.run([
      "crossbar",
      "check",
      file,
      "--config",
      config,
      "--json",
    ]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      file,
      config,
      findings: [
        {
          kind: "cookie-length",
          level: "error",
          path: "workers[0].transports[0].paths.login.cookie.length",
          message: expect.any(String),
          hint: expect.any(String),
        },
      ],
    });
    expect(JSON.parse(stderr).error.code).toBe("ERR_CONFIG_INVALID");
  });

  test("a secret that differs is said without either of them", async () => {
    const config = ours();
    const text = JSON.stringify(await printed(config)).replace(SECRET_PLACEHOLDER, "0ther");
    const { stdout, stderr } = await cli.run([
      "crossbar",
      "check",
      write("c.json", text),
      "--config",
      config,
    ]);
    expect(stdout).toContain("(component-secret)");
    expect(stdout + stderr).not.toMatch(/0ther|t1cket/);
  });

  test.each([
    ["absent.json", "ERR_CONFIG_READ"],
    [write("broken.json", "{"), "ERR_CONFIG_SYNTAX"],
    [write("broken.yaml", "a: [\n"), "ERR_CONFIG_SYNTAX"],
  ])("%s ends with 2", async (file, code) => {
    const { status, stderr } = await cli.run(["crossbar", "check", file, "--config", ours(), "--json"]);
    expect(status).toBe(2);
    expect(JSON.parse(stderr).error.code).toBe(code);
  });
});

test("start --restart loads the configuration, and leaves the work to a process of its own", async () => {
  const supervised: unknown[] = [];
  const other = createFakeCli({ env: ENV, superviseStart: async (log) => void supervised.push(log) });
  const { status } = await other.run(["start", "--config", ours(), "--restart", "--log-level", "warn"]);
  expect(status).toBe(0);
  expect(supervised).toEqual([expect.objectContaining({ level: "warn" })]);
  expect(other.started).toEqual([]);
});
