// The session procedures, free of WAMP: who calls, may it, with which arguments, what is done, what is answered.

import { performance } from "node:perf_hooks";
import type { Log } from "../log/logger.js";
import type { RepeatLimit } from "../log/repeat-windows.js";
import { createAdministration } from "./administration.js";
import { createAuditLog } from "./audit-log.js";
import { type Caller, checkRole } from "./caller.js";
import type { LiveLookup } from "./live-lookup.js";
import type { Procedure } from "./procedure.js";
import { parseArguments } from "./procedure-arguments.js";
import { ERROR_URIS } from "./procedure-error.js";
import { PROCEDURE_NAMES, type ProcedureName } from "./procedure-names.js";
import type { ProcedureObserver } from "./procedure-observer.js";
import type { ProcedureRules } from "./procedure-rules.js";
import { createSelfService } from "./self-service.js";
import type { ResultMap } from "./session-map.js";
import type { SessionOperations } from "./session-operations.js";
import { toProcedureError } from "./to-procedure-error.js";

/** Answers one call. Rejects with a `ProcedureError` and with nothing else. */
export type ProcedureHandler = (
  kwargs: Readonly<Record<string, unknown>>,
  args: readonly unknown[],
  caller: Caller,
) => Promise<ResultMap | null>;

export interface SessionProceduresOptions {
  readonly sessions: SessionOperations;
  readonly live: LiveLookup;
  readonly rules: ProcedureRules;
  readonly log: Log;
  /** How many refusals and faults of one kind are written one by one. */
  readonly repeatLimit: RepeatLimit;
  /** A clock that doesn't follow the wall clock, in ms; for the summaries in the log. */
  readonly nowMs?: (() => number) | undefined;
  /** Is told of each call; for metrics. */
  readonly observer?: ProcedureObserver | undefined;
}

export interface SessionProcedures {
  /** By name, without the prefix. */
  readonly handlers: ReadonlyMap<ProcedureName, ProcedureHandler>;
  /** Writes what the log has summed up so far, before the process ends. */
  flush(): void;
}

export function createSessionProcedures(options: SessionProceduresOptions): SessionProcedures {
  const { sessions, live, rules, log, repeatLimit, observer } = options;
  const { nowMs = () => performance.now() } = options;
  const audit = createAuditLog({ log, repeatLimit, nowMs, observer });
  const procedures = {
    ...createAdministration(sessions, rules),
    ...createSelfService(sessions, live, rules),
  };

  const toHandler =
    <Name extends ProcedureName>(name: Name, run: Procedure<Name>): ProcedureHandler =>
    async (kwargs, args, caller) => {
      try {
        checkRole(name, caller, rules);
        const { result, touched } = await run(parseArguments(name, args, kwargs), caller);
        audit.done(name, caller, touched);
        return result;
      } catch (error) {
        const refusal = toProcedureError(error, rules.prefix);
        // What is no fault of the call is told to the caller in one constant text, and to the log with its reason.
        if (refusal !== error && refusal.uri === ERROR_URIS.unavailable) audit.failed(name, caller, error);
        else audit.refused(name, caller, refusal);
        throw refusal;
      }
    };

  return {
    handlers: new Map(
      PROCEDURE_NAMES.map((name) => [name, toHandler(name, procedures[name] as Procedure<typeof name>)]),
    ),
    flush: () => audit.flush(),
  };
}
