// Metrics of the calls of routers: how they were decided, and how long that took.

import { Counter, type Registry } from "prom-client";
import type { AuthenticatorObserver } from "../authenticator/authenticator-observer.js";
import { DENIAL_REASONS } from "../authenticator/outcome.js";
import type { ErrorCode } from "../errors.js";
import { DurationHistogram } from "./duration-histogram.js";
import { LabelCounts } from "./label-counts.js";
import { METRIC_PREFIX } from "./metric-names.js";

/** Those that a store or a flood brings about. A series that appears with its first event has no rate: they begin with 0. */
const LIKELY_FAULTS: readonly ErrorCode[] = [
  "ERR_STORE_NOT_FOUND",
  "ERR_STORE_BUSY",
  "ERR_STORE_REPLACED",
  "ERR_STORE_UNAVAILABLE",
  "ERR_STORE_TIMEOUT",
  "ERR_STORE_ACCESS",
  "ERR_STORE_INCONSISTENT",
  "ERR_RECORD_INVALID",
  "ERR_AUTHENTICATE_TIMEOUT",
  "ERR_AUTHENTICATE_OVERLOAD",
];

/** Registers the metrics, and gives who is to be told. `onSuppressed`: a line of the log was left out. */
export function createAuthenticatorMetrics(
  registers: Registry[],
  onSuppressed: () => void,
): AuthenticatorObserver {
  const decisions = new LabelCounts(["accepted", "anonymous", ...DENIAL_REASONS]);
  const faults = new LabelCounts(LIKELY_FAULTS);
  new Counter({
    name: `${METRIC_PREFIX}decisions_total`,
    help: "Decided calls of routers. outcome: accepted (a cookie's rights), anonymous (the role of visitors) or denied, with the reason that only the log tells otherwise.",
    labelNames: ["outcome", "reason"],
    registers,
    collect() {
      this.reset();
      for (const [decision, count] of decisions.entries()) {
        const isGiven = decision === "accepted" || decision === "anonymous";
        this.inc(isGiven ? { outcome: decision } : { outcome: "denied", reason: decision }, count);
      }
    },
  });
  new Counter({
    name: `${METRIC_PREFIX}faults_total`,
    help: "Calls of routers that ended with a fault of ours or of the store; clients get wamp.error.unavailable. code: as in docs/errors.md, or of Node.js.",
    labelNames: ["code"],
    registers,
    collect() {
      this.reset();
      for (const [code, count] of faults.entries()) this.inc({ code }, count);
    },
  });
  const calls = new DurationHistogram({
    name: `${METRIC_PREFIX}call_duration_seconds`,
    help: "Time from a router's call to its decision or fault, the look-up included.",
    registers,
  });
  const lookUps = new DurationHistogram({
    name: `${METRIC_PREFIX}lookup_duration_seconds`,
    help: "Time of a look-up in the store: value, index, record.",
    registers,
  });
  return {
    decided(decision, tookMs) {
      decisions.add(decision);
      calls.observe(tookMs);
    },
    failed(code, tookMs) {
      faults.add(code ?? "other");
      calls.observe(tookMs);
    },
    lookedUp: (tookMs) => lookUps.observe(tookMs),
    suppressed: onSuppressed,
  };
}
