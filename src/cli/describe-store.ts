// The configured store in a few words, without secrets.

import type { StoreTarget } from "../store/store-target.js";

const TOPOLOGIES = { single: "", cluster: "Cluster at ", sentinel: "Sentinels at " } as const;

/** `/var/lib/cookies`, or `10.0.0.5:6379, keys {wca}`, and what else is set up. */
export function describeStore(store: StoreTarget): string {
  if (store.type === "lmdb") return store.path;
  const { servers, topology, tls, prefix, wait, nearCache, hashValues } = store;
  const addresses = servers.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`);
  const parts = [
    `${TOPOLOGIES[topology.kind]}${addresses.join(" ")}`,
    ...(topology.kind === "sentinel" ? [`group ${topology.name}`] : []),
    `keys {${prefix}}`,
    ...(tls === undefined ? [] : ["TLS"]),
    ...(hashValues === false ? ["values as clients send them, not hashed"] : []),
    ...(wait === undefined
      ? []
      : [`waits for ${wait.replicas === 1 ? "1 replica" : `${wait.replicas} replicas`}`]),
    ...(nearCache === undefined ? [] : [`near cache, at most ${nearCache.maxStaleMs / 1000} s behind`]),
  ];
  return parts.join(", ");
}
