// Wraps the spine for a router: every outcome and every fault becomes an answer and, where it matters, a log line.

import { CookieAuthenticatorError } from "../errors.js";
import { createSteadyClock } from "../lifetime/steady-clock.js";
import { createSilentLog, type Log } from "../log/logger.js";
import type { RepeatLimit } from "../log/repeat-windows.js";
import type { CookieReader } from "../store/cookie-reader.js";
import { authenticate } from "./authenticate.js";
import type { Authenticator, Caller, RouterAnswer } from "./authenticator.js";
import { createFailureLimiter } from "./failure-limiter.js";
import { createFingerprint, type Fingerprint } from "./fingerprint.js";
import { isDenial } from "./outcome.js";
import { createOutcomeLog } from "./outcome-log.js";
import { parseRouterCall } from "./parse-router-call.js";
import { type AuthenticatorPolicy, DEFAULT_POLICY } from "./policy.js";
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
}

/** A use of a cookie, as far as the router tells. */
export interface AcceptedUse {
  readonly oid: string;
  readonly peer: string | undefined;
  readonly userAgent: string | undefined;
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
export function createAuthenticator(options: AuthenticatorOptions): Required<Authenticator> {
  const policy: AuthenticatorPolicy = { ...DEFAULT_POLICY, ...options.policy };
  const { reader, nowNs = createSteadyClock().nowNs, nowMs = monotonicClockMs } = options;
  const { log = createSilentLog(), fingerprint = createFingerprint() } = options;
  const { repeatLimit = DEFAULT_REPEAT_LIMIT, onUse } = options;
  const failures = createFailureLimiter(policy.failureLimit, nowMs);
  const outcomeLog = createOutcomeLog({ log, policy, fingerprint, repeatLimit, nowMs });
  const input = { reader, policy, failures, nowNs };
  let inFlight = 0;

  const answer = async (args: readonly unknown[], caller: Caller): Promise<RouterAnswer> => {
    inFlight += 1;
    try {
      if (inFlight > policy.maxInFlight) throw overload(policy.maxInFlight);
      const outcome = await authenticate(args, caller, input);
      if (isDenial(outcome)) {
        outcomeLog.denied(outcome, args, caller);
        return DENIED;
      }
      outcomeLog.accepted(outcome, args, caller);
      if (onUse !== undefined && outcome.oid !== undefined) onUse(toUse(outcome.oid, args, policy));
      return toReply(outcome);
    } catch (error) {
      outcomeLog.fault(error, args, caller);
      return UNAVAILABLE;
    } finally {
      inFlight -= 1;
    }
  };

  return {
    answer,
    authenticate: (args, caller) => authenticate(args, caller, input),
    flush: () => outcomeLog.flush(),
  };
}

function toUse(oid: string, args: readonly unknown[], { trustedProxies }: AuthenticatorPolicy): AcceptedUse {
  const call = parseRouterCall(args, trustedProxies);
  return isDenial(call)
    ? { oid, peer: undefined, userAgent: undefined }
    : { oid, peer: call.peer, userAgent: call.userAgent };
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
