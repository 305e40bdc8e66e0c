// The guides name what exists: every reason of a refusal is explained, and no guide speaks of codes, keys or scripts that aren't.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { DENIAL_REASONS } from "../../src/authenticator/outcome.js";
import { packageRoot } from "../../src/store/lmdb/engine.js";

const root = packageRoot();
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const GUIDES = readdirSync(join(root, "docs", "guides"));

test("every reason of a refusal is explained", () => {
  const [, text = ""] = read("docs/guides/troubleshooting.md").split("\n## A client is refused\n");
  expect(DENIAL_REASONS.filter((reason) => !text.includes(`\`${reason}\``))).toEqual([]);
});

test.each(GUIDES)("%s names codes, configuration keys and commands that exist", (name) => {
  const text = read(join("docs", "guides", name));
  const codes = text.match(/\bERR_STORE_\w+|\bERR_CONFIG_\w+|\bERR_ENGINE_\w+|\bERR_HEALTH_\w+/g) ?? [];
  const known = read("src/errors.ts");
  expect(codes.filter((code) => !known.includes(`"${code}"`))).toEqual([]);
  const configuration = read("docs/configuration.md");
  const keys = [
    ...text.matchAll(/`((?:authenticator|sessions|store|routers\[\]|log|health|cookie)\.[\w.]+)/g),
  ];
  expect(
    keys
      .map(([, key = ""]) => key)
      .filter((key) => !configuration.includes(`\`${key}`) && !key.endsWith(".json")),
  ).toEqual([]);
});

test("CONTRIBUTING.md names scripts that exist", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const named = [...read("CONTRIBUTING.md").matchAll(/npm (?:run )?([a-z:]+)/g)].map(
    ([, script = ""]) => script,
  );
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
});

test("CHANGELOG.md has the version of package.json", () => {
  const { version } = JSON.parse(read("package.json")) as { version: string };
  expect(read("CHANGELOG.md")).toContain(`\n## [${version}]`);
});
