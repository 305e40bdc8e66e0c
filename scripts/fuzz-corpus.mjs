// The corpus of the reader's fuzzing: small databases made by LMDB, and cases, which are changes to one of them.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const CORPUS = join(dirname(fileURLToPath(import.meta.url)), "..", "test", "lmdb-reader", "corpus");

/** The bases by name: `<name>.mdb`. */
export function readBases() {
  const names = readdirSync(CORPUS).filter((name) => name.endsWith(".mdb"));
  return new Map(names.map((name) => [name, readFileSync(join(CORPUS, name))]));
}

/** The cases, JSON: `{ base, changes: [[position, hex], …], length? }`. */
export function readCorpus() {
  const names = readdirSync(CORPUS).filter((name) => name.endsWith(".case"));
  return names.map((name) => JSON.parse(readFileSync(join(CORPUS, name), "utf8")));
}

/** The data file of a case. */
export function toBytes({ base, changes, length }, bases) {
  const bytes = Buffer.from(bases.get(base));
  for (const [position, hex] of changes)
    bytes.set(Buffer.from(hex, "hex").subarray(0, bytes.length - position), position);
  return length === undefined ? bytes : bytes.subarray(0, length);
}

/** Keeps a case under the hash of its content. @returns the file's name */
export function writeCase(input) {
  const text = `${JSON.stringify(input)}\n`;
  const name = `${createHash("sha256").update(text).digest("hex").slice(0, 16)}.case`;
  writeFileSync(join(CORPUS, name), text);
  return name;
}
