// Bench: how long each kind of refusal takes (R-05: time must not tell an attacker which it was), in turns, as ratios.
// `npm run bench denials [-- --rounds 40]`

import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { createAuthenticator } from "../src/authenticator/create-authenticator.js";
import { createLog } from "../src/log/logger.js";
import type { CookieFields } from "../src/record/cookie.js";
import { makeCookieValue } from "../src/record/cookie-value.js";
import { packageRoot } from "../src/store/lmdb/engine.js";
import { initCookieStore } from "../src/store/lmdb/init-store.js";
import { openCookieStore } from "../src/store/open-store.js";

const COOKIES_OF_A_KIND = 2000;

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "40" } },
  allowPositionals: true,
});
const path = join(packageRoot(), ".bench", "denials");
rmSync(path, { recursive: true, force: true });
await initCookieStore(path);
const store = await openCookieStore({ path, maxSizeBytes: 2 ** 30 });

const good = { authid: "joe", authrole: "user", authrealm: "realm1" };
const kinds = new Map<string, Partial<CookieFields> | undefined>([
  ["unknown", undefined],
  ["expired", { ...good, createdNs: 1n }],
  ["not logged in", {}],
  ["of another realm", { ...good, authrealm: "realm2" }],
  ["role trusted", { ...good, authrole: "trusted" }],
]);
const presented = new Map<string, string[]>();
for (const [kind, fields] of kinds) {
  const cookies = Array.from({ length: COOKIES_OF_A_KIND }, () => makeCookieValue());
  presented.set(kind, cookies);
  if (fields === undefined) continue;
  await store.writer.write((transaction) => {
    for (const value of cookies) {
      const base = { oid: randomUUID(), createdNs: BigInt(Date.now()) * 1_000_000n, maxAgeSeconds: 604_800 };
      transaction.put({ ...base, value, ...fields });
    }
  });
}

// With the log that a service has: a denial is one line.
const log = createLog({ level: "info" }, { write: () => {} });
// Without limits, which would refuse before the look-up and leave lines out: each kind is to be measured whole.
const off = { burst: 0, perSecond: 1 };
const authenticator = createAuthenticator({
  reader: store.reader,
  log,
  policy: { failureLimit: { peer: off, total: off } },
  repeatLimit: { limit: Number.MAX_SAFE_INTEGER, windowMs: 1000 },
});
const nsOf = new Map<string, number[]>([...kinds.keys()].map((kind) => [kind, []]));
for (let round = -5; round < Number(values.rounds); round += 1) {
  for (const [kind, cookies] of presented) {
    const start = process.hrtime.bigint();
    for (const ticket of cookies) {
      const answer = await authenticator.answer(["realm1", null, { authmethod: "ticket", ticket }], {
        authrole: "trusted",
      });
      if (!("error" in answer)) throw new Error(`a cookie that is ${kind} was accepted`);
    }
    const ns = Number(process.hrtime.bigint() - start) / COOKIES_OF_A_KIND;
    if (round >= 0) nsOf.get(kind)?.push(ns);
  }
}
const medians = [...nsOf].map(
  ([kind, ns]) => [kind, ns.toSorted((a, b) => a - b)[ns.length >> 1] ?? 0] as const,
);
const table = new Table({ head: ["refused", "µs"], style: { head: [], border: [] } });
for (const [kind, ns] of medians) table.push([kind, (ns / 1000).toFixed(2)]);
console.log(table.toString());
const all = medians.map(([, ns]) => ns);
const spread = Math.max(...all) - Math.min(...all);
console.log(
  `slowest less fastest: ${(spread / 1000).toFixed(2)} µs; a WebSocket and a router lie between (bound: 20 µs)`,
);
process.exitCode = spread > 20_000 ? 1 : 0;
await store.close();
