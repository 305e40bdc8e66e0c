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

export type Cells = readonly (string | number)[];

/** The same as Markdown. */
export function toMarkdown(head: readonly string[], rows: readonly Cells[]): string {
  const line = (cells: Cells): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

/** Says on what was measured: the load tells whether the machine was quiet. Taken before the bench makes its own. */
export function describeMachine(): { readonly text: string; readonly load: readonly number[] } {
  const load = loadavg().map((value) => Number(value.toFixed(2)));
  return { text: `Node.js ${process.version}, ${cpus().length} cores, load before ${load.join(", ")}`, load };
}

/** What a bench is about: a ratio or a time with a goal (the issue's), which `all.ts` collects. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly goal: number;
  /** Whether the goal is the least or the most that will do. */
  readonly atLeast?: boolean;
}

/** Prints a line for each figure. */
export function printFigures(figures: readonly Figure[]): void {
  for (const figure of figures) {
    const [what, value, goal] = toFigureCells(figure);
    console.log(`${what}: ${value} (goal ${goal})`);
  }
}

/** The cells of a figure: what, value, goal, whether it is met. */
export function toFigureCells({ what, value, goal, atLeast = false }: Figure): string[] {
  const isMet = atLeast ? value >= goal : value <= goal;
  const digits = value < 1 ? 3 : 2;
  return [what, value.toFixed(digits), `${atLeast ? "at least" : "at most"} ${goal}`, isMet ? "yes" : "no"];
}

/** What a bench has to say, in any words of its own. */
export interface Results {
  readonly figures?: readonly Figure[];
  readonly [detail: string]: unknown;
}

/** Writes `.bench/results-NAME.json`. */
export function saveResults(name: string, results: Results): void {
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
