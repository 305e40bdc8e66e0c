// `authenticator.profile`: the limits of an assurance level, where the file has none of its own.

import type { LifetimeLimits } from "../lifetime/lifetime.js";
import { LIFETIME_PROFILES } from "../lifetime/profiles.js";
import type { AuthenticatorSection } from "./config-file.js";
import type { ConfigProblem } from "./config-problem.js";

/** The limits of a section: its own, else those of its profile. */
export function findLifetimeLimits(section: AuthenticatorSection): LifetimeLimits {
  const profile = section.profile === undefined ? undefined : LIFETIME_PROFILES[section.profile];
  return {
    maxLifetimeSeconds: section.maxLifetime ?? profile?.maxLifetimeSeconds,
    idleSeconds: section.idleTimeout ?? profile?.idleSeconds,
  };
}

/** Keys that are laxer than the profile they stand beside: whoever names a level must get it. */
export function checkProfile(section: AuthenticatorSection): ConfigProblem[] {
  if (section.profile === undefined) return [];
  const { maxLifetimeSeconds, idleSeconds } = LIFETIME_PROFILES[section.profile];
  const problems: ConfigProblem[] = [];
  const compare = (key: "maxLifetime" | "idleTimeout", most: number | undefined): void => {
    const own = section[key];
    if (own === undefined || most === undefined || own <= most) return;
    const message = `is above the ${most} seconds of the profile ${section.profile}: lower it, or drop one of both`;
    problems.push({ path: `authenticator.${key}`, message });
  };
  compare("maxLifetime", maxLifetimeSeconds);
  compare("idleTimeout", idleSeconds);
  return problems;
}
