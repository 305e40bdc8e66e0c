// The log of outcomes: a line for each denial and fault, bounded where they come in floods; acceptances at debug.

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
}

export interface OutcomeLog {
  accepted(principal: Principal, args: readonly unknown[], caller: Caller): void;
  denied(denial: Denial, args: readonly unknown[], caller: Caller): void;
  fault(error: unknown, args: readonly unknown[], caller: Caller): void;
  /** Writes the summaries that wait for their window to end. */
  flush(): void;
}

/** Whoever can reach the router can make us refuse: what one kind of it writes is bounded, and nothing goes uncounted. */
export function createOutcomeLog(options: OutcomeLogOptions): OutcomeLog {
  const { log, policy, fingerprint, repeatLimit: limit, nowMs } = options;
  const denials = createRepeatSummary({
    limit,
    nowMs,
    write: (repeats) =>
      log.info(
        { event: "denied-repeatedly", reason: repeats.kind, ...describeRepeats(repeats) },
        "authentication denied: more for the same reason",
      ),
  });
  const faults = createRepeatSummary({
    limit,
    nowMs,
    write: (repeats) =>
      log.error(
        { event: "fault-repeatedly", code: repeats.kind, ...describeRepeats(repeats) },
        "authentication unavailable: more of the same fault",
      ),
  });

  return {
    accepted({ oid, realm, authid, role }, args, caller) {
      if (!log.isLevelEnabled("debug")) return;
      const fields = { event: "accepted", oid, authid: toLogText(authid), authrole: toLogText(role) };
      log.debug(
        { ...describeCall(args, caller, policy, fingerprint), ...fields, realm: toLogText(realm) },
        "accepted",
      );
    },
    denied({ denied: reason, oid, detail }, args, caller) {
      if (!log.isLevelEnabled("info") || !denials.admit(reason, peerOf(args, policy))) return;
      const fields = {
        event: "denied",
        reason,
        detail: detail === undefined ? undefined : toLogText(detail),
        oid,
        ...describeCall(args, caller, policy, fingerprint),
      };
      log.info(fields, "authentication denied");
    },
    fault(error, args, caller) {
      const kind = toLogText(errorCodeOf(error) ?? "unknown");
      if (!log.isLevelEnabled("error") || !faults.admit(kind, peerOf(args, policy))) return;
      const fields = {
        event: "fault",
        ...describeFault(error, args, policy),
        ...describeCall(args, caller, policy, fingerprint),
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
