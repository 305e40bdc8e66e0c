// Which server answers: its own name for this run of it, and whether it is a primary.

import type { Script } from "./valkey-client.js";

export interface ServerIdentity {
  /** Random text that a server makes at each start. */
  readonly runId: string;
  readonly isPrimary: boolean;
}

/** The sections of `INFO` that say it. */
export const IDENTITY_SECTIONS = ["server", "replication"] as const;

/**
 * Asks the server that look-ups go to. As a script it goes their way, to the owner of the store's hash slot, and the
 * owner refuses it as it refuses look-ups.
 */
export const IDENTITY_SCRIPT: Script = {
  name: "identity",
  source: `return redis.call('INFO', '${IDENTITY_SECTIONS.join("', '")}')`,
};

/** `undefined` if the text of `INFO` doesn't say it. */
export function parseIdentity(info: string): ServerIdentity | undefined {
  const runId = /^run_id:(\w+)\r?$/m.exec(info)?.[1];
  const role = /^role:(\w+)\r?$/m.exec(info)?.[1];
  return runId === undefined || role === undefined ? undefined : { runId, isPrimary: role === "master" };
}
