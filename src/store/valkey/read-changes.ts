// Which records have changed since a version, from the stream of the last commits.

import type { StoreChanges } from "../cookie-reader.js";
import { asBytes, asList } from "./known-state.js";
import { CHANGES_SCRIPT } from "./read-scripts.js";
import type { ValkeyClient } from "./valkey-client.js";
import type { ValkeyKeys } from "./valkey-keys.js";
import { toVersion } from "./valkey-marks.js";

/** Commits that are told at once; after more, looking at everything is about as fast. */
const MOST_COMMITS = 2000;
/** As `toVersion` makes it, with a change: token of the last commit, number and token of the last change. */
const VERSION = /^[\w-]+\.(\d{1,16})\.([\w-]+)$/;

/** `undefined`: it can't be told. */
export async function readChanges(
  client: ValkeyClient,
  keys: ValkeyKeys,
  since: string,
): Promise<StoreChanges | undefined> {
  const [, number, token] = VERSION.exec(since) ?? [];
  if (number === undefined || token === undefined) return undefined;
  const args = [number, token, String(MOST_COMMITS)];
  const reply = asList(await client.read(CHANGES_SCRIPT, [keys.marks, keys.changes], args));
  if (reply.length === 0) return undefined;
  const [version, change, ...changed] = reply.map((text) => asBytes(text)?.toString("latin1"));
  const oids = changed.flatMap((text) => text?.split(" ") ?? []);
  return { oids: [...new Set(oids)], version: toVersion(version, change) };
}
