// Times as people read them.

/** ISO 8601 to the second, UTC; the plain number if no calendar has it. @param ns since 1970 UTC */
export function toTime(ns: bigint): string {
  const ms = Number(ns / 1_000_000n);
  return ms > 8.64e15 ? `${ns} ns` : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
