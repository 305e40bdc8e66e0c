// Bench: look-ups of src/lmdb-reader beside zlmdb in Python, on the same databases in LMDB 0.9 and 1.0, in turns.
// `node --import tsx bench/reader.ts [--size 100000] [--rounds 9]`

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { LOOKUPS_A_ROUND, ReaderContestant } from "./reader-contestant.js";
import { makeReaderDatabase } from "./reader-database.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const python = join(root, ".venv", "bin", "python");
const script = join(here, "reader.py");
const WARM_UP_ROUNDS = 3;
const FORMATS = ["0.9", "1.0"] as const;

/** Runs the bench and prints its table. */
export async function benchReader(): Promise<void> {
  const { values } = parseArgs({
    options: { size: { type: "string", default: "100000" }, rounds: { type: "string", default: "9" } },
  });
  const [size, rounds] = [Number(values.size), Number(values.rounds)];
  if (!(Number.isInteger(size) && size > 0 && Number.isInteger(rounds) && rounds > 0)) {
    throw new Error("--size and --rounds take whole numbers above 0");
  }
  const directory = join(root, ".bench");
  mkdirSync(directory, { recursive: true });
  const contestants = FORMATS.flatMap((format) => {
    const path = makeReaderDatabase({ directory, python, script, format, size });
    const quiet = [python, "-W", "ignore"];
    const node = [process.execPath, "--import", "tsx", join(here, "reader-worker.ts")];
    return [
      new ReaderContestant(`LMDB ${format}: cfxdb in Python, decoded as Crossbar's getAuth`, [
        ...quiet,
        join(here, "lookup.py"),
        path,
        String(size),
      ]),
      new ReaderContestant(`LMDB ${format}: zlmdb in Python, two raw gets`, [
        ...quiet,
        script,
        "raw",
        path,
        String(size),
      ]),
      new ReaderContestant(`LMDB ${format}: the pure reader, two raw gets`, [...node, path, String(size)]),
    ];
  });
  // In turns, so that a noisy moment of the machine meets all alike.
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const contestant of contestants) await contestant.run(round >= 0);
  }
  const table = new Table({ head: ["look-up", "per second"], style: { head: [], border: [] } });
  for (const { name, lookupsASecond } of contestants) table.push([name, Math.round(lookupsASecond)]);
  console.log(
    `${size} cookies, median of ${rounds} rounds of ${LOOKUPS_A_ROUND}; Node.js ${process.version}`,
  );
  console.log(table.toString());
  for (const contestant of contestants) contestant.stop();
}

await benchReader();
