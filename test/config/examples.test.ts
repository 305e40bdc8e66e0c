// The files of config/ work: ours load, Crossbar accepts its own, and each pair fits together.

import { execFile } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.js";
import { checkCrossbarNode } from "../../src/crossbar-node/check-crossbar-node.js";
import { loadCrossbarNode } from "../../src/crossbar-node/load-crossbar-node.js";
import { temporaryDirectory } from "./temporary-config.js";

const NAMES = readdirSync("config")
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length));

const CROSSBAR = resolve(".venv/bin/crossbar");
const ENV = {
  AUTHENTICATOR_SECRET: "x",
  AUTHENTICATOR_PRIVATE_KEY: "0".repeat(64),
  JOE_SECRET: "y",
  BACKEND_SECRET: "z",
  ADMINISTRATOR_SECRET: "a",
  VALKEY_PASSWORD: "v",
};

/** A copy of config/, with the PEM files that config/tls.json names. */
function copyOfExamples(): string {
  const directory = join(temporaryDirectory(), "config");
  cpSync("config", directory, { recursive: true });
  mkdirSync(join(directory, "tls"));
  for (const name of ["ca.pem", "client.pem", "client.key"]) {
    writeFileSync(join(directory, "tls", name), "-----BEGIN EXAMPLE-----\n", { mode: 0o600 });
  }
  return directory;
}

test("there is one for each way of attaching, and for sessions beside Crossbar's and without them", () => {
  expect(NAMES).toEqual([
    "anonymous",
    "cryptosign",
    "sessions-exclusive",
    "sessions",
    "several-routers",
    "ticket",
    "tls",
    "valkey",
    "wampcra",
  ]);
});

test.each(NAMES)("config/%s.json loads without warnings and fits its Crossbar node", async (name) => {
  const directory = copyOfExamples();
  const { config, warnings } = await loadConfig(join(directory, `${name}.json`), { env: ENV });
  expect(warnings).toEqual([]);
  const { node } = await loadCrossbarNode(join(directory, "crossbar", `${name}.json`));
  expect(checkCrossbarNode(node, config, { nodeDirectory: join(directory, ".crossbar") })).toEqual([]);
});

test("no example has a secret of its own", async () => {
  for (const name of NAMES.filter((other) => other !== "anonymous")) {
    const error = await loadConfig(join("config", `${name}.json`), { env: {} }).catch((caught) => caught);
    expect(error.code).toBe("ERR_CONFIG_SECRET");
  }
});

// Needs the Python environment that scripts/setup.mjs makes.
const describeWithCrossbar = existsSync(CROSSBAR) ? describe : describe.skip;

describeWithCrossbar("`crossbar check` (skipped without .venv/bin/crossbar)", () => {
  const answers = new Map<string, string>();

  beforeAll(async () => {
    await Promise.all(
      NAMES.map(async (name) => {
        const directory = temporaryDirectory();
        copyFileSync(join("config", "crossbar", `${name}.json`), join(directory, "config.json"));
        const { stdout, stderr } = await promisify(execFile)(CROSSBAR, ["check", "--cbdir", directory], {
          env: { ...process.env, ...ENV },
        }).catch((error: { stdout: string; stderr: string }) => error);
        answers.set(name, stdout + stderr);
      }),
    );
  }, 120_000);

  test.each(NAMES)("accepts config/crossbar/%s.json", (name) => {
    expect(answers.get(name)).toContain("Ok, node configuration looks good!");
  });
});
