// Bench: what the number of cookies does to a look-up, to the memory beyond the mapped file, and to the start of the
// service up to its registration at a real Crossbar. `npm run bench size [-- --sizes 10000,1000000,10000000] [--rounds 7]`

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { packageRoot } from "../src/store/lmdb/engine.js";
import { type Crossbar, freePorts, startCrossbar } from "../test/support/crossbar.js";
import { callsNode, PROCEDURES, REALM, TICKET } from "./calls-node.js";
import { medianOf, toText } from "./latencies.js";
import { LineProcess } from "./line-process.js";
import {
  benchDirectory,
  describeMachine,
  type Figure,
  parseCount,
  printFigures,
  printTable,
  saveResults,
} from "./results.js";
import { makeSizeDatabase } from "./size-database.js";

const LOOKUPS = 50_000;

interface Row {
  readonly size: number;
  readonly path: string;
  readonly ours: LineProcess;
  /** Two raw gets of lmdb-js: what grows without us. */
  readonly raw: LineProcess;
  readonly rawUs: number[];
  readonly lookupUs: number[];
  readonly memoryMb: number[];
  readonly startMs: number[];
}

/** Runs the bench and prints its table. */
export async function benchSize(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      sizes: { type: "string", default: "10000,1000000,10000000" },
      rounds: { type: "string", default: "7" },
    },
  });
  const sizes = values.sizes.split(",").map((size) => parseCount(size, "sizes"));
  const rounds = parseCount(values.rounds, "rounds");
  const machine = describeMachine();
  const rows: Row[] = [];
  for (const size of [0, ...sizes]) {
    const path = await makeSizeDatabase(size);
    const start = (kind: string) =>
      LineProcess.start("size-worker.ts", [kind, path, String(size)], ["--expose-gc"]);
    const processes = { ours: await start("ours"), raw: await start(size === 0 ? "ours" : "raw") };
    rows.push({ size, path, ...processes, rawUs: [], lookupUs: [], memoryMb: [], startMs: [] });
  }
  const [port = 0] = await freePorts(1);
  const crossbar: Crossbar = await startCrossbar({
    nodeConfig: callsNode(port),
    directory: benchDirectory(),
  });
  try {
    // In turns, so that a noisy moment of the machine meets all alike. The first round is the warm-up.
    for (let round = -1; round < rounds; round += 1) {
      for (const row of rows) {
        const [ns, kb] = await ask(row.ours);
        const [rawNs] = await ask(row.raw);
        const startMs = await timeStart(row.path, `ws://127.0.0.1:${port}`);
        if (round < 0) continue;
        row.lookupUs.push(ns / LOOKUPS / 1000);
        row.rawUs.push(rawNs / LOOKUPS / 1000);
        row.memoryMb.push(kb / 1024);
        row.startMs.push(startMs);
      }
    }
  } finally {
    await crossbar.stop();
    for (const { ours, raw } of rows) await Promise.all([ours.stop(), raw.stop()]);
  }
  console.log(`median of ${rounds} rounds of ${LOOKUPS} look-ups, pages mapped\n${machine.text}`);
  report(rows, { load: machine.load, rounds });
}

/** @returns ns of the look-ups, kB of memory */
async function ask(worker: LineProcess): Promise<readonly [number, number]> {
  const [ns = Number.NaN, kb = Number.NaN] = (await worker.ask(String(LOOKUPS))).split(" ").map(Number);
  return [ns, kb];
}

/** From the start of the process to its registration, the router's part included, in ms. */
async function timeStart(path: string, url: string): Promise<number> {
  const config = join(benchDirectory(), "size-config.json");
  const router = {
    url,
    realm: REALM,
    auth: { method: "ticket", authid: "ours", secret: TICKET },
    procedure: PROCEDURES.ours,
  };
  writeFileSync(config, JSON.stringify({ store: { path }, routers: [router] }), { mode: 0o600 });
  const command = join(packageRoot(), "bin", "wamp-cookie-authenticator.js");
  const begin = performance.now();
  const child = spawn(process.execPath, [command, "start", "--config", config, "--log-format", "json"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  let took = Number.NaN;
  for await (const line of createInterface({ input: child.stderr })) {
    if (!Number.isNaN(took) || !/"msg":"registered/.test(line)) continue;
    took = performance.now() - begin;
    child.kill("SIGTERM");
  }
  await exited;
  if (Number.isNaN(took)) throw new Error("the service ended without a registration");
  return took;
}

function report(rows: readonly Row[], about: object): void {
  const found = rows.map(({ size, lookupUs, rawUs, memoryMb, startMs }) => ({
    size,
    lookupUs: size === 0 ? Number.NaN : medianOf(lookupUs),
    rawUs: size === 0 ? Number.NaN : medianOf(rawUs),
    memoryMb: medianOf(memoryMb),
    startMs: medianOf(startMs),
  }));
  printTable(
    ["cookies", "look-up, µs", "two raw gets, µs", "memory beyond the map, MB", "start to registered, ms"],
    found.map(({ size, ...cells }) => [size, ...Object.values(cells).map(toText)]),
  );
  const [empty, smallest] = found;
  const largest = found.at(-1);
  if (empty === undefined || smallest === undefined || largest === undefined) return;
  console.log(`two raw gets, most cookies beside fewest: ${(largest.rawUs / smallest.rawUs).toFixed(2)}`);
  const figures: readonly Figure[] = [
    {
      what: "look-up: most cookies beside fewest",
      value: largest.lookupUs / smallest.lookupUs,
      goal: 1.5,
    },
    { what: "memory: most cookies beside none", value: largest.memoryMb / empty.memoryMb, goal: 1.1 },
    {
      what: "start to registered: most cookies beside none",
      value: largest.startMs / empty.startMs,
      goal: 1.1,
    },
    { what: "start to registered, most cookies, s", value: largest.startMs / 1000, goal: 1 },
  ];
  printFigures(figures);
  saveResults("size", { ...about, found, figures });
}

await benchSize();
