// Bench: complete joins (WebSocket, HELLO, authenticator, WELCOME) through a real Crossbar with 1, 2 and 4 router workers
// and authenticators, in turns; and what a join costs each part in CPU time, a live session the router in memory.
// `npm run bench joins [-- --store valkey] [--size 100000] [--rounds 3] [--joins 800] [--live 2000]`

import { parseArgs } from "node:util";
import { LAYOUTS } from "./joins-node.js";
import { measureIdle, measureRow, newRow, printJoins, toFound } from "./joins-rows.js";
import { type JoinsScene, type RunningWorker, startJoinsScene } from "./joins-scene.js";
import { toText } from "./latencies.js";
import { readMemoryBytes } from "./process-figures.js";
import { describeMachine, parseCount, saveResults } from "./results.js";

/** The router worker on which sessions stay for a while. */
const LIVE_WORKER = 0;

/** Runs the bench and prints its tables. */
export async function benchJoins(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      store: { type: "string", default: "lmdb" },
      size: { type: "string", default: "100000" },
      rounds: { type: "string", default: "3" },
      joins: { type: "string", default: "800" },
      live: { type: "string", default: "2000" },
    },
  });
  const { store } = values;
  if (store !== "lmdb" && store !== "valkey") throw new Error("--store takes lmdb or valkey");
  const size = parseCount(values.size, "size");
  const rounds = parseCount(values.rounds, "rounds");
  const joins = parseCount(values.joins, "joins");
  const live = parseCount(values.live, "live");
  const machine = describeMachine();
  const scene = await startJoinsScene(store, size);
  try {
    const rows = LAYOUTS.map(newRow);
    // In turns, so that a noisy moment of the machine meets all alike. The first round is the warm-up.
    for (let round = -1; round < rounds; round += 1) {
      if (round === 0) await measureIdle(rows, scene);
      for (const row of rows) await measureRow(row, scene, joins, round >= 0);
    }
    const liveBytes = await measureLive(scene, live);
    console.log(
      `${size} cookies on ${scene.engine.text}, median of ${rounds} rounds of ${joins} joins\n${machine.text}`,
    );
    const found = rows.map(toFound);
    printJoins(found);
    console.log(`a live session: ${toText(liveBytes / 1024)} kB in its router worker, of ${live}`);
    saveResults(`joins-${store}`, { load: machine.load, size, rounds, joins, live, found, liveBytes });
  } finally {
    await scene.stop();
  }
}

/** @returns bytes that a session which stays costs its router worker */
async function measureLive({ workers, clients }: JoinsScene, live: number): Promise<number> {
  const { url, pid } = workers[LIVE_WORKER] as RunningWorker;
  const [client] = clients;
  if (client === undefined) throw new Error("no clients");
  // The first half takes what others before have left in the heap.
  await client.ask(`hold ${live} 0 ${url}`);
  const before = readMemoryBytes(pid);
  await client.ask(`hold ${live} ${live} ${url}`);
  const bytes = readMemoryBytes(pid) - before;
  await client.ask("leave");
  return bytes / live;
}

await benchJoins();
