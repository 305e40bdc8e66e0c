// What the session procedures tell of their calls, for metrics. Nothing that a caller sent gets this far.

import type { ProcedureName } from "./procedure-names.js";

/** How a call ended: answered, refused with an error of the caller's, or failed with a fault of ours. */
export type CallResult = "done" | "refused" | "failed";

/** Its methods take no time and don't throw. */
export interface ProcedureObserver {
  called(procedure: ProcedureName, result: CallResult): void;
  /** A line of the log was not written, since there were too many like it. */
  suppressed(): void;
}
