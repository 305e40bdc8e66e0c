// From the sections `authenticator` and `cookie` to the AuthenticatorPolicy.

import type { AuthenticatorPolicy } from "../authenticator/policy.js";
import type { AuthenticatorSection } from "./config-file.js";
import { findLifetimeLimits } from "./lifetime-profile.js";
import { parseOriginEntry } from "./origin-entry.js";
import { toMilliseconds } from "./to-milliseconds.js";

/** The policy of a section that has passed `checkPolicy`. */
export function toPolicy(section: AuthenticatorSection, cookieName: string): AuthenticatorPolicy {
  return {
    cookieName,
    callerRoles: section.callerRoles,
    realm: section.realm,
    allowedRealms: section.allowedRealms,
    allowedRoles: section.allowedRoles,
    deniedRoles: section.deniedRoles,
    allowTrustedRole: section.allowTrustedRole,
    ...findLifetimeLimits(section),
    authextraKeys: section.authextraKeys,
    origin: {
      sameHost: section.origin.sameHost,
      allow: section.origin.allow.map((entry) => parseOriginEntry(entry) ?? entry),
      allowAbsent: section.origin.allowAbsent,
    },
    requireSecure: section.requireSecure,
    trustedProxies: section.trustedProxies,
    failureLimit: section.failureLimit,
    anonymousRole: section.anonymousRole,
    deadlineMs: toMilliseconds(section.deadline),
    maxInFlight: section.maxInFlight,
  };
}
