// Valkey and Redis servers with the cookies of the benches in them.

import { openValkeyStore } from "../src/store/valkey/open-valkey-store.js";
import type { ValkeyOptions } from "../src/store/valkey/valkey-options.js";
import { type ClusterOptions, startCluster } from "../test/support/valkey-cluster.js";
import { findServers, startServer, type ValkeyServer } from "../test/support/valkey-server.js";
import { cookieOf, cookieValueOf } from "./lookup-database.js";

/** Cookies of one transaction. */
const BATCH = 200;
const PREFIX = "wca";

export interface FilledEngine {
  /** E.g. `valkey 9.1.2`. */
  readonly about: string;
  /** How to open the store in it. */
  readonly options: ValkeyOptions;
  /** The server that has the store, and its process. */
  readonly primary: ValkeyServer;
  /** Memory that a cookie takes in it, all its keys together. */
  readonly bytesACookie: number;
  stop(): Promise<void>;
}

/** @returns `undefined` if this machine has no such server */
export async function startFilledServer(
  name: "valkey" | "redis",
  size: number,
  args: readonly string[] = [],
): Promise<FilledEngine | undefined> {
  const found = findServers().find((each) => each.name === name);
  if (found === undefined) return undefined;
  const primary = await startServer({ binary: found.binary, args });
  const options = optionsFor([primary], { kind: "single" });
  const bytesACookie = await fill(options, primary, size);
  const about = [name, found.version].join(" ");
  return { about, options, primary, bytesACookie, stop: () => primary.stop() };
}

/** Three primaries and three replicas; the store is one hash slot, and so on one primary. */
export async function startFilledCluster(size: number, more: ClusterOptions = {}): Promise<FilledEngine> {
  const found = findServers().find(({ name }) => name === "valkey") ?? findServers()[0];
  const cluster = await startCluster({ binary: found?.binary, ...more });
  const primary = await cluster.primaryOf(`{${PREFIX}}:m`);
  const options = optionsFor(cluster.nodes.slice(0, 3), { kind: "cluster" });
  const bytesACookie = await fill(options, primary, size);
  const about = `${found?.name} ${found?.version}, Cluster`;
  return { about, options, primary, bytesACookie, stop: () => cluster.stop() };
}

/** How the benches open a store: patient, since many processes share few cores. */
export function optionsFor(
  servers: readonly { readonly host: string; readonly port: number }[],
  topology: ValkeyOptions["topology"],
): ValkeyOptions {
  const addresses = servers.map(({ host, port }) => ({ host, port }));
  return { servers: addresses, topology, prefix: PREFIX, timeoutMs: 5000 };
}

/** Puts so many cookies into a store. @returns bytes of the server's memory that each takes */
export async function fill(options: ValkeyOptions, primary: ValkeyServer, size: number): Promise<number> {
  const before = await usedBytes(primary);
  const store = await openValkeyStore(options);
  for (let first = 0; first < size; first += BATCH) {
    await store.writer.write((transaction) => {
      for (let n = first; n < Math.min(first + BATCH, size); n += 1) {
        transaction.put({ ...cookieOf(n), value: transaction.toStoredValue(cookieValueOf(n)) });
      }
    });
  }
  await store.close();
  return ((await usedBytes(primary)) - before) / size;
}

async function usedBytes(server: ValkeyServer): Promise<number> {
  const client = server.client();
  const text = await client.info("memory");
  client.disconnect();
  return Number(/^used_memory:(\d+)/m.exec(text)?.[1] ?? Number.NaN);
}
