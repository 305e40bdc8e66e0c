// Bench: look-ups and logins at a steady rate while the primary is killed, and while it hands over as it should, in a
// Sentinel group and in a Cluster: how long they take, how many fail, how long nothing is answered.
// `npm run bench failover [-- --cookies 10000] [--lookups 500] [--logins 20] [--timeout 1000] [--seconds 8] [--wait 0] [--only Cluster]`

import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openValkeyStore } from "../src/store/valkey/open-valkey-store.js";
import type { ValkeyOptions } from "../src/store/valkey/valkey-options.js";
import { type FailoverLoad, startFailoverLoad } from "./failover-load.js";
import { type Found, printFound, toFound } from "./failover-rows.js";
import { type Group, SCENARIOS, type Scenario } from "./failover-scenarios.js";
import { describeMachine, type Figure, parseCount, printFigures, saveResults } from "./results.js";
import { fill } from "./valkey-database.js";

/** Before the primary goes. */
const QUIET_MS = 3000;

interface Settings {
  readonly size: number;
  readonly lookupsASecond: number;
  readonly loginsASecond: number;
  readonly timeoutMs: number;
  readonly afterMs: number;
  /** Replicas that must have a login; 0: none. */
  readonly replicas: number;
}

/** Runs the bench and prints its tables. */
export async function benchFailover(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      cookies: { type: "string", default: "10000" },
      lookups: { type: "string", default: "500" },
      logins: { type: "string", default: "20" },
      timeout: { type: "string", default: "1000" },
      seconds: { type: "string", default: "8" },
      wait: { type: "string", default: "0" },
      only: { type: "string", default: "" },
    },
  });
  const settings: Settings = {
    size: parseCount(values.cookies, "cookies"),
    lookupsASecond: parseCount(values.lookups, "lookups"),
    loginsASecond: parseCount(values.logins, "logins"),
    timeoutMs: parseCount(values.timeout, "timeout"),
    afterMs: parseCount(values.seconds, "seconds") * 1000,
    replicas: Number(values.wait),
  };
  const machine = describeMachine();
  const found: Found[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => name.includes(values.only))) {
    process.stderr.write(`${scenario.name}\n`);
    found.push(...(await run(scenario, settings)));
  }
  console.log(
    `${settings.lookupsASecond} look-ups and ${settings.loginsASecond} logins a second; an operation waits at most ${settings.timeoutMs} ms\n${machine.text}`,
  );
  printFound(found);
  // Whatever the servers do, a valid cookie is never one that isn't there.
  const denied = found.reduce((sum, each) => sum + each.denied, 0);
  const what = "valid cookies that were not found through a failover";
  const figures: readonly Figure[] = [{ what, value: denied, goal: 0 }];
  printFigures(figures);
  // A part of them would be taken for all.
  if (values.only === "") saveResults("failover", { load: machine.load, settings, found, figures });
}

async function run(scenario: Scenario, settings: Settings): Promise<readonly Found[]> {
  const group: Group = await scenario.start();
  try {
    const { size, replicas, timeoutMs, afterMs } = settings;
    const options: ValkeyOptions = { ...group.options, timeoutMs };
    await fill({ ...options, timeoutMs: 5000 }, group.primary, size);
    await group.waitUntilWell();
    const wait = replicas > 0 ? { replicas, timeoutMs: timeoutMs / 2 } : undefined;
    const store = await openValkeyStore({ ...options, wait });
    const load: FailoverLoad = startFailoverLoad(store, size, settings);
    await delay(QUIET_MS);
    const eventMs = performance.now();
    await group.fail();
    await delay(afterMs);
    await load.stop();
    const lost = await load.countLost();
    await store.close();
    return [
      toFound(scenario.name, "look-ups", load.lookups, eventMs, 0),
      toFound(scenario.name, "logins", load.logins, eventMs, lost),
    ];
  } finally {
    await group.stop();
  }
}

await benchFailover();
