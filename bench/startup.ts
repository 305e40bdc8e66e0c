// Bench: from the start of the executable to its registration, at a router that answers at once, by size of the database.
// `npm run bench startup [-- --sizes 0,1000000] [--rounds 9]`

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../src/store/lmdb/engine.js";
import { startFakeRouter } from "../test/wamp/fake-router.js";
import { makeDatabase } from "./lookup-database.js";
import { benchDirectory, describeMachine, parseCount, printTable, saveResults } from "./results.js";

const REGISTER = 64;
const WARM_UP_ROUNDS = 1;

/** ms from the start of the process to REGISTER. The scripted router takes none of it: all is the component's own. */
async function startOnce(path: string): Promise<number> {
  let onRegister = (): void => {};
  const registered = new Promise<void>((resolve) => {
    onRegister = resolve;
  });
  const router = await startFakeRouter(([type]) => {
    if (type === REGISTER) onRegister();
    return false;
  });
  const file = join(benchDirectory(), "startup-config.json");
  const section = { url: router.url, realm: "realm1", auth: { method: "anonymous" }, serializers: ["json"] };
  const routers = [{ ...section, procedure: "com.example.authenticate" }];
  writeFileSync(file, JSON.stringify({ store: { path }, routers }), { mode: 0o600 });
  const executable = join(packageRoot(), "bin", "wamp-cookie-authenticator.js");
  const beganMs = performance.now();
  const child = spawn(process.execPath, [executable, "start", "--config", file], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
  });
  const early = ended.then(() => {
    throw new Error(`the component ended early: see ${executable} start --config ${file}`);
  });
  await Promise.race([registered, early]);
  const tookMs = performance.now() - beganMs;
  early.catch(() => {}); // from here on it may end
  child.kill("SIGTERM");
  await ended;
  await router.close();
  return tookMs;
}

const { values } = parseArgs({
  allowPositionals: true,
  options: { sizes: { type: "string", default: "0,1000000" }, rounds: { type: "string", default: "9" } },
});
const sizes = values.sizes.split(",").map((size) => (size === "0" ? 0 : parseCount(size, "sizes")));
const rounds = parseCount(values.rounds, "rounds");
const { text, load } = describeMachine();
const databases: { size: number; path: string; times: number[] }[] = [];
for (const size of sizes)
  databases.push({ size, path: await makeDatabase(benchDirectory(), size), times: [] });

// In turns, so that a noisy moment of the machine meets all alike.
for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
  for (const { path, times } of databases) {
    const tookMs = await startOnce(path);
    if (round >= 0) times.push(tookMs);
  }
}
const rows = databases.map(({ size, times }) => {
  const sorted = times.sort((a, b) => a - b).map(Math.round);
  return { cookies: size, median: sorted[sorted.length >> 1] ?? 0, worst: sorted.at(-1) ?? 0 };
});
console.log(`from the start of the process to REGISTER, ${rounds} starts each; ${text}`);
printTable(
  ["cookies", "median, ms", "worst, ms"],
  rows.map(({ cookies, median, worst }) => [cookies.toLocaleString("en"), median, worst]),
);
saveResults("startup", { load, rounds, rows });
