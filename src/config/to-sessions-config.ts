// From `sessions`, `cookie` and `authenticator` to a SessionsConfig: times in ms, the policy of sessions in one place.

import { isProcedureName } from "../procedures/procedure-names.js";
import type { SessionsConfig } from "./config.js";
import type { ConfigFile, CookieSection, SessionsSection } from "./config-file.js";
import { findLifetimeLimits } from "./lifetime-profile.js";
import { findSessionMode } from "./session-mode.js";
import { toMilliseconds } from "./to-milliseconds.js";

/** The sessions of a file that has passed `checkSessions`; `undefined` if it has none. */
export function toSessionsConfig(content: ConfigFile): SessionsConfig | undefined {
  const { sessions, cookie, authenticator } = content;
  const mode = findSessionMode(content);
  if (sessions === undefined || mode === undefined) return undefined;
  const { prefix, everyRealm, events, authorizer, purgeInterval } = sessions;
  return {
    mode,
    prefix,
    roles: toRoles(sessions.roles),
    everyRealm,
    policy: {
      ...findLifetimeLimits(authenticator),
      cookieName: cookie.name,
      valueLength: cookie.valueLength,
      attributes: toCookieAttributes(cookie),
      maxAgeSeconds: sessions.maxAge,
      touchSeconds: sessions.touchInterval,
      perUser: sessions.perUser,
      allowedRealms: authenticator.allowedRealms,
      allowedRoles: authenticator.allowedRoles,
      deniedRoles: authenticator.deniedRoles,
      allowTrustedRole: authenticator.allowTrustedRole,
    },
    // NIST SP 800-63B-4, section 5.2: from AAL2 on it is the user who must be active, not an open page.
    liveIsUse: sessions.liveIsUse ?? (authenticator.profile !== "aal2" && authenticator.profile !== "aal3"),
    purgeIntervalMs: purgeInterval === 0 ? undefined : toMilliseconds(purgeInterval),
    sweepIntervalMs: toMilliseconds(sessions.sweepInterval),
    checkIntervalMs: toMilliseconds(sessions.checkInterval),
    leaveTimeoutMs: toMilliseconds(sessions.leaveTimeout),
    events,
    authorizer,
  };
}

/** The attributes that `cookie` gives the cookies of our own sessions. */
export function toCookieAttributes(cookie: CookieSection): SessionsConfig["policy"]["attributes"] {
  const { path, domain, secure, httpOnly, sameSite, partitioned } = cookie;
  return { path, domain, secure, httpOnly, sameSite, partitioned };
}

function toRoles(roles: SessionsSection["roles"]): SessionsConfig["roles"] {
  return new Map(Object.entries(roles).map(([role, names]) => [role, names.filter(isProcedureName)]));
}
