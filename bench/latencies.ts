// Waiting times of a bench, and the few numbers that say what they are like.

/** In milliseconds. */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** @param times in milliseconds, in any order */
export function toLatencies(times: readonly number[]): Latencies {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** The median of a few measurements, which one noisy moment can't move. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Three digits that count, for a table. */
export function toText(value: number): string {
  if (!Number.isFinite(value)) return "-";
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}

/** `p50`, `p99` and `max` as cells of a table. */
export function toCells({ p50, p99, max }: Latencies): string[] {
  return [p50, p99, max].map(toText);
}
