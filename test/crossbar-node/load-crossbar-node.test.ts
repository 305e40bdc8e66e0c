// Node configurations in JSON and YAML, read as Crossbar reads them.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { loadCrossbarNode } from "../../src/crossbar-node/load-crossbar-node.js";
import { parseYaml } from "../../src/crossbar-node/parse-yaml.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";

afterAll(removeTempDirectories);

const PYTHON = resolve(".venv/bin/python");

/** What differs between versions of YAML, and between libraries. */
const TRICKY = `
version: 2
dynamic: &dynamic {type: dynamic, authenticator: com.example.authenticate, authenticator-role: trusted}
auth:
  ticket: *dynamic
  anonymous:
    <<: *dynamic
    authenticator-realm: realm1
sync: no
purge_on_startup: yes
mode: 0640
port: 8_080
hex: 0x1F
secret: "\${SECRET}"
text: |
  two
  lines
twice: 1
twice: 2
nothing: ~
`;

function write(name: string, text: string): string {
  const file = join(makeTempDirectory(), name);
  writeFileSync(file, text);
  return file;
}

test.each(["node.yaml", "node.yml", "NODE.YAML"])("%s is read as YAML", async (name) => {
  const file = write(name, TRICKY);
  expect(await loadCrossbarNode(file)).toMatchObject({
    file,
    nodeDirectory: resolve(file, ".."),
    node: { sync: false, purge_on_startup: true, auth: { anonymous: { "authenticator-role": "trusted" } } },
  });
});

const describeWithPython = existsSync(PYTHON) ? describe : describe.skip;

describeWithPython("the same as PyYAML, which Crossbar uses (skipped without .venv)", () => {
  const python = (code: string, input: string): unknown =>
    JSON.parse(execFileSync(PYTHON, ["-c", `import json, sys, yaml\n${code}`], { input, encoding: "utf8" }));

  test("for what versions of YAML read differently", () => {
    const theirs = python("print(json.dumps(yaml.safe_load(sys.stdin)))", TRICKY);
    expect(parseYaml(TRICKY, "node.yaml")).toEqual(theirs);
  });

  test.each(["sessions", "sessions-exclusive", "tls"])("for config/crossbar/%s.json as YAML", (name) => {
    const json = readFileSync(join("config", "crossbar", `${name}.json`), "utf8");
    const yaml = python("print(json.dumps(yaml.safe_dump(json.load(sys.stdin))))", json) as string;
    expect(parseYaml(yaml, "node.yaml")).toEqual(JSON.parse(json));
  });
});

describe("errors say where, and never quote the file", () => {
  test.each<[string, string, RegExp]>([
    ["wrong indent", "a:\n  secret: hunter2\n b: 1\n", /is no YAML: line 3, column 1 /],
    ["an open quote", 'secret: "hunter2\n', /is no YAML: line \d, column \d+ /],
    ["an alias of nothing", "secret: hunter2\na: *gone\n", /is no YAML: /],
    ["two documents", "secret: hunter2\n---\nb: 1\n", /is no YAML: line 2/],
    [
      "an explosion of aliases",
      `a0: &a0 [hunter2]\n${[1, 2, 3, 4, 5, 6].map((n) => `a${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]`).join("\n")}\n`,
      /is no YAML: an alias without its anchor, or too many of them/,
    ],
  ])("%s", async (_name, text, message) => {
    const error = await loadCrossbarNode(write("node.yaml", text)).catch((caught) => caught);
    expect(error.code).toBe("ERR_CONFIG_SYNTAX");
    expect(error.message).toMatch(message);
    expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain("hunter2");
  });

  test("a file that isn't there", async () => {
    await expect(loadCrossbarNode("/nowhere/node.yaml")).rejects.toMatchObject({ code: "ERR_CONFIG_READ" });
  });
});
