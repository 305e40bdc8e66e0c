// Wraps the spine for a router: every outcome and every fault becomes an answer and, where it matters, a log line.

import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import { createSteadyClock } from "../lifetime/steady-clock.js";
import { createSilentLog, type Log } from "../log/logger.js";
import type { RepeatLimit } from "../log/repeat-windows.js";
import type { CookieReader, UsedCookie } from "../store/cookie-reader.js";
import { authenticate } from "./authenticate.js";
import type { Authenticator, Caller, RouterAnswer } from "./authenticator.js";
import type { AuthenticatorObserver, Decision } from "./authenticator-observer.js";
import { createFailureLimiter } from "./failure-limiter.js";
import { createFingerprint, type Fingerprint } from "./fingerprint.js";
import { isDenial, type Outcome } from "./outcome.js";
import { createOutcomeLog, type OutcomeLogOptions } from "./outcome-log.js";
import type { RouterCall } from "./parse-router-call.js";
import { type AuthenticatorPolicy, DEFAULT_POLICY } from "./policy.js";
import { timeLookUps } from "./timed-reader.js";
import { DENIED, toReply, UNAVAILABLE } from "./to-reply.js";

/** Parts of an authenticator; all but the reader have defaults. */
export interface AuthenticatorOptions {
  readonly reader: CookieReader;
  readonly policy?: Partial<AuthenticatorPolicy>;
  readonly log?: Log;
  /** The clock of cookies, ns since 1970 UTC. */
  readonly nowNs?: () => bigint;
  /** The clock of limits and windows, in ms; it doesn't follow the wall clock. */
  readonly nowMs?: () => number;
  readonly fingerprint?: Fingerprint;
  /** Called for each client that was given a cookie's rights: the cookie has been used. It must not throw. */
  readonly onUse?: (use: AcceptedUse) => void;
  /** How many denials and faults of one kind are logged one by one; `DEFAULT_REPEAT_LIMIT` otherwise. */
  readonly repeatLimit?: RepeatLimit;
  /** Log every decision at level info, acceptances too; otherwise those are at debug. */
  readonly audit?: boolean;
  /** Is told of every call, without anything that a client sent; for metrics. */
  readonly observer?: AuthenticatorObserver | undefined;
}

/** What of an authenticator can change while it runs. Each call is judged by what it began with, whole. */
export type AuthenticatorRules = Required<Pick<AuthenticatorOptions, "policy" | "repeatLimit">> &
  Pick<AuthenticatorOptions, "fingerprint" | "audit">;

/** An authenticator whose rules can be changed. */
export interface ConfigurableAuthenticator extends Required<Authenticator> {
  /** From the next call on. Without a fingerprint in `rules` the old one stays; failures of peers stay counted. */
  configure(rules: AuthenticatorRules): void;
}

/** A use of a cookie, as far as the router tells. */
export interface AcceptedUse {
  readonly oid: string;
  readonly peer: string | undefined;
  readonly userAgent: string | undefined;
  /** What the look-up has found: who notes the use needs no other. */
  readonly found: UsedCookie;
}

/** A burst is seen as it is; a flood is a handful of lines a second at most. */
export const DEFAULT_REPEAT_LIMIT: RepeatLimit = { limit: 20, windowMs: 10_000 };

/**
 * An authenticator on a cookie store, usable with or without a router. Call `flush` before the process ends.
 *
 * @example
 * const reader = await openCookieReader({ path: ".crossbar/.cookies" });
 * const authenticator = createAuthenticator({ reader });
 * const answer = await authenticator.answer([realm, authid, details], { authrole: "trusted" });
 */
export function createAuthenticator(options: AuthenticatorOptions): ConfigurableAuthenticator {
  const initial: AuthenticatorPolicy = { ...DEFAULT_POLICY, ...options.policy };
  const { nowNs = createSteadyClock().nowNs, nowMs = monotonicClockMs } = options;
  const { log = createSilentLog(), fingerprint = createFingerprint() } = options;
  const { repeatLimit = DEFAULT_REPEAT_LIMIT, audit, onUse, observer } = options;
  const onSuppressed = observer === undefined ? undefined : () => observer.suppressed();
  const reader =
    observer === undefined
      ? options.reader
      : timeLookUps(options.reader, nowMs, (tookMs) => observer.lookedUp(tookMs));
  const failures = createFailureLimiter(initial.failureLimit, nowMs);
  let current = toCurrent({ log, policy: initial, fingerprint, repeatLimit, nowMs, audit, onSuppressed });
  let inFlight = 0;

  /** All that hangs on the rules, made anew with them: a call takes it once, and never sees half a change. */
  function toCurrent(rules: OutcomeLogOptions) {
    const { policy } = rules;
    const input = { reader, policy, failures, nowNs };
    const noting = onUse === undefined ? input : { ...input, onAccepted: toUseListener(onUse) };
    return { rules, policy, input, noting, outcomeLog: createOutcomeLog(rules) };
  }

  const answer = async (args: readonly unknown[], caller: Caller): Promise<RouterAnswer> => {
    const { policy, noting, outcomeLog } = current;
    const beganMs = nowMs();
    inFlight += 1;
    try {
      if (inFlight > policy.maxInFlight) throw overload(policy.maxInFlight);
      const outcome = await authenticate(args, caller, noting);
      observer?.decided(toDecision(outcome), nowMs() - beganMs);
      if (isDenial(outcome)) {
        outcomeLog.denied(outcome, { args, caller, beganMs });
        return DENIED;
      }
      outcomeLog.accepted(outcome, { args, caller, beganMs });
      return toReply(outcome);
    } catch (error) {
      observer?.failed(errorCodeOf(error), nowMs() - beganMs);
      outcomeLog.fault(error, { args, caller, beganMs });
      return UNAVAILABLE;
    } finally {
      inFlight -= 1;
    }
  };

  return {
    answer,
    authenticate: (args, caller) => authenticate(args, caller, current.input),
    flush: () => current.outcomeLog.flush(),
    configure(next) {
      const { fingerprint: kept } = current.rules;
      const { outcomeLog } = current;
      const policy = { ...DEFAULT_POLICY, ...next.policy };
      failures.resize(policy.failureLimit);
      current = toCurrent({ log, nowMs, fingerprint: kept, onSuppressed, ...next, policy });
      // What it has summed up so far; calls that still use it write what they owe by its timer.
      outcomeLog.flush();
    },
  };
}

function toDecision(outcome: Outcome): Decision {
  if (isDenial(outcome)) return outcome.denied;
  return outcome.oid === undefined ? "anonymous" : "accepted";
}

function toUseListener(onUse: (use: AcceptedUse) => void) {
  return (found: UsedCookie, { peer, userAgent }: RouterCall): void =>
    onUse({ oid: found.cookie.oid, peer, userAgent, found });
}

function monotonicClockMs(): number {
  return performance.now();
}

function overload(maxInFlight: number): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_AUTHENTICATE_OVERLOAD",
    `more than ${maxInFlight} calls in flight`,
    {
      hint: "the store is slow, or clients flood the router; authenticator.maxInFlight is the limit",
    },
  );
}
