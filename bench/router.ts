// Bench: an unrelated call through a real Crossbar that shares its cookie database with us, and how it fares
// while we purge, sweep and log in. `npm run bench router [-- --size 100000] [--rounds 4] [--seconds 2] [--every 10]`

import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type Crossbar, freePorts, startCrossbar } from "../test/support/crossbar.js";
import { logIn } from "../test/support/crossbar-cookie-client.js";
import { type JoinOutcome, joinAs } from "../test/support/wamp-client.js";
import { toCells, toLatencies } from "./latencies.js";
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
import { COMPONENT, ECHO, REALM, type RouterBenchPorts, routerNode, USER } from "./router-node.js";
import { copyDatabase, makeSessionDatabase } from "./session-database.js";

const LOGIN_EVERY_MS = 50;
/** What a write of ours may add. */
const GOAL_MS = 10;
const WARM_UP_CALLS = 500;
const WARM_UP_LOGINS = 30;

interface Phase {
  readonly name: string;
  /** Whether browsers log in at the router meanwhile. */
  readonly hasLogins: boolean;
  /** What we do; how much of it was done. */
  readonly work: () => Promise<number>;
  /** Of the calls, in ms. */
  readonly times: number[];
  /** Logins at the router itself, each with two writes of Crossbar's. */
  logins: number;
  done: number;
}

/** Runs the bench and prints its table. */
export async function benchRouter(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: "string", default: "100000" },
      rounds: { type: "string", default: "4" },
      seconds: { type: "string", default: "2" },
      every: { type: "string", default: "10" },
    },
  });
  const size = parseCount(values.size, "size");
  const rounds = parseCount(values.rounds, "rounds");
  const everyMs = parseCount(values.every, "every");
  const phaseMs = parseCount(values.seconds, "seconds") * 1000;
  const machine = describeMachine();
  const expired = Math.floor(size / 2);
  const path = copyDatabase(await makeSessionDatabase({ size, expired, hasOwnTables: false }), "router");
  const [component = 0, login = 0] = await freePorts(2);
  const ports: RouterBenchPorts = { component, login };
  const url = `ws://127.0.0.1:${login}`;
  const crossbar: Crossbar = await startCrossbar({
    nodeConfig: routerNode(ports, path),
    directory: benchDirectory(),
  });
  try {
    const callee = await join(component);
    await callee.session.register(ECHO, (args) => args?.[0]);
    const caller = await join(component);
    const service = await LineProcess.start("router-worker.ts", [path]);
    const call = async (n: number): Promise<void> => {
      if ((await caller.session.call(ECHO, [n])) !== n) throw new Error("the echo is wrong");
    };
    // What runs for the first time is slow, in the router too.
    for (let n = 0; n < WARM_UP_CALLS; n += 1) await call(n);
    for (let n = 0; n < WARM_UP_LOGINS; n += 1) await logIn(url, REALM, USER.authid, USER.secret);

    const idle = async (): Promise<number> => {
      await delay(phaseMs);
      return 0;
    };
    const ask = (request: string) => async (): Promise<number> =>
      Number(await service.ask(`${request} ${phaseMs}`));
    const phases: readonly Phase[] = [
      newPhase("nothing else", false, idle),
      newPhase("logins at the router", true, idle),
      newPhase("and our sweep (entries)", true, ask("sweep")),
      newPhase("and our purge (records)", true, ask("purge")),
      newPhase("and our logins, 64 at once", true, ask("logins")),
    ];
    // In turns, so that a noisy moment of the machine meets all alike.
    for (let round = 0; round < rounds; round += 1) {
      for (const phase of phases) {
        const running = { isRunning: true };
        const calling = callSteadily(running, everyMs, call);
        const loggingIn = phase.hasLogins ? logInSteadily(running, url) : Promise.resolve(0);
        phase.done += await phase.work();
        running.isRunning = false;
        phase.times.push(...(await calling));
        phase.logins += await loggingIn;
      }
    }
    await service.stop();
    await Promise.all([callee.close(), caller.close()]);
    console.log(`a call each ${everyMs} ms through Crossbar, ${size} cookies\n${machine.text}`);
    const figures = print(phases);
    const results = phases.map(({ name, times, logins, done }) => ({
      name,
      calls: toLatencies(times),
      logins,
      done,
    }));
    saveResults("router", { load: machine.load, size, everyMs, results, figures });
  } finally {
    await crossbar.stop();
  }
}

function newPhase(name: string, hasLogins: boolean, work: Phase["work"]): Phase {
  return { name, hasLogins, work, times: [], logins: 0, done: 0 };
}

async function join(port: number): Promise<JoinOutcome & { readonly kind: "welcome" }> {
  const joined = await joinAs({ url: `ws://127.0.0.1:${port}`, realm: REALM, ...COMPONENT });
  if (joined.kind !== "welcome") throw new Error(`can't join: ${joined.reason}`);
  return joined;
}

/**
 * A call every so often, never two at once: the router's sockets have Nagle's algorithm on, and after two calls that
 * overlapped each answer would wait for the next call. One that comes late is counted from when it was due.
 *
 * @returns the times, in ms
 */
async function callSteadily(
  running: { readonly isRunning: boolean },
  everyMs: number,
  call: (n: number) => Promise<void>,
): Promise<number[]> {
  const times: number[] = [];
  let due = performance.now();
  for (let n = 0; running.isRunning; n += 1) {
    const early = due - performance.now();
    if (early > 0) await delay(early);
    const begin = early > 0 ? performance.now() : due;
    await call(n);
    times.push(performance.now() - begin);
    due += everyMs;
  }
  return times;
}

/** A browser logs in every so often: Crossbar makes a cookie, and then writes who it belongs to. */
async function logInSteadily(running: { readonly isRunning: boolean }, url: string): Promise<number> {
  let count = 0;
  while (running.isRunning) {
    await logIn(url, REALM, USER.authid, USER.secret);
    count += 1;
    await delay(LOGIN_EVERY_MS);
  }
  return count;
}

function print(phases: readonly Phase[]): readonly Figure[] {
  const found = phases.map((phase) => ({ ...phase, calls: toLatencies(phase.times) }));
  printTable(
    ["the call, in ms", "p50", "p99", "max", "logins", "of ours"],
    found.map(({ name, calls, logins, done }) => [name, ...toCells(calls), logins, done]),
  );
  const [, without, ...withUs] = found.map(({ calls }) => calls.p99);
  const more = Math.max(...withUs) - (without ?? Number.NaN);
  const what = "router: what writes of ours add to an unrelated call, p99, ms";
  const figures: readonly Figure[] = [{ what, value: more, goal: GOAL_MS }];
  printFigures(figures);
  return figures;
}

await benchRouter();
