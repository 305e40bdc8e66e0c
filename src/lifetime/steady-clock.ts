// A clock that never goes back: what has expired once stays expired.

/** ns since 1970 UTC. */
export interface SteadyClock {
  /** The wall clock, or the highest time seen if the wall clock is behind it. */
  nowNs(): bigint;
  /** Takes a time that somebody else has seen, such as the store's `clockNs`. */
  see(timeNs: bigint): void;
  /** How far the wall clock is behind the highest time seen, in ns; 0 as a rule. */
  readonly behindNs: bigint;
}

/** @param wallClockNs ns since 1970 UTC; the system's by default, which Node.js has in ms */
export function createSteadyClock(wallClockNs: () => bigint = systemClockNs): SteadyClock {
  let highestNs = 0n;
  const see = (timeNs: bigint): void => {
    if (timeNs > highestNs) highestNs = timeNs;
  };
  return {
    nowNs() {
      see(wallClockNs());
      return highestNs;
    },
    see,
    get behindNs() {
      const wallNs = wallClockNs();
      see(wallNs);
      return highestNs - wallNs;
    },
  };
}

/** As fine as an expiry in seconds needs. */
export function systemClockNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
