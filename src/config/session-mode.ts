// `sessions.mode`, where the file leaves it out.

import type { SessionMode } from "./config.js";
import type { ConfigFile } from "./config-file.js";
import { isValkeySection } from "./store-section.js";

/** Who writes cookies into the store; `undefined` without `sessions`. No Crossbar can write to a Valkey or Redis. */
export function findSessionMode({
  store,
  sessions,
}: Pick<ConfigFile, "store" | "sessions">): SessionMode | undefined {
  if (sessions === undefined) return undefined;
  return sessions.mode ?? (isValkeySection(store) ? "exclusive" : "shared");
}
