// docs/valkey.md: its configurations load, its ACL lines are those that the store is tested with, its keys exist.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.js";
import { aclRule, SENTINEL_ACL_RULE } from "../../src/store/valkey/acl-rule.js";
import { content, type Json, temporaryDirectory, writeConfig } from "../config/temporary-config.js";

const page = readFileSync("docs/valkey.md", "utf8");
const blocks = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, text = ""]) => JSON.parse(text) as Json);

test("each configuration loads without a warning", async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "secrets"));
  mkdirSync(join(directory, "tls"));
  writeFileSync(join(directory, "secrets", "valkey"), "x", { mode: 0o600 });
  for (const name of ["ca.pem", "client.pem", "client.key"])
    writeFileSync(join(directory, "tls", name), "-----BEGIN EXAMPLE-----\n", { mode: 0o600 });
  expect(blocks).toHaveLength(5);
  for (const block of blocks) {
    const store = block.store ?? { type: "valkey", servers: ["127.0.0.1"], ...block };
    const file = writeConfig(content({ store }), directory);
    const { config, warnings } = await loadConfig(file, { env: { VALKEY_PASSWORD: "x" } });
    expect(config.store.type).toBe("valkey");
    expect(warnings).toEqual([]);
  }
});

test("the ACL lines give the rights that suffice", () => {
  const lines = page.split("\n").filter((line) => line.startsWith("ACL SETUSER"));
  expect(lines).toEqual([
    `ACL SETUSER wca on >secret ${aclRule("wca")}`,
    `ACL SETUSER wca-admin on >another ${aclRule("wca", "administrator")}`,
    `ACL SETUSER wca on >secret ${SENTINEL_ACL_RULE}`,
  ]);
});

test("keys, codes and metrics that it names exist", () => {
  const known = (file: string) => readFileSync(file, "utf8");
  const keys = [...page.matchAll(/`((?:store|sessions|authenticator)\.[\w.]+)/g)].map(([, key = ""]) => key);
  expect(keys.length).toBeGreaterThan(8);
  expect(keys.filter((key) => !known("docs/configuration.md").includes(`\`${key}\``))).toEqual([]);
  const codes = page.match(/\bERR_\w+/g) ?? [];
  expect(codes.filter((code) => !known("src/errors.ts").includes(`"${code}"`))).toEqual([]);
  const metrics = page.match(/wamp_cookie_authenticator_\w+/g) ?? [];
  expect(metrics.filter((name) => !known("docs/metrics.md").includes(name))).toEqual([]);
});
