// What every generator of a page does with its text: writes it, or with `--check` compares it and ends with 1.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** `file` is relative to the project, `source` says in words what the page is made from. */
export function writeOrCheck(file, text, source) {
  const target = join(root, file);
  if (!process.argv.includes("--check")) {
    writeFileSync(target, text);
    console.log(`wrote ${target}`);
    return;
  }
  if (existsSync(target) && readFileSync(target, "utf8") === text) return;
  console.error(`${file} is not what ${source} gives: run npm run docs`);
  process.exitCode = 1;
}
