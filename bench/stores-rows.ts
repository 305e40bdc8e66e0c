// The rows of the bench `stores`: what is asked of which store, in turns, and the tables of what came of it.

import { medianOf, toText } from "./latencies.js";
import { readCpuUs } from "./process-figures.js";
import { printTable } from "./results.js";
import { ask, type Contestant } from "./stores-contestants.js";
import type { Work } from "./stores-worker.js";

/** What is asked of a contestant again and again, and what came of it in each round. */
export interface Row {
  readonly contestant: Contestant;
  readonly about: string;
  readonly request: string;
  readonly works: (Work & { readonly serverUs: number })[];
}

/** Medians of the rounds; CPU time in µs for one operation. */
export interface Found {
  readonly name: string;
  readonly about: string;
  readonly aSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly ourUs: number;
  readonly serverUs: number;
  /** The share that was answered without a promise: by LMDB, or from memory. */
  readonly answeredAtOnce: number;
  /** Of all operations of a round together. */
  readonly ms: number;
}

export function newRow(contestant: Contestant, about: string, request: string): Row {
  return { contestant, about, request, works: [] };
}

/** In turns, so that a noisy moment of the machine meets all alike. The first round is the warm-up. */
export async function takeTurns(rows: readonly Row[], rounds: number): Promise<void> {
  for (let round = -1; round < rounds; round += 1) {
    for (const { contestant, request, works } of rows) {
      const { serverPid } = contestant;
      const usedUs = () => (serverPid === undefined ? 0 : readCpuUs(serverPid));
      const before = usedUs();
      const work = await ask(contestant, request);
      if (round >= 0) works.push({ ...work, serverUs: usedUs() - before });
    }
  }
}

export function toFound({ contestant, about, works }: Row): Found {
  const median = (of: (work: Row["works"][number]) => number): number => medianOf(works.map(of));
  // The kernel counts a server's time in steps of 10 ms: over all rounds that is little.
  const sum = (of: (work: Row["works"][number]) => number): number =>
    works.reduce((all, work) => all + of(work), 0);
  return {
    name: contestant.name,
    about,
    aSecond: median(({ count, ms }) => (count / ms) * 1000),
    p50: median(({ p50 }) => p50),
    p99: median(({ p99 }) => p99),
    ourUs: median(({ cpuUs, count }) => cpuUs / count),
    serverUs: sum(({ serverUs }) => serverUs) / sum(({ count }) => count),
    answeredAtOnce: median(({ answeredAtOnce, count }) => answeredAtOnce / count),
    ms: median(({ ms }) => ms),
  };
}

/** The first row is what the others are compared with, and each with the first of its own kind. */
export function printOperations(title: string, found: readonly Found[]): void {
  const baseOf = (each: Found): Found =>
    found.find(({ name, about }) => name === found[0]?.name && about === each.about) ?? (found[0] as Found);
  printTable(
    [title, "", "a second", "x LMDB", "p50 ms", "p99 ms", "our CPU µs", "server CPU µs", "without waiting"],
    found.map((each) => [
      each.name,
      each.about,
      Math.round(each.aSecond),
      (each.aSecond / baseOf(each).aSecond).toFixed(2),
      ...[each.p50, each.p99, each.ourUs, each.serverUs].map(toText),
      `${Math.round(each.answeredAtOnce * 100)} %`,
    ]),
  );
}

/** @param live sessions of a pass */
export function printPasses(live: number, found: readonly Found[]): void {
  printTable(
    [`a pass over ${live} live sessions`, "ms", "our CPU ms", "server CPU ms"],
    found.map(({ name, ms, ourUs, serverUs }) => [name, ...[ms, ourUs / 1000, serverUs / 1000].map(toText)]),
  );
}
