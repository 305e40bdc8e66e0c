// `npm run bench`: every bench with a goal, one after the other and short; one table, and `.bench/results.json`.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serverMissing } from "../test/support/valkey-find-servers.js";
import { benchDirectory, describeMachine, type Figure, printTable, toFigureCells } from "./results.js";

/** Each bench, with options that make it short; the databases are made first, once, which takes its time. */
const BENCHES: readonly (readonly [name: string, ...options: string[]])[] = [
  ["lookup", "--rounds", "5"],
  ["reader", "--rounds", "5"],
  ["calls", "--rounds", "5"],
  ["size", "--rounds", "3"],
  ["logins", "--rounds", "3"],
  ["purge"],
  ["router", "--rounds", "2"],
  ["stores", "--rounds", "3"],
  ["failover"],
];

/** Those that need a Valkey. */
const ON_SERVERS = ["stores", "failover"];

interface Results {
  readonly name: string;
  readonly time: string;
  readonly figures?: readonly Figure[];
}

/** Runs all and prints the table of their figures. */
export function benchAll(): void {
  const machine = describeMachine();
  const begin = Date.now();
  const missing = serverMissing();
  if (missing !== undefined) console.log(`without ${ON_SERVERS.join(" and ")}: ${missing}`);
  const benches = BENCHES.filter(([name]) => missing === undefined || !ON_SERVERS.includes(name));
  const results = benches.map(([name, ...options]) => run(name, options, begin));
  printTable(
    ["figure", "value", "goal", "met"],
    results.flatMap(({ figures = [] }) => figures.map(toFigureCells)),
  );
  console.log(`${machine.text}; single benches: npm run bench NAME`);
  const about = { time: new Date(begin).toISOString(), node: process.version, load: machine.load };
  const file = join(benchDirectory(), "results.json");
  writeFileSync(file, `${JSON.stringify({ ...about, results }, undefined, 2)}\n`);
}

/** @throws Error if the bench fails, or leaves only an older run's results */
function run(name: string, options: readonly string[], begin: number): Results {
  console.log(`\n${name} ${options.join(" ")}`);
  const script = join(dirname(fileURLToPath(import.meta.url)), `${name}.ts`);
  const { status } = spawnSync(process.execPath, ["--import", "tsx", script, ...options], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const file = join(benchDirectory(), `results-${name}.json`);
  if (status !== 0) throw new Error(`the bench ${name} failed with status ${status}`);
  const results = JSON.parse(readFileSync(file, "utf8")) as Results;
  if (Date.parse(results.time) < begin) throw new Error(`the bench ${name} has left no results`);
  return results;
}

benchAll();
