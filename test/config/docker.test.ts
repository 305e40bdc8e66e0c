// The container examples: what Crossbar and the component share, and that their files fit. Docker itself isn't needed.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load-config.js";
import { checkCrossbarNode } from "../../src/crossbar-node/check-crossbar-node.js";
import { loadCrossbarNode } from "../../src/crossbar-node/load-crossbar-node.js";
import { temporaryDirectory } from "./temporary-config.js";

interface ComposeService {
  readonly user?: string;
  readonly pid?: string;
  readonly network_mode?: string;
  readonly read_only?: boolean;
  readonly restart?: string;
  readonly volumes: readonly string[];
}

const EXAMPLES = [
  { name: "shared", nodeDirectory: "/node/.crossbar", secrets: ["AUTHENTICATOR_SECRET", "JOE_SECRET"] },
  {
    name: "own-database",
    nodeDirectory: "/node",
    secrets: ["AUTHENTICATOR_SECRET", "BACKEND_SECRET", "ADMINISTRATOR_SECRET"],
  },
] as const;

const fileOf = (name: string, file: string): string => join("examples", "docker", name, file);

function servicesOf(name: string): Readonly<Record<"crossbar" | "component", ComposeService>> {
  return parse(readFileSync(fileOf(name, "compose.yaml"), "utf8")).services;
}

/** The component's configuration, with its secret in a file that is there. */
async function loadComponent(name: string) {
  const content = JSON.parse(readFileSync(fileOf(name, "component.json"), "utf8"));
  const directory = temporaryDirectory();
  const secret = join(directory, "secret");
  writeFileSync(secret, "s3cret", { mode: 0o400 });
  expect(content.routers[0].auth.secret).toEqual({ file: "/run/secrets/authenticator-secret" });
  content.routers[0].auth.secret.file = secret;
  const file = join(directory, "component.json");
  writeFileSync(file, JSON.stringify(content));
  return loadConfig(file, { env: {} });
}

describe("Dockerfile", () => {
  const dockerfile = readFileSync("Dockerfile", "utf8");
  const stages = dockerfile.split(/^FROM /m).slice(1);

  test("the last stage has no build tools, runs nothing at build time, and isn't root", () => {
    const last = stages.at(-1) ?? "";
    expect(last).toMatch(/^node:\d+-bookworm-slim\n/);
    expect(last).not.toMatch(/^RUN /m);
    expect(last).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  });

  test("its HEALTHCHECK asks the port of the examples", async () => {
    const [, port] = /127\.0\.0\.1:(\d+)\/healthz/.exec(dockerfile) ?? [];
    for (const { name } of EXAMPLES) {
      expect((await loadComponent(name)).config.health).toMatchObject({
        port: Number(port),
        host: "127.0.0.1",
      });
    }
  });

  test(".dockerignore lets through what is needed and nothing else", () => {
    const lines = readFileSync(".dockerignore", "utf8").split("\n");
    expect(lines).toContain("*");
    expect(lines.filter((line) => /venv|native|node_modules|\.git|demo|bench|\.crossbar/.test(line))).toEqual(
      [],
    );
  });
});

describe.each(EXAMPLES)("examples/docker/$name", ({ name, nodeDirectory, secrets }) => {
  test("the component isn't root, and writes nowhere but in its volume", () => {
    expect(servicesOf(name).component).toMatchObject({
      user: "1000:1000",
      read_only: true,
      restart: "always",
    });
  });

  test("both configurations fit", async () => {
    const { config, warnings } = await loadComponent(name);
    expect(warnings).toEqual([]);
    const { node } = await loadCrossbarNode(fileOf(name, "crossbar.json"));
    expect(checkCrossbarNode(node, config, { nodeDirectory })).toEqual([]);
  });

  // Needs the Python environment that scripts/setup.mjs makes.
  (existsSync(".venv/bin/crossbar") ? test : test.skip)("Crossbar accepts its own", () => {
    const directory = temporaryDirectory();
    copyFileSync(fileOf(name, "crossbar.json"), join(directory, "config.json"));
    const env = { ...process.env, ...Object.fromEntries(secrets.map((secret) => [secret, "x"])) };
    const said = execFileSync(resolve(".venv/bin/crossbar"), ["check", "--cbdir", directory], { env });
    expect(said.toString()).toContain("Ok, node configuration looks good!");
  });
});

// LMDB's rule: all who open one database are in one PID namespace.
test("who shares Crossbar's database shares its PID namespace, its volume and its user; who doesn't, neither", () => {
  const shared = servicesOf("shared");
  expect(shared.component).toMatchObject({ pid: "service:crossbar", user: shared.crossbar.user });
  expect(shared.component.volumes).toContain("node:/node");
  expect(shared.crossbar.volumes).toContain("node:/node");
  const own = servicesOf("own-database");
  expect(own.component.pid).toBeUndefined();
  expect(own.crossbar.volumes.filter((volume) => own.component.volumes.includes(volume))).toEqual([]);
});
