// docs/crossbar.md has every kind of finding with its trap, and names tests that exist.

import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { NODE_FINDING_KINDS } from "../../src/crossbar-node/node-finding.js";

const text = readFileSync("docs/crossbar.md", "utf8");

test("the table of findings is the list of kinds, in its order", () => {
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \| (.*) \|$/gm)].map(([, kind, trap]) => [kind, trap]);
  expect(rows).toEqual(Object.entries(NODE_FINDING_KINDS));
});

test("what no file shows names a test that exists, by its title", () => {
  const part = text.split("## Traps that no file shows")[1]?.split("\n## ")[0] ?? "";
  const rows = part.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| the trap |"));
  expect(rows.length).toBeGreaterThanOrEqual(9);
  const wrong = rows.filter((row) => {
    const [, file, title] = /\| `(test\/[^`]+)`: "([^|]+)" \|$/.exec(row) ?? [];
    return file === undefined || !readFileSync(file, "utf8").includes(`"${title}"`);
  });
  expect(wrong).toEqual([]);
});
