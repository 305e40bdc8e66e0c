// Times in cookie files: as `autobahn.util.utcnow` writes them, and as they are read.

const NS_PER_MS = 1_000_000n;
const NS_PER_SECOND = 1_000_000_000n;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** `2026-11-22T10:11:53.891Z`; 64 bits of ns end in 2554, so that they are all of one length. @param ns since 1970 UTC */
export function formatTime(ns: bigint): string {
  return new Date(Number(ns / NS_PER_MS)).toISOString();
}

/** ns since 1970 UTC, or `undefined` for what is no such time. */
export function parseTime(text: string): bigint | undefined {
  const [, seconds, fraction = ""] = TIME.exec(text) ?? [];
  const ms = seconds === undefined ? Number.NaN : Date.parse(`${seconds}Z`);
  if (Number.isNaN(ms) || ms < 0) return undefined;
  return (BigInt(ms) / 1000n) * NS_PER_SECOND + BigInt(fraction.padEnd(9, "0"));
}
