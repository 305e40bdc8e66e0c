// The lifetime that a record is given: what is asked for, within the configured longest life.

import { NS_PER_SECOND } from "./seconds.js";
import { argumentError } from "./session-errors.js";
import type { SessionPolicy } from "./session-policy.js";

/** A century, in seconds: more is a mistake, and the end must fit into 64 bits of ns. */
const MAX_AGE_MAX_SECONDS = 100 * 365 * 86_400;

/** @throws `ERR_SESSION_ARGUMENT` if it is neither null nor whole seconds of at least 1 */
export function parseMaxAge(maxAgeSeconds: unknown): number | null {
  if (maxAgeSeconds === null) return null;
  const isWhole = typeof maxAgeSeconds === "number" && Number.isInteger(maxAgeSeconds);
  if (!isWhole || maxAgeSeconds < 1 || maxAgeSeconds > MAX_AGE_MAX_SECONDS)
    throw argumentError("maxAgeSeconds", `expected null or whole seconds from 1 to ${MAX_AGE_MAX_SECONDS}`);
  return maxAgeSeconds;
}

/**
 * The record's `max_age`. The configured longest life is written into it, so that the purge finds the record by its
 * own expiry, and a longer life that is configured later doesn't reach back.
 *
 * @param maxAgeSeconds from creation; `null`: never
 * @returns `undefined`: never
 */
export function capMaxAge(maxAgeSeconds: number | null, policy: SessionPolicy): number | undefined {
  const cap = policy.maxLifetimeSeconds;
  if (maxAgeSeconds === null) return cap;
  return cap === undefined ? maxAgeSeconds : Math.min(maxAgeSeconds, cap);
}

/**
 * The `max_age` that ends a session so many seconds from now. The age is rounded down: the end is never later than
 * asked for, and at most a second sooner.
 */
export function maxAgeFromNow(
  seconds: number | null,
  createdNs: bigint,
  nowNs: bigint,
  policy: SessionPolicy,
): number | undefined {
  if (seconds === null) return capMaxAge(null, policy);
  const ageSeconds = nowNs > createdNs ? Number((nowNs - createdNs) / NS_PER_SECOND) : 0;
  return capMaxAge(ageSeconds + seconds, policy);
}
