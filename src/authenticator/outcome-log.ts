// The log of outcomes: a line for each denial and fault, bounded where they come in floods; acceptances as audit or debug.

import { errorCodeOf } from "../errors.js";
import { toLogText } from "../log/log-text.js";
import type { Log } from "../log/logger.js";
import { createRepeatSummary } from "../log/repeat-summary.js";
import type { RepeatLimit, Repeats } from "../log/repeat-windows.js";
import type { Caller } from "./authenticator.js";
import { describeCall, describeFault } from "./describe-call.js";
import type { Fingerprint } from "./fingerprint.js";
import { type Denial, isDenial, type Principal } from "./outcome.js";
import { parseRouterCall } from "./parse-router-call.js";
import { toPeerKey } from "./peer-key.js";
import type { AuthenticatorPolicy } from "./policy.js";

/** What the log is made of. `nowMs`: a clock that doesn't follow the wall clock. */
export interface OutcomeLogOptions {
  readonly log: Log;
  readonly policy: AuthenticatorPolicy;
  readonly fingerprint: Fingerprint;
  readonly repeatLimit: RepeatLimit;
  readonly nowMs: () => number;
  /** Acceptances too at level info: one line for every decision. */
  readonly audit?: boolean | undefined;
  /** A line is not written; for metrics. */
  readonly onSuppressed?: (() => void) | undefined;
}

/** One call of a router. */
export interface AnsweredCall {
  readonly args: readonly unknown[];
  readonly caller: Caller;
  /** When it came, by the clock of the log: `nowMs`. */
  readonly beganMs: number;
}

export interface OutcomeLog {
  accepted(principal: Principal, call: AnsweredCall): void;
  denied(denial: Denial, call: AnsweredCall): void;
  fault(error: unknown, call: AnsweredCall): void;
  /** Writes the summaries that wait for their window to end. */
  flush(): void;
}

/** Whoever can reach the router can make us refuse: what one kind of it writes is bounded, and nothing goes uncounted. */
export function createOutcomeLog(options: OutcomeLogOptions): OutcomeLog {
  const { log, policy, fingerprint, repeatLimit: limit, nowMs, onSuppressed } = options;
  const acceptedLevel = options.audit === true ? "info" : "debug";
  const denials = createRepeatSummary({
    limit,
    nowMs,
    onSuppressed,
    write: (repeats) =>
      log.info(
        { event: "denied-repeatedly", reason: repeats.kind, ...describeRepeats(repeats) },
        "authentication denied: more for the same reason",
      ),
  });
  const faults = createRepeatSummary({
    limit,
    nowMs,
    onSuppressed,
    write: (repeats) =>
      log.error(
        { event: "fault-repeatedly", code: repeats.kind, ...describeRepeats(repeats) },
        "authentication unavailable: more of the same fault",
      ),
  });
  /** In milliseconds, to microseconds: more is noise. */
  const tookSince = (beganMs: number): number => Math.round((nowMs() - beganMs) * 1000) / 1000;

  return {
    accepted({ oid, realm, authid, role }, { args, caller, beganMs }) {
      if (!log.isLevelEnabled(acceptedLevel)) return;
      const fields = {
        event: "accepted",
        oid,
        authid: toLogText(authid),
        authrole: toLogText(role),
        ...describeCall(args, caller, policy, fingerprint),
        realm: toLogText(realm),
        tookMs: tookSince(beganMs),
      };
      log[acceptedLevel](fields, "accepted");
    },
    denied({ denied: reason, oid, detail }, { args, caller, beganMs }) {
      if (!log.isLevelEnabled("info") || !denials.admit(reason, peerOf(args, policy))) return;
      const fields = {
        event: "denied",
        reason,
        detail: detail === undefined ? undefined : toLogText(detail),
        oid,
        ...describeCall(args, caller, policy, fingerprint),
        tookMs: tookSince(beganMs),
      };
      log.info(fields, "authentication denied");
    },
    fault(error, { args, caller, beganMs }) {
      const kind = toLogText(errorCodeOf(error) ?? "unknown");
      if (!log.isLevelEnabled("error") || !faults.admit(kind, peerOf(args, policy))) return;
      const fields = {
        event: "fault",
        ...describeFault(error, args, policy),
        ...describeCall(args, caller, policy, fingerprint),
        tookMs: tookSince(beganMs),
      };
      log.error(fields, "authentication unavailable");
    },
    flush() {
      denials.flush();
      faults.flush();
    },
  };
}

/** The peer as the limits see it. A caller that isn't the router may claim any: here it is only counted. */
function peerOf(args: readonly unknown[], { trustedProxies }: AuthenticatorPolicy): string {
  const call = parseRouterCall(args, trustedProxies);
  return toPeerKey(isDenial(call) ? undefined : call.peer);
}

function describeRepeats({ more, sources, hasMoreSources, durationMs }: Repeats): object {
  return {
    more,
    peers: sources,
    ...(hasMoreSources ? { morePeers: true } : {}),
    seconds: Math.round(durationMs / 100) / 10,
  };
}
