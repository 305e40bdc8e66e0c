// Metrics of sessions: what was done to them, by whom asked, and the work that is done again and again.

import { Counter, Gauge, type Registry } from "prom-client";
import { PROCEDURE_NAMES } from "../procedures/procedure-names.js";
import type { SessionObserver } from "../service/session-observer.js";
import type { SessionEvent } from "../session/session.js";
import { METRIC_PREFIX } from "./metric-names.js";

/** What may happen to a session. A series that appears with its first event has no rate: all begin with 0. */
const CHANGES: readonly (readonly [SessionEvent["kind"], SessionEvent["reason"]])[] = [
  ["login", "login"],
  ["logout", "logout"],
  ["logout", "logout-user"],
  ["logout", "replaced"],
  ["logout", "session-limit"],
  ["logout", "delete-all"],
  ["update", "update"],
  ["update", "rotate"],
  ["purge", "purge"],
];

/** Registers the metrics, and gives who is to be told. `onSuppressed`: a line of the log was left out. */
export function createSessionMetrics(
  registers: Registry[],
  onSuppressed: () => void,
): Omit<SessionObserver, "told"> {
  const changes = new Counter({
    name: `${METRIC_PREFIX}session_changes_total`,
    help: "Cookie sessions that this process changed, after the change was durable. kind: login, logout, update, purge; reason: why, as in the events.",
    labelNames: ["kind", "reason"],
    registers,
  });
  for (const [kind, reason] of CHANGES) changes.inc({ kind, reason }, 0);
  const calls = new Counter({
    name: `${METRIC_PREFIX}procedure_calls_total`,
    help: "Calls of session procedures. result: done, refused (the caller's error) or failed (a fault).",
    labelNames: ["procedure", "result"],
    registers,
  });
  for (const procedure of PROCEDURE_NAMES) {
    for (const result of ["done", "refused", "failed"]) calls.inc({ procedure, result }, 0);
  }
  const touches = new Counter({
    name: `${METRIC_PREFIX}touches_total`,
    help: "Uses of sessions by joins and live connections. result: written, fresh (a recent one is stored) or failed.",
    labelNames: ["result"],
    registers,
  });
  for (const result of ["written", "fresh", "failed"]) touches.inc({ result }, 0);
  const upkeep = createUpkeepMetrics(registers);
  return {
    changed: (kind, reason) => changes.inc({ kind, reason }),
    called: (procedure, result) => calls.inc({ procedure, result }),
    touched: (result) => touches.inc({ result }),
    suppressed: onSuppressed,
    ...upkeep,
  };
}

function createUpkeepMetrics(registers: Registry[]): Pick<SessionObserver, "ran" | "swept"> {
  const runs = new Counter({
    name: `${METRIC_PREFIX}upkeep_runs_total`,
    help: "Runs of upkeep. task: purge, sweep, clock; result: done or failed.",
    labelNames: ["task", "result"],
    registers,
  });
  const seconds = new Counter({
    name: `${METRIC_PREFIX}upkeep_seconds_total`,
    help: "Time that runs of upkeep have taken, their pauses included.",
    labelNames: ["task"],
    registers,
  });
  const lastDone = new Gauge({
    name: `${METRIC_PREFIX}upkeep_last_done_timestamp_seconds`,
    help: "When a run of upkeep was last done without a failure, seconds since 1970 UTC.",
    labelNames: ["task"],
    registers,
  });
  const entries = new Counter({
    name: `${METRIC_PREFIX}sweep_index_entries_total`,
    help: "Entries of our indexes that sweeps added and removed: what a Crossbar wrote behind them.",
    labelNames: ["change"],
    registers,
  });
  for (const change of ["added", "removed"]) entries.inc({ change }, 0);
  const cookies = new Gauge({
    name: `${METRIC_PREFIX}cookies`,
    help: "Cookie records in the database, as the last sweep counted them; absent before the first.",
    registers,
    // Without a value of its own it would begin with 0, which isn't known.
    labelNames: [],
  });
  cookies.remove();
  return {
    ran({ name: task, isDone, tookMs }) {
      runs.inc({ task, result: isDone ? "done" : "failed" });
      seconds.inc({ task }, tookMs / 1000);
      if (isDone) lastDone.set({ task }, Date.now() / 1000);
    },
    swept({ records, added, removed }) {
      cookies.set(records);
      entries.inc({ change: "added" }, added);
      entries.inc({ change: "removed" }, removed);
    },
  };
}
