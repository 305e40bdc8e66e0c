// Finds the server that is the store's primary now. All keys are in one hash slot, so there is one, in a Cluster too.

import { clusterFinder } from "./cluster-finder.js";
import { sentinelFinder } from "./sentinel-finder.js";
import type { ServerAddress, ValkeyOptions } from "./valkey-options.js";

/** Knows where to ask for the primary. */
export interface PrimaryFinder {
  /**
   * The address of the primary, as those who decide it say now. Concurrent calls share one answer.
   * @throws `ERR_STORE_UNAVAILABLE` nobody says one; `ERR_STORE_ACCESS`; `ERR_STORE_SERVER` no Cluster, no such name
   */
  find(): Promise<ServerAddress>;
  /** How often to ask whether the primary is still the same, in ms; `undefined`: it always is. */
  readonly askEveryMs: number | undefined;
  /** Ends its connections. */
  close(): void;
}

/** The finder for a topology. */
export function createPrimaryFinder(options: ValkeyOptions): PrimaryFinder {
  switch (options.topology.kind) {
    case "single":
      return singleFinder(options.servers);
    case "sentinel":
      return sentinelFinder(options, options.topology);
    case "cluster":
      return clusterFinder(options);
  }
}

/** One server: its name may lead to another machine after a failover, which each new connection looks up. */
function singleFinder(servers: readonly ServerAddress[]): PrimaryFinder {
  const [server] = servers;
  if (server === undefined) throw new TypeError("no server");
  return { askEveryMs: undefined, find: () => Promise.resolve(server), close: () => {} };
}
