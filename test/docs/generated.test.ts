// Pages that are made from the source: they are what the source gives, and leave nothing out.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parseSync } from "@swc/core";
import { packageRoot } from "../../src/store/lmdb/engine.js";

const root = packageRoot();
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const headings = (file: string): string[] =>
  [...read(file).matchAll(/^#{2,3} (.+)$/gm)].map(([, text = ""]) => text);

test.each(["config", "procedures", "errors", "cli", "library"])("docs of %s are up to date", (name) => {
  const script = join(root, "scripts", `generate-${name}-docs.mjs`);
  const result = spawnSync(process.execPath, [script, "--check"], { cwd: root, encoding: "utf8" });
  expect(result.stderr).toBe("");
  expect(result.status).toBe(0);
});

test("`npm run docs` makes them all", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: { docs: string } };
  for (const name of ["config", "procedures", "errors", "cli", "library"]) {
    expect(scripts.docs).toContain(`scripts/generate-${name}-docs.mjs`);
  }
});

test("docs/errors.md has every code", () => {
  const codes = [...read("src/errors.ts").matchAll(/^ {2}\| "(ERR_\w+)"/gm)].map(([, code = ""]) => code);
  expect(codes.length).toBeGreaterThan(40);
  expect(codes.filter((code) => !headings("docs/errors.md").includes(code))).toEqual([]);
});

describe("docs/library.md", () => {
  test("has every export", () => {
    const names = ["index.ts", "web/http.ts"].flatMap((file) =>
      [...read(`src/${file}`).matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = ""]) =>
        list.split(",").map((name) => name.trim().replace(/^type /, "")),
      ),
    );
    expect(names.length).toBeGreaterThan(80);
    const described = new Set(headings("docs/library.md"));
    expect(names.filter((name) => name !== "" && !described.has(name))).toEqual([]);
    for (const name of ["expressSessions", "fastifySessions"]) expect(described).toContain(name);
  });

  test("shows declarations that are whole", () => {
    const blocks = [...read("docs/library.md").matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);
    expect(blocks.length).toBeGreaterThan(80);
    for (const code of blocks) {
      expect(() => parseSync(`declare namespace N {\n${code}\n}`, { syntax: "typescript" })).not.toThrow();
    }
  });
});

test("docs/cli.md has every command of the tree, with an example", () => {
  const sections = read("docs/cli.md").split(/^## /m).slice(1);
  expect(sections.length).toBeGreaterThan(12);
  expect(sections.filter((text) => !text.includes("Example")).map((text) => text.split("\n")[0])).toEqual([]);
});
