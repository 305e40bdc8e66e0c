// Bench: a purge among many cookies, what the look-ups of the same process feel of it, and how long another process
// waits for the write lock. `npm run bench purge [-- --size 1000000] [--expired 100000] [--lookups 500]`

import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CookieSessions } from "../src/session/cookie-sessions.js";
import type { SessionMode } from "../src/store/lmdb/prepare-sessions.js";
import { openCookieStore } from "../src/store/open-store.js";
import { toCells, toLatencies, toText } from "./latencies.js";
import { LineProcess } from "./line-process.js";
import { cookieValueOf } from "./lookup-database.js";
import { startLookups } from "./lookup-load.js";
import {
  describeMachine,
  type Figure,
  parseCount,
  printFigures,
  printTable,
  saveResults,
} from "./results.js";
import { copyDatabase, makeSessionDatabase } from "./session-database.js";
import { timeWrites } from "./timed-writer.js";

const MODES: readonly SessionMode[] = ["exclusive", "shared"];
/** How long is measured without a purge, in ms, and how often another process takes the lock. */
const QUIET_MS = 5000;
const PROBE_EVERY_MS = 20;
const STEP = 7919;
/** */
const GOAL_MS = 10;

/** Runs the bench and prints its tables. */
export async function benchPurge(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: "string", default: "1000000" },
      expired: { type: "string", default: "100000" },
      lookups: { type: "string", default: "500" },
    },
  });
  const size = parseCount(values.size, "size");
  const expired = parseCount(values.expired, "expired");
  const lookups = parseCount(values.lookups, "lookups");
  const machine = describeMachine();
  const base = await makeSessionDatabase({ size, expired, hasOwnTables: true });
  const runs = [];
  for (const mode of MODES) runs.push(await measure(mode, copyDatabase(base, `purge-${mode}`)));

  console.log(`${size} cookies, ${expired} of them expired, ${lookups} look-ups a second\n${machine.text}`);
  const rows = runs.flatMap(({ mode, quiet, busy, callbacks }) => [
    [`${mode}: look-up, no purge`, ...toCells(quiet.lookups)],
    [`${mode}: look-up, purge`, ...toCells(busy.lookups)],
    [`${mode}: wait for the lock, no purge`, ...toCells(quiet.waits)],
    [`${mode}: wait for the lock, purge`, ...toCells(busy.waits)],
    [`${mode}: our write callbacks`, ...toCells(callbacks)],
  ]);
  printTable(["ms", "p50", "p99", "max"], rows);
  printTable(
    ["purge", "records", "batches", "s", "records/s"],
    runs.map(({ mode, purged, batches, seconds }) => [
      mode,
      purged,
      batches,
      toText(seconds),
      Math.round(purged / seconds),
    ]),
  );
  const worst = Math.max(...runs.map(({ busy }) => busy.waits.p99));
  const figures: readonly Figure[] = [
    { what: "purge: another process's wait for the lock, p99, ms", value: worst, goal: GOAL_MS },
    {
      what: "purge: look-ups' p99 beside that without a purge",
      value: Math.max(...runs.map(({ quiet, busy }) => busy.lookups.p99 / quiet.lookups.p99)),
      goal: 2,
    },
  ];
  printFigures(figures);
  saveResults("purge", { load: machine.load, size, expired, lookups, runs, figures });

  async function measure(mode: SessionMode, path: string) {
    const store = await openCookieStore({ path, maxSizeBytes: 2 ** 36, sessions: { mode } });
    const writer = timeWrites(store.writer);
    const sessions = new CookieSessions({ store: { reader: store.reader, writer } });
    const prober = await LineProcess.start("lock_prober.py", [path, String(PROBE_EVERY_MS)]);
    const load = startLookups(lookups, (n) => {
      const found = store.reader.findByValue(cookieValueOf(expired + ((n * STEP) % (size - expired))));
      if (found === undefined) throw new Error("a cookie that hasn't expired is gone");
    });
    const take = async () => ({
      lookups: toLatencies(await load.takeTimes()),
      waits: toLatencies(JSON.parse(await prober.ask("waits")) as number[]),
    });
    await delay(QUIET_MS / 2);
    await take(); // the first look-ups meet cold code and cold pages
    await delay(QUIET_MS);
    const quiet = await take();
    const begin = performance.now();
    const { purged, batches } = await sessions.purge();
    const seconds = (performance.now() - begin) / 1000;
    const busy = await take();
    load.stop();
    await prober.stop();
    await store.close();
    return { mode, quiet, busy, callbacks: toLatencies(writer.takeTimes()), purged, batches, seconds };
  }
}

await benchPurge();
