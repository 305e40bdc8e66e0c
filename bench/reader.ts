// Bench: look-ups of src/lmdb-reader beside zlmdb in Python, on the same databases in LMDB 0.9 and 1.0, in turns.
// `npm run bench reader [-- --size 100000] [--rounds 9]`

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { Contestant, LOOKUPS_A_ROUND } from "./contestant.js";
import { makeReaderDatabase } from "./reader-database.js";
import { type Figure, printFigures, saveResults } from "./results.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const python = join(root, ".venv", "bin", "python");
const script = join(here, "reader.py");
const WARM_UP_ROUNDS = 3;
const FORMATS = ["0.9", "1.0"] as const;

/** Runs the bench and prints its table. */
export async function benchReader(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: { size: { type: "string", default: "100000" }, rounds: { type: "string", default: "9" } },
  });
  const [size, rounds] = [Number(values.size), Number(values.rounds)];
  if (!(Number.isInteger(size) && size > 0 && Number.isInteger(rounds) && rounds > 0)) {
    throw new Error("--size and --rounds take whole numbers above 0");
  }
  const directory = join(root, ".bench");
  mkdirSync(directory, { recursive: true });
  const node = [process.execPath, "--import", "tsx", join(here, "lookup-worker.ts")];
  const contestants = FORMATS.flatMap((format) => {
    const path = makeReaderDatabase({ directory, python, script, format, size });
    const contestant = (name: string, command: readonly string[]) =>
      new Contestant(`LMDB ${format}: ${name}`, [...command, path, String(size)]);
    const cfxdb = [python, "-W", "ignore", join(here, "lookup.py")];
    return [
      contestant("cfxdb in Python, as Crossbar's getAuth", cfxdb),
      contestant("our reader without native code, to the principal", [...node, "pure"]),
      ...(format === "1.0" ? [] : [contestant("our native engine, to the principal", [...node, "ours"])]),
      ...(format === "1.0" ? [] : [contestant("two raw gets of lmdb-js", [...node, "raw"])]),
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
  const [python10, ours10] = contestants.slice(-2).map((contestant) => contestant.lookupsASecond) as [
    number,
    number,
  ];
  const figures: readonly Figure[] = [
    { what: "look-up, LMDB 1.0: ours beside Python", value: ours10 / python10, goal: 2, atLeast: true },
  ];
  printFigures(figures);
  const aSecond = Object.fromEntries(contestants.map(({ name, lookupsASecond }) => [name, lookupsASecond]));
  saveResults("reader", { size, rounds, aSecond, figures });
  for (const contestant of contestants) contestant.stop();
}

await benchReader();
