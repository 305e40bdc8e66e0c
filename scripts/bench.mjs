// `npm run bench [NAME] [-- options]`: sets up what the benches need, then runs one (bench/NAME.ts), or a short run of
// all that have a goal; `npm run bench help` names them.

import { setUp } from "./setup.mjs";

const BENCHES = {
  all: "each that has a goal, short, and one table (the default)",
  lookup: "look-ups beside Python and raw gets, LMDB 0.9",
  reader: "look-ups without native code, LMDB 0.9 and 1.0",
  calls: "authentications through Crossbar: rate, CPU and latency beside an echo and Python",
  size: "look-up, memory and start on 10,000 to 10,000,000 cookies",
  startup: "start of the process to its registration, at a router that answers at once",
  metrics: "what metrics and audit cost a call",
  denials: "time of a refusal by its reason",
  logins: "durable logins beside Crossbar's own",
  purge: "look-ups and lock waits during a purge",
  writes: "look-ups while Crossbar writes",
  modes: "operations on many sessions, exclusive and shared",
  router: "an unrelated call through Crossbar while we write",
  stores: "LMDB, Valkey, Redis and a Cluster: look-ups, logins, passes, memory; with and without near cache",
  failover: "look-ups and logins while a primary is killed, and while it hands over",
  joins: "complete joins through Crossbar: 1 to 4 router workers and authenticators, CPU of each part",
  scaling: "the tables of docs/scaling.md, from what stores and joins have found",
};

const words = process.argv.slice(2);
// A word that an option takes is none of ours: the name comes first.
const name = words[0] === undefined || words[0].startsWith("-") ? "all" : words[0];
if (Object.hasOwn(BENCHES, name)) {
  await setUp();
  const { register } = await import("tsx/esm/api");
  register();
  await import(`../bench/${name}.ts`);
} else {
  for (const [bench, about] of Object.entries(BENCHES)) console.log(`  ${bench.padEnd(8)} ${about}`);
  process.exitCode = name === "help" ? 0 : 2;
}
