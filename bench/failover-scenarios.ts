// What happens to the primary in the bench `failover`, and in which kind of group.

import type { ValkeyOptions } from "../src/store/valkey/valkey-options.js";
import { startCluster } from "../test/support/valkey-cluster.js";
import { startSentinels } from "../test/support/valkey-sentinels.js";
import { findServers, type ValkeyServer } from "../test/support/valkey-server.js";
import { optionsFor } from "./valkey-database.js";

/** Running servers. */
export interface Group {
  readonly options: ValkeyOptions;
  /** Who has the store at first. */
  readonly primary: ValkeyServer;
  waitUntilWell(): Promise<unknown>;
  /** What the scenario is about. */
  fail(): Promise<unknown>;
  stop(): Promise<void>;
}

export interface Scenario {
  readonly name: string;
  start(): Promise<Group>;
}

/** After which silence a primary counts as down. Half of what follows is this time. */
const DOWN_AFTER_MS = 1000;

export const SCENARIOS: readonly Scenario[] = [
  { name: "Sentinel, primary killed", start: () => startSentinelGroup() },
  // By these words the old primary goes on with its writes until it hears of the new one,
  { name: "Sentinel, SENTINEL FAILOVER", start: () => startSentinelGroup([]) },
  // and by these, which Valkey alone knows, it rests until the replica has all that it has.
  { name: "Sentinel, SENTINEL FAILOVER COORDINATED", start: () => startSentinelGroup(["COORDINATED"]) },
  { name: "Cluster, primary killed", start: () => startClusterGroup(true) },
  { name: "Cluster, CLUSTER FAILOVER", start: () => startClusterGroup(false) },
];

/** @param order how it is told to hand over; without, the primary is killed */
async function startSentinelGroup(order?: readonly string[]): Promise<Group> {
  const group = await startSentinels({ binary: binary(), downAfterMs: DOWN_AFTER_MS });
  const primary = await group.waitUntilWell();
  const admin = group.sentinels[0]?.client();
  return {
    options: optionsFor(group.sentinels, { kind: "sentinel", name: group.name }),
    primary,
    waitUntilWell: () => group.waitUntilWell(),
    fail: async () =>
      order === undefined ? primary.kill() : admin?.call("SENTINEL", "FAILOVER", group.name, ...order),
    stop: () => group.stop(),
  };
}

async function startClusterGroup(isKilled: boolean): Promise<Group> {
  const cluster = await startCluster({ binary: binary(), nodeTimeoutMs: DOWN_AFTER_MS });
  const options = optionsFor(cluster.nodes, { kind: "cluster" });
  const primary = await cluster.primaryOf(`{${options.prefix}}:m`);
  const [replica] = await cluster.replicasOf(primary);
  const admin = replica?.client();
  return {
    options,
    primary,
    waitUntilWell: () => cluster.waitUntilWell(),
    fail: async () => (isKilled ? primary.kill() : admin?.call("CLUSTER", "FAILOVER")),
    stop: () => cluster.stop(),
  };
}

/** A Valkey, if there is one. */
function binary(): string | undefined {
  return (findServers().find(({ name }) => name === "valkey") ?? findServers()[0])?.binary;
}
