// What an authenticator tells of its work, for metrics. Nothing that a client sent gets this far.

import type { DenialReason } from "./outcome.js";

/** How a call was decided: a cookie's rights, the role of visitors, or why neither. */
export type Decision = "accepted" | "anonymous" | DenialReason;

/**
 * Called synchronously, in the way of every call: a method takes no time and doesn't throw. Times are in milliseconds,
 * with fractions.
 */
export interface AuthenticatorObserver {
  /** A call was decided. @param tookMs from the call to its answer */
  decided(decision: Decision, tookMs: number): void;
  /** A call ended with a fault. @param code the error's, if it has one */
  failed(code: string | undefined, tookMs: number): void;
  /** The store has answered a look-up, or failed to. */
  lookedUp(tookMs: number): void;
  /** A line of the log was not written, since there were too many like it. */
  suppressed(): void;
}
