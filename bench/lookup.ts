// Bench: the look-up of a cookie beside two raw gets of lmdb-js and beside cfxdb in Python, in turns, as ratios.
// `npm run bench lookup [-- --size 1000000] [--rounds 9]`

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { Contestant, LOOKUPS_A_ROUND } from "./contestant.js";
import { makeDatabase } from "./lookup-database.js";
import { type Figure, printFigures, saveResults } from "./results.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
/** Until most pages of the database are mapped into each process: a first touch is a page fault, which costs more than the look-up. */
const WARM_UP_ROUNDS = 8;

/** Runs the bench and prints its table. */
export async function benchLookup(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: "string", default: "1000000" },
      rounds: { type: "string", default: "9" },
    },
  });
  const [size, rounds] = [Number(values.size), Number(values.rounds)];
  if (!(Number.isInteger(size) && size > 0 && Number.isInteger(rounds) && rounds > 0)) {
    throw new Error("--size and --rounds take whole numbers above 0");
  }
  const directory = join(root, ".bench");
  mkdirSync(directory, { recursive: true });
  const path = await makeDatabase(directory, size);

  const node = [process.execPath, "--import", "tsx", join(here, "lookup-worker.ts")];
  const contestants = [
    new Contestant("cfxdb in Python, as Crossbar's getAuth", [
      join(root, ".venv", "bin", "python"),
      join(here, "lookup.py"),
      path,
      String(size),
    ]),
    new Contestant("two raw gets of lmdb-js, nothing decoded", [...node, "raw", path, String(size)]),
    new Contestant("wamp-cookie-authenticator, to the principal", [...node, "ours", path, String(size)]),
  ];
  // In turns, so that a noisy moment of the machine meets all alike.
  for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
    for (const contestant of contestants) await contestant.run(round >= 0);
  }
  const [python, raw, ours] = contestants.map((contestant) => contestant.lookupsASecond) as [
    number,
    number,
    number,
  ];
  const table = new Table({ head: ["look-up", "per second"], style: { head: [], border: [] } });
  for (const contestant of contestants) table.push([contestant.name, Math.round(contestant.lookupsASecond)]);
  console.log(
    `${size} cookies, LMDB 0.9, median of ${rounds} rounds of ${LOOKUPS_A_ROUND}; Node.js ${process.version}`,
  );
  console.log(table.toString());
  const figures: readonly Figure[] = [
    { what: "look-up, LMDB 0.9: ours beside Python", value: ours / python, goal: 10, atLeast: true },
    { what: "look-up, LMDB 0.9: ours beside two raw gets", value: ours / raw, goal: 0.85, atLeast: true },
  ];
  printFigures(figures);
  saveResults("lookup", { size, rounds, aSecond: { python, raw, ours }, figures });
  for (const contestant of contestants) contestant.stop();
}

await benchLookup();
