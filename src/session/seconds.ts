// Times: ns since 1970 inside, as in the record; whole seconds at the interface.

export const NS_PER_SECOND = 1_000_000_000n;

/** Whole seconds since 1970 UTC, rounded down: an end is never shown later than it is. */
export function toSeconds(timeNs: bigint): number {
  return Number(timeNs / NS_PER_SECOND);
}

/** ns since 1970 UTC of seconds that may have a fraction; exact to the millisecond. */
export function toNs(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1000)) * 1_000_000n;
}
