// Limits by assurance level, for who must meet a standard and has no numbers of its own.

/** What a level allows at most, in seconds; `undefined`: the level has no such limit. */
export interface LifetimeProfile {
  readonly maxLifetimeSeconds: number;
  readonly idleSeconds: number | undefined;
}

export type LifetimeProfileName = "aal1" | "aal2" | "aal3";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** NIST SP 800-63B-4, sections 2.1.3, 2.2.3 and 2.3.3: reauthentication of the three assurance levels. */
export const LIFETIME_PROFILES: { readonly [name in LifetimeProfileName]: LifetimeProfile } = {
  aal1: { maxLifetimeSeconds: 30 * DAY, idleSeconds: undefined },
  aal2: { maxLifetimeSeconds: 24 * HOUR, idleSeconds: HOUR },
  aal3: { maxLifetimeSeconds: 12 * HOUR, idleSeconds: 15 * MINUTE },
};
