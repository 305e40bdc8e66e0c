// Reads an LMDB database with src/lmdb-reader while a zlmdb process writes it and is killed again and again.
// `node scripts/stress-reader.mjs [--seconds 60] [--format 1.0] [--kill-every 2] [--without-check]`
// Prints one JSON object; ends with status 1 after a wrong answer or an error. With --without-check it reads as if the
// snapshot rule didn't exist, stops at the first wrong answer, and ends with status 1 if there was none.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { register } from "tsx/esm/api";
import { checkGeneration } from "./stress/check-generation.mjs";
import { StressWriter } from "./stress/stress-writer.mjs";

register();
const { openLmdbReader } = await import("../src/lmdb-reader/lmdb-reader.ts");

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    format: { type: "string", default: "1.0" },
    "kill-every": { type: "string", default: "2" },
    "without-check": { type: "boolean", default: false },
  },
});
if (!["0.9", "1.0"].includes(options.format)) throw new Error("--format takes 0.9 or 1.0");
const withoutCheck = options["without-check"];
const [seconds, killEvery] = [Number(options.seconds), Number(options["kill-every"])];
if (!(seconds > 0 && killEvery > 0)) throw new Error("--seconds and --kill-every take numbers above 0");
const BATCH = 20;
/** Milliseconds: several commits. */
const dwellMs = withoutCheck ? 2 : 0;

const directory = mkdtempSync(join(tmpdir(), "wca-stress-"));
const writer = new StressWriter(directory, options.format, join(directory, "progress"));
try {
  const result = await run();
  console.log(JSON.stringify(result));
  const isAsExpected = withoutCheck ? result.wrongAnswers > 0 : result.wrongAnswers + result.errors === 0;
  process.exitCode = isAsExpected && result.failure === undefined ? 0 : 1;
} finally {
  await writer.stop();
  rmSync(directory, { recursive: true, force: true });
}

async function run() {
  const reader = await openWhenThere();
  const found = { reads: 0, lookups: 0, wrongAnswers: 0, errors: 0, problems: {}, failure: undefined };
  const first = writer.generation;
  let newest = first;
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  for (let nextKill = killEvery; elapsed() < seconds && found.failure === undefined; ) {
    for (let i = 0; i < BATCH; i += 1) {
      const generation = readOnce(reader, found, newest);
      if (generation > newest) newest = generation;
    }
    if (withoutCheck && found.wrongAnswers > 0) break;
    found.failure = writer.failure;
    if (elapsed() > nextKill) {
      await writer.replace();
      nextKill = elapsed() + killEvery;
    }
    await nextTurn();
  }
  const took = elapsed();
  return {
    format: options.format,
    seconds: Number(took.toFixed(1)),
    commits: Number(writer.generation - first),
    kills: writer.kills,
    ...found,
    lookupsASecond: Math.round(found.lookups / took),
    retries: reader.counters.retries,
    mostRetries: reader.counters.mostRetries,
  };
}

/** One checked read. Answers may neither be older than what the writer announced nor than an earlier answer. */
function readOnce(reader, found, newest) {
  const announced = writer.generation;
  found.reads += 1;
  try {
    const { wrong, generation, lookups } = checkGeneration(
      reader,
      { announced, newest },
      found.reads % 2 === 0,
      dwellMs,
    );
    found.lookups += lookups;
    if (wrong !== undefined) found.wrongAnswers += 1;
    note(found, wrong);
    return generation;
  } catch (error) {
    found.errors += 1;
    note(found, error.code ?? String(error));
    return newest;
  }
}

function note(found, problem) {
  if (problem === undefined) return;
  found.problems[problem] = (found.problems[problem] ?? 0) + 1;
}

async function openWhenThere() {
  for (let tries = 0; ; tries += 1) {
    try {
      if (writer.generation > 0n) return openLmdbReader(directory, { checkSnapshot: !withoutCheck });
    } catch (error) {
      // Without the check a page used again looks like damage at open already.
      if (tries > 1000) throw error;
    }
    if (tries > 1000) throw new Error(writer.failure ?? "the writer wrote nothing");
    await wait(10);
  }
}
