// Bench: what the operations that look at many sessions cost where only we write (`exclusive`: our indexes are exact),
// and where Crossbar writes too (`shared`: what security hangs on looks at every record).
// `npm run bench modes [-- --sizes 100000,1000000] [--rounds 5]`

import { parseArgs } from "node:util";
import { CookieSessions } from "../src/session/cookie-sessions.js";
import type { CookieStore } from "../src/store/cookie-store.js";
import type { SessionMode } from "../src/store/lmdb/prepare-sessions.js";
import { openCookieStore } from "../src/store/open-store.js";
import { medianOf, toText } from "./latencies.js";
import { describeMachine, parseCount, printTable, saveResults } from "./results.js";
import { authidOf, copyDatabase, makeSessionDatabase, userCount } from "./session-database.js";

const MODES: readonly SessionMode[] = ["exclusive", "shared"];
const LONG_MS = 2000;
const AUTHREALM = "realm1";

interface Operation {
  readonly name: string;
  /** Runs once, on the n-th user where it is about one. */
  readonly run: (sessions: CookieSessions, store: CookieStore, n: number) => Promise<unknown>;
}

const OPERATIONS: readonly Operation[] = [
  {
    name: "my_sessions (may lag)",
    run: (sessions, _store, n) => sessions.list({ authid: authidOf(n), authrealm: AUTHREALM }),
  },
  {
    name: "list by user, complete",
    run: (sessions, _store, n) => drain(sessions.iterate({ authid: authidOf(n), isComplete: true })),
  },
  { name: "list, first page of 100", run: (sessions) => sessions.list() },
  {
    name: "logoutUser, 5 sessions",
    run: (sessions, _store, n) => sessions.logoutUser({ authid: authidOf(n) }),
  },
  { name: "purge, nothing expired", run: (sessions) => sessions.purge() },
  { name: "stats", run: (sessions) => sessions.stats() },
  { name: "sweep, nothing to mend", run: (_sessions, store) => store.sweepIndexes() },
];

/** Runs the bench and prints its table. */
export async function benchModes(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      sizes: { type: "string", default: "100000,1000000" },
      rounds: { type: "string", default: "5" },
    },
  });
  const sizes = values.sizes.split(",").map((size) => parseCount(size, "sizes"));
  const rounds = parseCount(values.rounds, "rounds");
  const machine = describeMachine();
  const columns: { size: number; mode: SessionMode; ms: Readonly<Record<string, number>> }[] = [];
  for (const size of sizes) {
    const base = await makeSessionDatabase({ size, expired: 0, hasOwnTables: true });
    for (const mode of MODES) {
      const path = copyDatabase(base, `modes-${size}-${mode}`);
      const store = await openCookieStore({ path, maxSizeBytes: 2 ** 36, sessions: { mode } });
      columns.push({ size, mode, ms: await measure(store, size, rounds) });
      await store.close();
    }
  }
  console.log(`median of ${rounds} rounds, one of what takes over ${LONG_MS / 1000} s\n${machine.text}`);
  printTable(
    ["ms", ...columns.map(({ size, mode }) => `${size}\n${mode}`)],
    OPERATIONS.map(({ name }) => [name, ...columns.map(({ ms }) => toText(ms[name] ?? Number.NaN))]),
  );
  saveResults("modes", { load: machine.load, rounds, columns });
}

async function measure(
  store: CookieStore,
  size: number,
  rounds: number,
): Promise<Readonly<Record<string, number>>> {
  const sessions = new CookieSessions({ store });
  const medians: Record<string, number> = {};
  // Maps all pages: a first touch of each would cost whichever operation comes first more than the operation itself.
  await sessions.stats();
  for (const { name, run } of OPERATIONS) {
    const times: number[] = [];
    // The first round is the warm-up, unless it took so long that it needs none, and shall have no others.
    for (let round = -1; round < rounds; round += 1) {
      const begin = performance.now();
      await run(sessions, store, (round + 2) * Math.floor(userCount(size) / (rounds + 2)));
      const time = performance.now() - begin;
      if (round >= 0 || time > LONG_MS) times.push(time);
      if (time > LONG_MS) break;
    }
    medians[name] = medianOf(times);
  }
  return medians;
}

async function drain(all: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of all) count += 1;
  return count;
}

await benchModes();
