// Bench: look-ups while Crossbar's own store writes the same database at full speed, in Python.
// `npm run bench writes [-- --size 1000000] [--lookups 500] [--writes 10000]`

import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openCookieStore } from "../src/store/open-store.js";
import { toCells, toLatencies, toText } from "./latencies.js";
import { LineProcess } from "./line-process.js";
import { cookieValueOf } from "./lookup-database.js";
import { startLookups } from "./lookup-load.js";
import { describeMachine, parseCount, printTable, saveResults } from "./results.js";
import { copyDatabase, makeSessionDatabase } from "./session-database.js";

const QUIET_MS = 5000;
/** Look-ups that follow each other lie far apart in the database. */
const STEP = 7919;

/** Runs the bench and prints its table. */
export async function benchWrites(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: "string", default: "1000000" },
      lookups: { type: "string", default: "500" },
      writes: { type: "string", default: "10000" },
    },
  });
  const size = parseCount(values.size, "size");
  const lookups = parseCount(values.lookups, "lookups");
  const writes = parseCount(values.writes, "writes");
  const machine = describeMachine();
  const path = copyDatabase(await makeSessionDatabase({ size, expired: 0, hasOwnTables: true }), "writes");
  const store = await openCookieStore({ path, maxSizeBytes: 2 ** 36, sessions: { mode: "shared" } });
  const python = await LineProcess.start("logins.py", [path]);
  const load = startLookups(lookups, (n) => {
    if (store.reader.findByValue(cookieValueOf((n * STEP) % size)) === undefined)
      throw new Error("a cookie is gone");
  });
  const take = async () => toLatencies(await load.takeTimes());
  await delay(QUIET_MS / 2);
  await take(); // the first look-ups meet cold code and cold pages
  await delay(QUIET_MS);
  const quiet = await take();
  const begin = performance.now();
  await python.ask(`create ${writes}`);
  const seconds = (performance.now() - begin) / 1000;
  const busy = await take();
  load.stop();
  await python.stop();
  await store.close();

  console.log(`${size} cookies, ${lookups} look-ups a second; ${machine.text}`);
  printTable(
    ["ms", "p50", "p99", "max"],
    [
      ["look-up, nobody writes", ...toCells(quiet)],
      [`look-up, Crossbar makes ${toText(writes / seconds)} a second`, ...toCells(busy)],
    ],
  );
  saveResults("writes", { load: machine.load, size, lookups, writes, seconds, quiet, busy });
}

await benchWrites();
