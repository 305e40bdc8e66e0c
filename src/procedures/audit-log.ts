// The audit log of procedures: who called what, about which session, and how it ended. Never a value.

import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import { toLogText } from "../log/log-text.js";
import type { Log } from "../log/logger.js";
import { createRepeatSummary } from "../log/repeat-summary.js";
import type { RepeatLimit } from "../log/repeat-windows.js";
import type { Caller } from "./caller.js";
import type { Touched } from "./procedure.js";
import type { ProcedureError } from "./procedure-error.js";
import type { ProcedureName } from "./procedure-names.js";
import type { ProcedureObserver } from "./procedure-observer.js";

/** `nowMs`: a clock that doesn't follow the wall clock. */
export interface AuditLogOptions {
  readonly log: Log;
  readonly repeatLimit: RepeatLimit;
  readonly nowMs: () => number;
  /** Is told of each call, whatever is written; for metrics. */
  readonly observer?: ProcedureObserver | undefined;
}

export interface AuditLog {
  done(name: ProcedureName, caller: Caller, touched: Touched): void;
  /** The call was refused, with what the caller was told. */
  refused(name: ProcedureName, caller: Caller, error: ProcedureError): void;
  /** The call failed for a reason that isn't the caller's. */
  failed(name: ProcedureName, caller: Caller, fault: unknown): void;
  /** Writes the summaries that wait for their window to end. */
  flush(): void;
}

/** What only reads and is called all the time. */
const QUIET: readonly ProcedureName[] = ["get_user", "my_sessions", "stats"];

/** What was done is always written; refusals and faults, which a client can cause in floods, are bounded. */
export function createAuditLog(options: AuditLogOptions): AuditLog {
  const { log, repeatLimit: limit, nowMs, observer } = options;
  const onSuppressed = (): void => observer?.suppressed();
  const refusals = createRepeatSummary({
    limit,
    nowMs,
    onSuppressed,
    write: ({ kind, more }) =>
      log.warn(
        { event: "procedure-refused-repeatedly", kind, more },
        "more calls refused for the same reason",
      ),
  });
  const faults = createRepeatSummary({
    limit,
    nowMs,
    onSuppressed,
    write: ({ kind, more }) =>
      log.error(
        { event: "procedure-failed-repeatedly", code: kind, more },
        "more calls failed with the same fault",
      ),
  });

  return {
    done(procedure, caller, touched) {
      observer?.called(procedure, "done");
      const level = QUIET.includes(procedure) ? "debug" : "info";
      if (!log.isLevelEnabled(level)) return;
      log[level](
        { event: "procedure-done", procedure, ...describeCaller(caller), ...describeTouched(touched) },
        "session procedure",
      );
    },
    refused(procedure, caller, { uri }) {
      observer?.called(procedure, "refused");
      // Neither text nor field: both may repeat names of arguments that a client made up.
      if (!refusals.admit(`${procedure} ${uri}`, caller.realm)) return;
      const fields = { event: "procedure-refused", procedure, error: uri, ...describeCaller(caller) };
      log.warn(fields, "session procedure refused");
    },
    failed(procedure, caller, fault) {
      observer?.called(procedure, "failed");
      const code = toLogText(errorCodeOf(fault) ?? "unknown");
      if (!faults.admit(code, caller.realm)) return;
      const fields = { event: "procedure-failed", procedure, code, ...describeFault(fault) };
      log.error({ ...fields, ...describeCaller(caller) }, "session procedure failed");
    },
    flush() {
      refusals.flush();
      faults.flush();
    },
  };
}

/** Our own errors hold no cookie value; the text of any other may quote what was handed to it. */
function describeFault(fault: unknown): object {
  if (!(fault instanceof CookieAuthenticatorError)) {
    return { error: toLogText(fault instanceof Error ? fault.name : typeof fault) };
  }
  return { error: toLogText(fault.message), hint: fault.hint };
}

function describeCaller({ router, realm, session, authid, authrole }: Caller): object {
  return {
    router,
    callerRealm: toLogText(realm),
    callerSession: session,
    callerAuthid: authid === undefined ? undefined : toLogText(authid),
    callerAuthrole: authrole === undefined ? undefined : toLogText(authrole),
  };
}

/** Picked one by one: what is handed in may be a whole session. */
function describeTouched({ oid, authid, authrealm, count }: Touched): object {
  return {
    oid,
    authid: authid === undefined ? undefined : toLogText(authid),
    authrealm: authrealm === null ? "(every)" : authrealm === undefined ? undefined : toLogText(authrealm),
    count,
  };
}
