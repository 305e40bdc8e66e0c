// Feeds damaged data files to src/lmdb-reader: each must give content or an error with a code, soon.
// `node scripts/fuzz-reader.mjs [--minutes 1] [--seed N] [--keep]`
// Guided by outcomes: an input that gives a message not seen before (page numbers apart) is mutated further, and with
// --keep it goes to test/lmdb-reader/corpus, as the changes to a base file. Prints one JSON object; status 1 after a
// finding, whose input is then in the corpus.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { register } from "tsx/esm/api";
import { CORPUS, readBases, readCorpus, toBytes, writeCase } from "./fuzz-corpus.mjs";
import { Chance, mutate } from "./fuzz-mutate.mjs";

register();
const { describeFile } = await import("../test/support/lmdb-outcome.ts");

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    keep: { type: "boolean", default: false },
  },
});
/** Milliseconds for a file of some pages; over it, the input is a finding. */
const SLOW_MS = 1000;
/** Bytes of growth of the resident memory that can't be the reader's buffers. */
const MEMORY_BYTES = 2 ** 30;

const minutes = Number(options.minutes);
if (!(minutes > 0)) throw new Error("--minutes takes a number above 0");
const chance = new Chance(Number(options.seed));
const bases = readBases();
const pool = [...[...bases.keys()].map((base) => ({ base, changes: [] })), ...readCorpus()];
const seen = new Set();
const counts = { inputs: 0, content: 0, coded: 0, kept: 0, findings: 0, slowestMs: 0 };
const directory = join(mkdtempSync(join(tmpdir(), "wca-fuzz-")), "db");
mkdirSync(directory);
try {
  for (const item of pool) tryInput(item);
  const end = Date.now() + minutes * 60_000;
  while (Date.now() < end) tryInput(mutate(chance.pick(pool), bases, chance));
} finally {
  rmSync(join(directory, ".."), { recursive: true, force: true });
}
console.log(
  JSON.stringify({
    seed: Number(options.seed),
    minutes,
    bases: bases.size,
    pool: pool.length,
    outcomes: seen.size,
    ...counts,
  }),
);
process.exitCode = counts.findings > 0 ? 1 : 0;

function tryInput(input) {
  writeFileSync(join(directory, "data.mdb"), toBytes(input, bases));
  const start = performance.now();
  const memory = process.memoryUsage.rss();
  let outcome;
  try {
    outcome = describeFile(directory);
    counts[outcome.isContent ? "content" : "coded"] += 1;
  } catch (error) {
    return find(input, String(error?.stack ?? error));
  }
  const took = performance.now() - start;
  counts.inputs += 1;
  counts.slowestMs = Math.max(counts.slowestMs, Math.round(took));
  if (took > SLOW_MS) find(input, `took ${Math.round(took)} ms`);
  if (process.memoryUsage.rss() - memory > MEMORY_BYTES) find(input, "took too much memory");
  for (const text of outcome.signature) {
    if (seen.has(text)) continue;
    seen.add(text);
    if (pool.includes(input)) continue;
    pool.push(input);
    counts.kept += 1;
    if (options.keep) writeCase(input);
  }
}

function find(input, what) {
  counts.findings += 1;
  console.error(`finding: ${what}\n  kept as ${join(CORPUS, writeCase(input))}`);
}
