// The stores of the bench `stores`: LMDB in the process, one server, a Cluster; each opened with and without a near cache.

import type { ReplicaWait, ValkeyOptions } from "../src/store/valkey/valkey-options.js";
import { LineProcess } from "./line-process.js";
import { copyDatabase, makeSessionDatabase } from "./session-database.js";
import type { Work } from "./stores-worker.js";
import { type FilledEngine, startFilledCluster, startFilledServer } from "./valkey-database.js";

/** An open store in a process of its own. */
export interface Contestant {
  readonly name: string;
  readonly process: LineProcess;
  /** The server that answers it; LMDB has none. */
  readonly serverPid: number | undefined;
}

export interface Engines {
  /** Each with the cookies in it. */
  readonly lmdbPath: string;
  readonly valkey: FilledEngine;
  readonly redis: FilledEngine | undefined;
  readonly cluster: FilledEngine;
  /** A server that writes what it has to disk, each second. */
  readonly onDisk: FilledEngine;
  stop(): Promise<void>;
}

/** @throws Error without a Valkey */
export async function startEngines(size: number): Promise<Engines> {
  const base = await makeSessionDatabase({ size, expired: 0, hasOwnTables: true });
  const valkey = await startFilledServer("valkey", size);
  const onDisk = await startFilledServer("valkey", size, [
    "--appendonly",
    "yes",
    "--appendfsync",
    "everysec",
  ]);
  if (valkey === undefined || onDisk === undefined) {
    throw new Error("no valkey-server on this machine: npm run setup");
  }
  const redis = await startFilledServer("redis", size);
  const cluster = await startFilledCluster(size);
  const all = [valkey, onDisk, cluster, ...(redis === undefined ? [] : [redis])];
  const lmdbPath = copyDatabase(base, "stores");
  const stop = async (): Promise<void> => {
    for (const engine of all) await engine.stop();
  };
  return { lmdbPath, valkey, redis, cluster, onDisk, stop };
}

/** Opens the database of LMDB. */
export async function openLmdb(name: string, path: string, size: number): Promise<Contestant> {
  const process = await LineProcess.start("stores-worker.ts", ["lmdb", path, String(size)]);
  return { name, process, serverPid: undefined };
}

export interface Opening {
  /** Cookies in the near cache at most; default: there is none. */
  readonly near?: number;
  readonly wait?: ReplicaWait;
}

/** Opens the store in a server. */
export async function openIn(
  engine: FilledEngine,
  name: string,
  size: number,
  { near, wait }: Opening = {},
): Promise<Contestant> {
  const nearCache = near === undefined ? undefined : { maxCookies: near, maxStaleMs: 1000 };
  const options: ValkeyOptions = { ...engine.options, nearCache, wait };
  const process = await LineProcess.start("stores-worker.ts", [
    "valkey",
    JSON.stringify(options),
    String(size),
  ]);
  return { name, process, serverPid: engine.primary.pid };
}

/** @param request a line for stores-worker.ts */
export async function ask({ process }: Contestant, request: string): Promise<Work> {
  return JSON.parse(await process.ask(request)) as Work;
}
