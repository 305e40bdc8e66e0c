// Seconds in the file, milliseconds in the program.

/** Whole milliseconds, at least 1: a timer of 0 ms would be none. */
export function toMilliseconds(seconds: number): number {
  return Math.max(1, Math.round(seconds * 1000));
}
