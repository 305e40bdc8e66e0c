// Wraps the spine for a router: every outcome and every fault becomes an answer and, where it matters, a log line.

import { CookieAuthenticatorError } from "../errors.js";
import { toLogText } from "../log/log-text.js";
import type { Log } from "../log/logger.js";
import type { CookieReader } from "../store/cookie-reader.js";
import { authenticate } from "./authenticate.js";
import type { Authenticator, Caller, RouterAnswer } from "./authenticator.js";
import { describeCall, describeFault } from "./describe-call.js";
import { createFingerprint, type Fingerprint } from "./fingerprint.js";
import { isDenial, type Outcome } from "./outcome.js";
import { type AuthenticatorPolicy, DEFAULT_POLICY } from "./policy.js";
import { DENIED, toReply, UNAVAILABLE } from "./to-reply.js";

/** Parts of an authenticator; all but the reader have defaults. */
export interface AuthenticatorOptions {
  readonly reader: CookieReader;
  readonly policy?: Partial<AuthenticatorPolicy>;
  readonly log?: Log;
  /** The clock, ns since 1970 UTC. */
  readonly nowNs?: () => bigint;
  readonly fingerprint?: Fingerprint;
}

/**
 * An authenticator on a cookie store, usable with or without a router.
 *
 * @example
 * const reader = await openCookieReader({ path: ".crossbar/.cookies" });
 * const authenticator = createAuthenticator({ reader });
 * const answer = await authenticator.answer([realm, authid, details], { authrole: "trusted" });
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const policy: AuthenticatorPolicy = { ...DEFAULT_POLICY, ...options.policy };
  const { reader, log, nowNs = systemClockNs, fingerprint = createFingerprint() } = options;
  const input = { reader, policy, nowNs };
  let inFlight = 0;

  const answer = async (args: readonly unknown[], caller: Caller): Promise<RouterAnswer> => {
    inFlight += 1;
    try {
      if (inFlight > policy.maxInFlight) throw overload(policy.maxInFlight);
      const outcome = await authenticate(args, caller, input);
      logOutcome(outcome, args, caller);
      return isDenial(outcome) ? DENIED : toReply(outcome);
    } catch (error) {
      log?.error(
        {
          event: "fault",
          ...describeFault(error, args, policy),
          ...describeCall(args, caller, policy, fingerprint),
        },
        "authentication unavailable",
      );
      return UNAVAILABLE;
    } finally {
      inFlight -= 1;
    }
  };

  const logOutcome = (outcome: Outcome, args: readonly unknown[], caller: Caller): void => {
    if (isDenial(outcome)) {
      const { denied: reason, oid } = outcome;
      const detail = outcome.detail === undefined ? undefined : toLogText(outcome.detail);
      const fields = {
        event: "denied",
        reason,
        detail,
        oid,
        ...describeCall(args, caller, policy, fingerprint),
      };
      log?.info(fields, "authentication denied");
    } else if (log?.isLevelEnabled("debug")) {
      const { oid, realm, authid, role } = outcome;
      const fields = { event: "accepted", oid, authid: toLogText(authid), authrole: toLogText(role) };
      log.debug(
        { ...describeCall(args, caller, policy, fingerprint), ...fields, realm: toLogText(realm) },
        "accepted",
      );
    }
  };

  return { answer, authenticate: (args, caller) => authenticate(args, caller, input) };
}

/** The wall clock: Node.js has it in ms only, which is as fine as an expiry in seconds needs. */
function systemClockNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
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
