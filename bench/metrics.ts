// Bench: what metrics and audit cost a call, in one process and in turns, as ratios.
// `npm run bench metrics [-- --rounds 60]`

import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { Authenticator } from "../src/authenticator/authenticator.js";
import { type AuthenticatorOptions, createAuthenticator } from "../src/authenticator/create-authenticator.js";
import { createLog } from "../src/log/logger.js";
import { createMetrics } from "../src/metrics/create-metrics.js";
import { makeCookieValue } from "../src/record/cookie-value.js";
import { packageRoot } from "../src/store/lmdb/engine.js";
import { initCookieStore } from "../src/store/lmdb/init-store.js";
import { openCookieStore } from "../src/store/open-store.js";

const COOKIES = 10_000;
const CALLS = 5000;

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "60" } },
  allowPositionals: true,
});
const path = join(packageRoot(), ".bench", "metrics");
rmSync(path, { recursive: true, force: true });
await initCookieStore(path);
const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });
const cookies = Array.from({ length: COOKIES }, () => makeCookieValue());
await store.writer.write((transaction) => {
  for (const value of cookies) {
    const times = { createdNs: BigInt(Date.now()) * 1_000_000n, maxAgeSeconds: 604_800 };
    const user = { authid: "joe", authrole: "user", authmethod: "wampcra", authrealm: "realm1" };
    transaction.put({ oid: randomUUID(), value, ...times, ...user });
  }
});

const metrics = await createMetrics();
const make = (changes: Partial<AuthenticatorOptions>): Authenticator =>
  createAuthenticator({
    reader: store.reader,
    log: createLog({ level: "info" }, { write: () => {} }),
    ...changes,
  });
const contestants = new Map([
  ["without", make({})],
  ["with metrics", make({ observer: metrics.authenticator })],
  ["with audit", make({ audit: true })],
]);

async function runOnce(authenticator: Authenticator): Promise<number> {
  const begin = process.hrtime.bigint();
  for (let n = 0; n < CALLS; n += 1) {
    const details = { authmethod: "ticket", ticket: cookies[n] };
    const answer = await authenticator.answer(["realm1", null, details], { authrole: "trusted" });
    if (!("reply" in answer)) throw new Error("a good cookie was refused");
  }
  return Number(process.hrtime.bigint() - begin) / CALLS;
}

const ns = new Map<string, number[]>([...contestants.keys()].map((name) => [name, []]));
for (let round = -10; round < Number(values.rounds); round += 1) {
  // Each round begins with another one: what comes first after a pause is slower.
  const order = [...contestants];
  for (let at = 0; at < order.length; at += 1) {
    const [name, authenticator] = order[(at + round + 30) % order.length] ?? [];
    if (name === undefined || authenticator === undefined) continue;
    const took = await runOnce(authenticator);
    if (round >= 0) ns.get(name)?.push(took);
  }
}
const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
const base = median(ns.get("without") ?? []);
const table = new Table({ head: ["a call", "µs", "ratio"], style: { head: [], border: [] } });
for (const [name, all] of ns)
  table.push([name, (median(all) / 1000).toFixed(2), (median(all) / base).toFixed(3)]);
console.log(table.toString());
await store.close();
