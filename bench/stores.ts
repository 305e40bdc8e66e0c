// Bench: look-ups, logins, uses and passes over live sessions on LMDB, one Valkey, one Redis and a Cluster, with and without a
// near cache, in turns; what each costs our process and the server in CPU time, a cookie in memory.
// `npm run bench stores [-- --cookies 100000] [--rounds 5] [--ms 400] [--logins 2000] [--live 10000]`

import { parseArgs } from "node:util";
import { openCookieReader } from "../src/store/open-store.js";
import {
  describeMachine,
  type Figure,
  parseCount,
  printFigures,
  printTable,
  saveResults,
} from "./results.js";
import { ask, type Contestant, type Engines, openIn, openLmdb, startEngines } from "./stores-contestants.js";
import { type Found, newRow, printOperations, printPasses, takeTurns, toFound } from "./stores-rows.js";

const LOGINS_AT_ONCE = 64;
/** Until a near cache of a tenth has those that are asked for most. */
const ZIPF_WARM_UP_MS = 3000;

/** Runs the bench and prints its tables. */
export async function benchStores(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      cookies: { type: "string", default: "100000" },
      rounds: { type: "string", default: "5" },
      ms: { type: "string", default: "400" },
      logins: { type: "string", default: "2000" },
      live: { type: "string", default: "10000" },
    },
  });
  const size = parseCount(values.cookies, "cookies");
  const rounds = parseCount(values.rounds, "rounds");
  const ms = parseCount(values.ms, "ms");
  const logins = parseCount(values.logins, "logins");
  const live = parseCount(values.live, "live");
  const machine = describeMachine();
  const engines = await startEngines(size);
  try {
    const memory = await bytesACookie(engines, size);
    const reading = await openReading(engines, size);
    for (const each of reading) if (each.warmUp !== undefined) await ask(each, each.warmUp);
    const lookups = reading.flatMap((each) =>
      each.atOnce.map((atOnce) => newRow(each, `${atOnce}`, `look ${ms} ${atOnce} ${each.mix}`)),
    );
    const passes = reading.map((each) => newRow(each, "pass", `pass ${live}`));
    await takeTurns([...lookups, ...passes], rounds);
    for (const { process } of reading) await process.stop();
    // Not beside near caches, which the server would have to tell of every login.
    const writing = await openWriting(engines, size);
    const writes = writing.flatMap((each) => [
      newRow(each, "login", `login ${logins} ${LOGINS_AT_ONCE}`),
      newRow(each, "use", `use ${logins} ${LOGINS_AT_ONCE}`),
      newRow(each, "use, one at a time", `use ${Math.ceil(logins / 40)} 1`),
      newRow(each, "logout", `logout ${LOGINS_AT_ONCE}`),
    ]);
    await takeTurns(writes, rounds);
    for (const { process } of writing) await process.stop();

    console.log(`${size} cookies, median of ${rounds} rounds\n${machine.text}`);
    const found = { lookups: lookups.map(toFound), passes: passes.map(toFound), writes: writes.map(toFound) };
    printOperations("look-ups, at once", found.lookups);
    printOperations(`writes, ${LOGINS_AT_ONCE} at once`, found.writes);
    printPasses(live, found.passes);
    printTable(
      ["memory", "bytes a cookie"],
      Object.entries(memory).map(([name, bytes]) => [name, Math.round(bytes)]),
    );
    const figures = figuresOf(found.lookups);
    printFigures(figures);
    saveResults("stores", { load: machine.load, size, rounds, live, ...found, memory, figures });
  } finally {
    await engines.stop();
  }
}

/** Of stores whose rounds took turns: ratios that a noisy machine moves little. */
function figuresOf(lookups: readonly Found[]): readonly Figure[] {
  const [lmdb] = lookups;
  const valkey = lookups.find(({ name, about }) => name.startsWith("valkey") && about === "64");
  const near = lookups.find(({ name }) => name.endsWith("near cache of all"));
  const ratio = (of: Found | undefined): number => (of?.aSecond ?? 0) / (lmdb?.aSecond ?? Number.NaN);
  return [
    { what: "look-ups, one Valkey, 64 at once: beside LMDB", value: ratio(valkey), goal: 0.3, atLeast: true },
    { what: "look-ups, near cache of all: beside LMDB", value: ratio(near), goal: 0.5, atLeast: true },
  ];
}

async function openReading(engines: Engines, size: number): Promise<readonly Reading[]> {
  const { lmdbPath, valkey, redis, cluster } = engines;
  const asked = { mix: "any", atOnce: [1, 64, 256] } as const;
  const near = { mix: "any", atOnce: [1], warmUp: "all" } as const;
  return [
    { ...(await openLmdb("LMDB 0.9, in the process", lmdbPath, size)), mix: "any", atOnce: [1] },
    { ...(await openIn(valkey, valkey.about, size)), ...asked },
    ...(redis === undefined ? [] : [{ ...(await openIn(redis, redis.about, size)), ...asked }]),
    { ...(await openIn(cluster, cluster.about, size)), ...asked },
    { ...(await openIn(valkey, `${valkey.about}, near cache of all`, size, { near: size })), ...near },
    { ...(await openIn(cluster, `${cluster.about}, near cache of all`, size, { near: size })), ...near },
    {
      ...(await openIn(valkey, `${valkey.about}, near cache of a tenth`, size, { near: size / 10 })),
      mix: "zipf",
      atOnce: [1, 64],
      warmUp: `look ${ZIPF_WARM_UP_MS} 64 zipf`,
    },
  ];
}

/** The look-ups that are made through one contestant. */
interface Reading extends Contestant {
  readonly mix: "any" | "zipf";
  readonly atOnce: readonly number[];
  /** Asked once, before. */
  readonly warmUp?: string;
}

async function openWriting(engines: Engines, size: number): Promise<readonly Contestant[]> {
  const { lmdbPath, valkey, redis, cluster, onDisk } = engines;
  return [
    await openLmdb("LMDB 0.9, in the process", lmdbPath, size),
    await openIn(valkey, `${valkey.about}, in memory`, size),
    await openIn(onDisk, `${onDisk.about}, appendfsync everysec`, size),
    ...(redis === undefined ? [] : [await openIn(redis, `${redis.about}, in memory`, size)]),
    await openIn(cluster, cluster.about, size),
    await openIn(cluster, `${cluster.about}, WAIT 1`, size, { wait: { replicas: 1, timeoutMs: 2000 } }),
  ];
}

async function bytesACookie(engines: Engines, size: number): Promise<Readonly<Record<string, number>>> {
  const reader = await openCookieReader({ path: engines.lmdbPath });
  const { usedBytes } = await reader.info();
  await reader.close();
  const { valkey, redis } = engines;
  const servers = [valkey, ...(redis === undefined ? [] : [redis])];
  return {
    "LMDB 0.9": usedBytes / size,
    ...Object.fromEntries(servers.map((each) => [each.about, each.bytesACookie])),
  };
}

await benchStores();
