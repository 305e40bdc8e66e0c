// What the session part of the component tells of its work, for metrics. No oid, user or peer gets this far.

import type { SessionToEnd } from "../live/find-sessions-to-end.js";
import type { LiveRealmName } from "../live/live-realm.js";
import type { ProcedureObserver } from "../procedures/procedure-observer.js";
import type { SessionEvent } from "../session/session.js";
import type { SweepReport } from "../store/cookie-store.js";

/** One run of a job that is done again and again. */
export interface UpkeepRun {
  /** The job's name: `purge`, `sweep`, `clock`. */
  readonly name: string;
  readonly isDone: boolean;
  readonly tookMs: number;
}

/** What became of a use that was to be stored; `fresh`: one is stored that is recent enough. */
export type TouchResult = "written" | "fresh" | "failed";

/** Its methods take no time and don't throw. */
export interface SessionObserver extends ProcedureObserver {
  /** A session was changed by this process, durably. */
  changed(kind: SessionEvent["kind"], reason: SessionEvent["reason"]): void;
  /** The router has told a live session to leave. */
  told(at: LiveRealmName, reason: SessionToEnd["reason"]): void;
  touched(result: TouchResult): void;
  ran(run: UpkeepRun): void;
  swept(report: SweepReport): void;
}
