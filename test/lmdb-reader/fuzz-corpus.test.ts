// The corpus of scripts/fuzz-reader.mjs, read again; and the fuzzing itself, for some seconds.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "@jest/globals";
import { describeFile } from "../support/lmdb-outcome.js";
import { makeTempDirectory, removeTempDirectories } from "../support/temp-directory.js";

afterAll(removeTempDirectories);

const here = dirname(fileURLToPath(import.meta.url));
const script = join(here, "..", "..", "scripts", "fuzz-reader.mjs");
/** Milliseconds for one file, on a busy machine. */
const SOON_MS = 2000;

test("each case of the corpus gives content or an error with a code, soon", async () => {
  const corpus = (await import(join(here, "..", "..", "scripts", "fuzz-corpus.mjs"))) as {
    readBases(): Map<string, Buffer>;
    readCorpus(): object[];
    toBytes(input: object, bases: Map<string, Buffer>): Buffer;
  };
  const bases = corpus.readBases();
  const cases = [...[...bases.keys()].map((base) => ({ base, changes: [] })), ...corpus.readCorpus()];
  expect(cases.length).toBeGreaterThan(20);
  const directory = join(makeTempDirectory(), "db");
  mkdirSync(directory);
  const contents = cases.map((input) => {
    writeFileSync(join(directory, "data.mdb"), corpus.toBytes(input, bases));
    const start = Date.now();
    const { isContent } = describeFile(directory);
    expect(Date.now() - start).toBeLessThan(SOON_MS);
    return isContent;
  });
  expect(new Set(contents)).toEqual(new Set([true, false]));
});

test("some seconds of fuzzing find nothing", () => {
  const before = readdirSync(join(here, "corpus")).length;
  const { status, stdout } = spawnSync(process.execPath, [script, "--minutes", "0.08"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const result = JSON.parse(stdout) as { readonly inputs: number; readonly findings: number };
  expect({ ...result, status }).toMatchObject({ status: 0, findings: 0 });
  expect(result.inputs).toBeGreaterThan(100);
  expect(readdirSync(join(here, "corpus")).length).toBeGreaterThanOrEqual(before);
});
