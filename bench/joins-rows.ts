// The rows of the bench `joins`: one for each layout, what its processes use for a join, and the table.

import { setTimeout as delay } from "node:timers/promises";
import type { Run } from "./joins-client.js";
import type { JoinsLayout } from "./joins-node.js";
import type { JoinsScene, RunningWorker } from "./joins-scene.js";
import { medianOf, toLatencies, toText } from "./latencies.js";
import { sumCpuUs } from "./process-figures.js";
import { printTable } from "./results.js";

/** Of each process with clients, how many are joining at once. */
const AT_ONCE = 8;
/** Until the router has seen the last client go, which costs it CPU time too. */
const SETTLE_MS = 200;
/** How long all parts are watched while nobody joins. */
const IDLE_MS = 4000;

/** CPU time of all processes of each part, in µs. */
interface Used {
  readonly routerUs: number;
  readonly authenticatorUs: number;
  readonly engineUs: number;
}

export interface Row {
  readonly layout: JoinsLayout;
  /** What the parts use each ms while nobody joins: no join's cost. */
  idle: Used;
  /** Of each round, for one join. */
  readonly used: Used[];
  readonly aSecond: number[];
  /** What clients who couldn't join were told; there should be none. */
  readonly refusals: string[];
  /** Of each join, in ms. */
  readonly times: number[];
}

export function newRow(layout: JoinsLayout): Row {
  return {
    layout,
    idle: { routerUs: 0, authenticatorUs: 0, engineUs: 0 },
    used: [],
    aSecond: [],
    refusals: [],
    times: [],
  };
}

/** What the parts of each row use for themselves. */
export async function measureIdle(rows: readonly Row[], scene: JoinsScene): Promise<void> {
  const before = rows.map((row) => readUsed(row, scene));
  await delay(IDLE_MS);
  for (const [at, row] of rows.entries()) {
    row.idle = combine(readUsed(row, scene), before[at] as Used, (after, used) => (after - used) / IDLE_MS);
  }
}

/** One round. */
export async function measureRow(
  row: Row,
  scene: JoinsScene,
  joins: number,
  isCounted: boolean,
): Promise<void> {
  const workers = row.layout.workers.map((n) => scene.workers[n] as RunningWorker);
  const before = readUsed(row, scene);
  const beganMs = performance.now();
  const { ms: runMs, times, refusals } = await run(scene, joins, workers);
  await delay(SETTLE_MS);
  const ms = performance.now() - beganMs;
  const used = combine(readUsed(row, scene), before, (after, used) => after - used);
  row.refusals.push(...refusals);
  if (!isCounted) return;
  row.used.push(combine(used, row.idle, (all, idle) => (all - idle * ms) / times.length));
  row.aSecond.push((times.length / runMs) * 1000);
  row.times.push(...times);
}

function readUsed({ layout }: Row, { workers, engine }: JoinsScene): Used {
  const used = layout.workers.map((n) => workers[n] as RunningWorker);
  return {
    routerUs: sumCpuUs(used.map(({ pid }) => pid)),
    authenticatorUs: sumCpuUs(used.flatMap(({ authenticatorPids }) => authenticatorPids)),
    engineUs: sumCpuUs(engine.pids),
  };
}

function combine(one: Used, other: Used, of: (one: number, other: number) => number): Used {
  return {
    routerUs: of(one.routerUs, other.routerUs),
    authenticatorUs: of(one.authenticatorUs, other.authenticatorUs),
    engineUs: of(one.engineUs, other.engineUs),
  };
}

/** Where in the store the next clients' cookies are, so that each comes seldom. */
let nextCookie = 0;

async function run(scene: JoinsScene, joins: number, workers: readonly RunningWorker[]): Promise<Run> {
  const count = Math.ceil(joins / scene.clients.length);
  const urls = workers.map(({ url }) => url).join(" ");
  const answers = await Promise.all(
    scene.clients.map(async (client) => {
      nextCookie += count;
      const answer = await client.ask(`run ${count} ${AT_ONCE} ${nextCookie} ${urls}`);
      return JSON.parse(answer) as Run;
    }),
  );
  return {
    ms: Math.max(...answers.map(({ ms }) => ms)),
    times: answers.flatMap(({ times }) => times),
    refusals: answers.flatMap(({ refusals }) => refusals),
  };
}

/** Medians of the rounds; CPU time in µs for one join. */
export interface Found extends Used {
  readonly name: string;
  readonly refusals: readonly string[];
  readonly aSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export function toFound({ layout, used, aSecond, refusals, times }: Row): Found {
  const { p50, p99 } = toLatencies(times);
  const median = (of: (each: Used) => number): number => medianOf(used.map(of));
  return {
    name: layout.name,
    refusals,
    aSecond: medianOf(aSecond),
    routerUs: median(({ routerUs }) => routerUs),
    authenticatorUs: median(({ authenticatorUs }) => authenticatorUs),
    engineUs: median(({ engineUs }) => engineUs),
    p50,
    p99,
  };
}

export function printJoins(found: readonly Found[]): void {
  const parts = ["router workers", "authenticators", "engine"].map((part) => `${part}:\nCPU µs a join`);
  printTable(
    ["complete joins", "a second", "p50 ms", "p99 ms", ...parts],
    found.map(({ name, aSecond, p50, p99, routerUs, authenticatorUs, engineUs }) => [
      name,
      ...[aSecond, p50, p99, routerUs, authenticatorUs, engineUs].map(toText),
    ]),
  );
  for (const { name, refusals } of found.filter((each) => each.refusals.length > 0)) {
    console.log(`${name}: ${refusals.length} clients couldn't join: ${[...new Set(refusals)].join(", ")}`);
  }
}
