// A policy is checked when sessions are made with it: a weak one never serves.

import { COOKIE_VALUE_MAX_LENGTH, COOKIE_VALUE_MIN_LENGTH } from "../record/cookie-value.js";
import { argumentError } from "./session-errors.js";
import { parseMaxAge } from "./session-lifetime.js";
import type { SessionPolicy } from "./session-policy.js";
import { checkCookieAttributes } from "./set-cookie.js";

/** @throws `ERR_SESSION_ARGUMENT` with the field */
export function checkPolicy(policy: SessionPolicy): void {
  const { valueLength, maxAgeSeconds, maxLifetimeSeconds, idleSeconds, touchSeconds, perUser } = policy;
  checkWhole("valueLength", valueLength, COOKIE_VALUE_MIN_LENGTH, COOKIE_VALUE_MAX_LENGTH);
  parseMaxAge(maxAgeSeconds);
  checkWhole("touchSeconds", touchSeconds, 0);
  if (maxLifetimeSeconds !== undefined) checkWhole("maxLifetimeSeconds", maxLifetimeSeconds, 1);
  if (idleSeconds !== undefined) checkWhole("idleSeconds", idleSeconds, 1);
  if (perUser !== undefined) checkWhole("perUser", perUser.limit, 1);
  const [problem] = checkCookieAttributes(policy.attributes, policy.cookieName);
  if (problem !== undefined) throw argumentError(problem.field, problem.message);
}

function checkWhole(field: string, value: number, least: number, most: number = 2 ** 32): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw argumentError(field, `expected a whole number from ${least} to ${most}`);
}
