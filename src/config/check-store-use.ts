// What the schema can't say about the store: what writes into it, and what nobody else may.

import type { ConfigFile } from "./config-file.js";
import type { ConfigProblem } from "./config-problem.js";
import { findLifetimeLimits } from "./lifetime-profile.js";
import { findSessionMode } from "./session-mode.js";
import { isValkeySection } from "./store-section.js";

/** The keys that ask for writes which the file doesn't allow, or for a database that is shared and isn't. */
export function checkStoreUse(content: ConfigFile): ConfigProblem[] {
  const { store, sessions, authenticator } = content;
  const problems: ConfigProblem[] = [];
  if (store.readOnly && sessions !== undefined) {
    problems.push({ path: "sessions", message: "needs to write: set store.readOnly to false, or drop it" });
  }
  if (isValkeySection(store)) {
    if (sessions?.mode === "shared") {
      const message = `is "shared", and no Crossbar writes to a store of type "${store.type}": set it to "exclusive", or drop it`;
      problems.push({ path: "sessions.mode", message });
    }
    // S-07: a Crossbar would look for values and find hashes, and write values where we look for hashes.
  } else if (store.hashValues && findSessionMode(content) !== "exclusive") {
    const message =
      'is only for a database that no Crossbar shares: set sessions.mode to "exclusive", or drop it';
    problems.push({ path: "store.hashValues", message });
  }
  // without a record of uses every session would count as unused since its login.
  if (findLifetimeLimits(authenticator).idleSeconds !== undefined) {
    const key = authenticator.idleTimeout === undefined ? "profile" : "idleTimeout";
    const path = `authenticator.${key}`;
    const subject = key === "profile" ? "has an idle time-out, which" : "";
    const needs = `${subject} needs each use to be written into the database`.trim();
    if (store.readOnly) problems.push({ path, message: `${needs}: set store.readOnly to false` });
    else if (sessions === undefined) problems.push({ path, message: `${needs}: add sessions` });
  }
  return problems;
}
