// Where the authenticators of the bench `joins` find their cookies: an LMDB database, or a Valkey with the same cookies.

import { copyDatabase, makeSessionDatabase } from "./session-database.js";
import { startFilledServer } from "./valkey-database.js";

/** As a store of sessions should be kept. */
const ON_DISK = ["--appendonly", "yes", "--appendfsync", "everysec"];

export type EngineName = "lmdb" | "valkey";

export interface JoinsEngine {
  readonly text: string;
  /** The section `store` of an authenticator's configuration. */
  readonly config: object;
  /** Its processes; LMDB has none. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export async function startJoinsEngine(name: EngineName, size: number): Promise<JoinsEngine> {
  if (name === "lmdb") {
    const path = copyDatabase(await makeSessionDatabase({ size, expired: 0, hasOwnTables: true }), "joins");
    return { text: "LMDB 0.9", config: { path, maxSize: 2 ** 34 }, pids: [], async stop() {} };
  }
  const engine = await startFilledServer("valkey", size, ON_DISK);
  if (engine === undefined) throw new Error("no valkey-server on this machine: npm run setup");
  const { about, primary } = engine;
  const config = { type: "valkey", servers: [`${primary.host}:${primary.port}`] };
  return { text: about, config, pids: [primary.pid], stop: () => engine.stop() };
}
