// What came of the operations of the bench `failover`, and the table.

import { NOT_FOUND, type Operation } from "./failover-load.js";
import { toLatencies, toText } from "./latencies.js";
import { type Cells, printTable, toMarkdown } from "./results.js";

/** Look-ups, or logins, of one scenario. */
export interface Found {
  readonly scenario: string;
  readonly what: string;
  readonly count: number;
  /** Of those that began before the event, and after it, in ms. */
  readonly before: { readonly p50: number; readonly p99: number };
  readonly after: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly failed: number;
  readonly codes: readonly string[];
  /** Valid cookies that were said not to be there. */
  readonly denied: number;
  /** The longest time in which none was answered well, in ms. */
  readonly gapMs: number;
  readonly lost: number;
}

export function toFound(
  scenario: string,
  what: string,
  operations: readonly Operation[],
  eventMs: number,
  lost: number,
): Found {
  const timesOf = (all: readonly Operation[]) =>
    toLatencies(all.map(({ beganMs, endedMs }) => endedMs - beganMs));
  const answered = operations.filter(({ code }) => code === undefined);
  const failed = operations.filter(({ code }) => code !== undefined);
  const ends = answered.map(({ endedMs }) => endedMs).sort((a, b) => a - b);
  const gaps = ends.slice(1).map((end, at) => end - (ends[at] as number));
  return {
    scenario,
    what,
    count: operations.length,
    before: timesOf(answered.filter(({ beganMs }) => beganMs < eventMs - 1000)),
    after: timesOf(answered.filter(({ beganMs }) => beganMs >= eventMs - 1000)),
    failed: failed.length,
    denied: failed.filter(({ code }) => code === NOT_FOUND).length,
    codes: [...new Set(failed.map(({ code }) => code as string))],
    gapMs: Math.max(...gaps),
    lost,
  };
}

export function printFound(found: readonly Found[]): void {
  printTable(
    ["", "", "p50, p99 before", "p50, p99, max after, ms", "failed of all", "with", "gap ms", "lost"],
    found.map(({ scenario, what, before, after, failed, count, codes, gapMs, lost }) => [
      scenario,
      what,
      [before.p50, before.p99].map(toText).join(", "),
      [after.p50, after.p99, after.max].map(toText).join(", "),
      `${failed} of ${count}`,
      codes.join("\n"),
      Math.round(gapMs),
      what === "logins" ? lost : "",
    ]),
  );
}

/** The same for docs/scaling.md. */
export function failoverTable(found: readonly Found[]): string {
  const rows = found.map(
    ({ scenario, what, before, after, failed, count, gapMs, lost }): Cells => [
      scenario,
      what,
      `${toText(before.p99)} ms`,
      `${toText(after.p99)}, ${toText(after.max)} ms`,
      `${failed} of ${count}`,
      `${(gapMs / 1000).toFixed(2)} s`,
      what === "logins" ? lost : "",
    ],
  );
  return toMarkdown(
    ["", "", "p99 before", "p99, longest through it", "failed", "none answered", "lost"],
    rows,
  );
}
