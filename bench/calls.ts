// Bench: authentications through one real Crossbar: our service beside an echo procedure on the same transport code and
// beside an authenticator in Python on the same database, in turns, as ratios. What the callee's CPU does for a call.
// `npm run bench calls [-- --size 100000] [--rounds 7] [--calls 4000]`

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Crossbar, freePorts, startCrossbar } from "../test/support/crossbar.js";
import { Caller } from "./calls-caller.js";
import { CALLER_ROLE, type ContestantName, callsNode, PROCEDURES, REALM, TICKET } from "./calls-node.js";
import { medianOf, toLatencies, toText } from "./latencies.js";
import { LineProcess } from "./line-process.js";
import { makeDatabase } from "./lookup-database.js";
import {
  benchDirectory,
  describeMachine,
  type Figure,
  parseCount,
  printFigures,
  printTable,
  saveResults,
} from "./results.js";

/** In flight; enough to keep the router busy, which is what limits. */
const AT_ONCE = 32;
/** Until the callees are compiled, and most pages of the database mapped. */
const WARM_UP_ROUNDS = 3;
/** Of the calls of a round, how many are made once more one after the other. */
const SINGLE_SHARE = 0.1;

interface Row {
  readonly name: ContestantName;
  readonly text: string;
  readonly process: LineProcess;
  /** Of each round: calls a second, and the callee's µs a call. */
  readonly aSecond: number[];
  readonly cpuUs: number[];
  /** Of calls that were alone, in ms. */
  readonly times: number[];
}

/** Runs the bench and prints its table. */
export async function benchCalls(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: "string", default: "100000" },
      rounds: { type: "string", default: "7" },
      calls: { type: "string", default: "4000" },
    },
  });
  const size = parseCount(values.size, "size");
  const rounds = parseCount(values.rounds, "rounds");
  const calls = parseCount(values.calls, "calls");
  const machine = describeMachine();
  const directory = benchDirectory();
  const path = await makeDatabase(directory, size);
  const [port = 0] = await freePorts(1);
  const url = `ws://127.0.0.1:${port}`;
  const crossbar: Crossbar = await startCrossbar({ nodeConfig: callsNode(port), directory });
  try {
    const rows = await startCallees(url, path, directory);
    // The router's sockets have Nagle's algorithm on: calls that overlap would slow down those after them.
    const [many, single] = [await Caller.join(url, size), await Caller.join(url, size)];
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      // In turns, so that a noisy moment of the machine meets all alike, and in another order each time.
      const turn = rows.map((_, at) => rows[(at + round + WARM_UP_ROUNDS) % rows.length] as Row);
      for (const row of turn) await measure(row, { many, single, calls, isCounted: round >= 0 });
    }
    for (const { process } of rows) await process.stop();
    console.log(`${size} cookies, median of ${rounds} rounds of ${calls} calls\n${machine.text}`);
    report(rows, { load: machine.load, size, rounds, calls });
  } finally {
    await crossbar.stop();
  }
}

async function startCallees(url: string, path: string, directory: string): Promise<readonly Row[]> {
  const config = join(directory, "calls-config.json");
  writeFileSync(config, JSON.stringify(configOf(url, path)), { mode: 0o600 });
  const callee = (...parameters: string[]) => LineProcess.start("calls-callee.ts", parameters);
  const python = await LineProcess.start("calls.py", [url, REALM, PROCEDURES.python, TICKET, path]);
  const row = (name: ContestantName, text: string, process: LineProcess): Row => ({
    name,
    text,
    process,
    aSecond: [],
    cpuUs: [],
    times: [],
  });
  return [
    row("echo", "an echo on the same transport code", await callee("echo", url)),
    row("ours", "wamp-cookie-authenticator", await callee("ours", config)),
    row("python", "an authenticator in Python on cfxdb", python),
  ];
}

/** The caller stands for the router, whose own calls come no faster than it can take up connections. */
function configOf(url: string, path: string): object {
  return {
    store: { path },
    authenticator: { callerRoles: [CALLER_ROLE] },
    routers: [
      {
        url,
        realm: REALM,
        auth: { method: "ticket", authid: "ours", secret: TICKET },
        procedure: PROCEDURES.ours,
      },
    ],
    log: { level: "warn" },
  };
}

interface Measurement {
  readonly many: Caller;
  readonly single: Caller;
  readonly calls: number;
  readonly isCounted: boolean;
}

async function measure(row: Row, { many, single, calls, isCounted }: Measurement): Promise<void> {
  const before = await readCpuUs(row.process);
  const aSecond = await many.callMany(row.name, calls, AT_ONCE);
  const cpuUs = ((await readCpuUs(row.process)) - before) / calls;
  const times = await single.callSingly(row.name, Math.ceil(calls * SINGLE_SHARE));
  if (!isCounted) return;
  row.aSecond.push(aSecond);
  row.cpuUs.push(cpuUs);
  row.times.push(...times);
}

async function readCpuUs(process: LineProcess): Promise<number> {
  return Number((await process.ask("cpu")).split(" ", 1)[0]);
}

function report(rows: readonly Row[], about: object): void {
  const found = rows.map(({ name, text, aSecond, cpuUs, times }) => {
    const { p50, p99 } = toLatencies(times);
    return { name, text, aSecond: medianOf(aSecond), cpuUs: medianOf(cpuUs), p50, p99 };
  });
  printTable(
    ["callee", "calls a second", "its CPU, µs a call", "p50 ms", "p99 ms"],
    found.map(({ text, aSecond, cpuUs, p50, p99 }) => [
      text,
      Math.round(aSecond),
      toText(cpuUs),
      toText(p50),
      toText(p99),
    ]),
  );
  const [echo, ours, python] = found as readonly Found[] as [Found, Found, Found];
  const figures: readonly Figure[] = [
    {
      what: "calls a second: ours beside an echo",
      value: ours.aSecond / echo.aSecond,
      goal: 0.97,
      atLeast: true,
    },
    { what: "CPU of a call: ours beside an echo", value: ours.cpuUs / echo.cpuUs, goal: 1.5 },
    { what: "CPU of a call: ours beside Python", value: ours.cpuUs / python.cpuUs, goal: 0.125 },
  ];
  printFigures(figures);
  saveResults("calls", { ...about, found, figures });
}

interface Found {
  readonly aSecond: number;
  readonly cpuUs: number;
}

await benchCalls();
