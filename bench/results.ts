// What a bench has found: a table for people, a file for machines.

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { packageRoot } from "../src/store/lmdb/engine.js";

/** Where the benches keep their databases and results. */
export function benchDirectory(): string {
  const directory = join(packageRoot(), ".bench");
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Prints a table with the cells of the first row as its head. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const colAligns = head.map((_, column) => (column === 0 ? "left" : "right"));
  const table = new Table({ head: [...head], colAligns, style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  console.log(table.toString());
}

/** Says on what was measured: the load tells whether the machine was quiet. Taken before the bench makes its own. */
export function describeMachine(): { readonly text: string; readonly load: readonly number[] } {
  const load = loadavg().map((value) => Number(value.toFixed(2)));
  return { text: `Node.js ${process.version}, ${cpus().length} cores, load before ${load.join(", ")}`, load };
}

/** Writes `.bench/results-NAME.json`. */
export function saveResults(name: string, results: object): void {
  const file = join(benchDirectory(), `results-${name}.json`);
  const about = { name, time: new Date().toISOString(), node: process.version, cpus: cpus().length };
  writeFileSync(file, `${JSON.stringify({ ...about, ...results }, undefined, 2)}\n`);
}

/** A whole number above 0 of the command line. @throws Error */
export function parseCount(text: string, option: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--${option} takes a whole number above 0`);
  return count;
}
