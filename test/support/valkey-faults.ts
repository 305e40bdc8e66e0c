// Runs a fault under load, on two stores as on two hosts, and gives the account of it.

import { appendFileSync } from "node:fs";
import { expect } from "@jest/globals";
import type { ErrorCode } from "../../src/errors.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { openValkeyStore } from "../../src/store/valkey/open-valkey-store.js";
import type { ValkeyOptions } from "../../src/store/valkey/valkey-options.js";
import type { Loss } from "./valkey-ledger.js";
import { type Load, type LoadReport, startLoad } from "./valkey-load.js";

/** What a call may take beyond its time limit on a busy machine, in ms. */
const SLACK_MS = 600;

/** What a fault may be called; anything else would be a denial, a wrong hint, or an error of ours. */
const FAULTS: readonly ErrorCode[] = ["ERR_STORE_UNAVAILABLE", "ERR_STORE_TIMEOUT", "ERR_STORE_REPLICAS"];

export interface FaultReport extends LoadReport {
  readonly timeoutMs: number;
  readonly loss: Loss;
  /** Acknowledged operations. */
  readonly acknowledged: number;
}

/**
 * Lets a load run, lets `fault` happen, waits until the load goes on by itself, and checks the account in a store that
 * is opened afterwards.
 *
 * @param fault also undoes what doesn't go over by itself
 */
export async function underFault(
  options: ValkeyOptions,
  fault: (load: Load) => Promise<void>,
): Promise<FaultReport> {
  const stores: CookieStore[] = [];
  try {
    for (let n = 0; n < 2; n += 1) stores.push(await openValkeyStore(options));
    const load = await startLoad(stores);
    let report: LoadReport;
    try {
      await load.goesOn();
      await fault(load);
      await load.goesOn();
    } finally {
      report = await load.stop();
    }
    const after = await openValkeyStore(options);
    stores.push(after);
    return {
      ...report,
      timeoutMs: options.timeoutMs,
      loss: await load.ledger.check(after.reader),
      acknowledged: load.ledger.in("living").length + load.ledger.in("gone").length,
    };
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}

/** What holds in every fault, whatever the settings: it has a code of its own, and is told in time. */
export function expectHonesty(
  { tallies, timeoutMs }: FaultReport,
  faults: readonly ErrorCode[] = FAULTS,
): void {
  for (const { failed, slowestMs } of Object.values(tallies)) {
    expect(Object.keys(failed).filter((code) => !(faults as readonly string[]).includes(code))).toEqual([]);
    expect(slowestMs).toBeLessThan(timeoutMs + SLACK_MS);
  }
}

/** Nothing that was acknowledged is lost afterwards. */
export function expectNoLoss(report: FaultReport, faults?: readonly ErrorCode[]): void {
  expectHonesty(report, faults);
  expect(report.loss).toEqual({ logins: 0, logouts: 0 });
}

/** And at no time was anything answered against what had been acknowledged: a fault is no denial, a logout no pass. */
export function expectTruth(report: FaultReport, faults?: readonly ErrorCode[]): void {
  expectNoLoss(report, faults);
  expect(report.denials.count).toBe(0);
  expect(report.stale.count).toBe(0);
}

/**
 * While there are two primaries, a store that hasn't heard of the new one answers as the old one has it: about nothing
 * older than `staleMs`.
 */
export function expectTruthAfter(report: FaultReport, staleMs: number): void {
  expectNoLoss(report);
  expect(report.denials.latestMs).toBeLessThan(staleMs);
  expect(report.stale.latestMs).toBeLessThan(staleMs);
}

/** Adds a line to the file of `$VALKEY_FAULTS`: the figures of the table in docs/valkey.md are from there. */
export function noteFigures(title: string, report: FaultReport): void {
  const file = process.env.VALKEY_FAULTS;
  if (file === undefined) return;
  const ms = (value: number): number => Math.round(value);
  const tallies = Object.entries(report.tallies).map(([name, { done, failed, slowestMs, longestGapMs }]) => [
    name,
    { done, failed, slowestMs: ms(slowestMs), longestGapMs: ms(longestGapMs) },
  ]);
  const { acknowledged, denials, stale, loss } = report;
  const line = { title, ...Object.fromEntries(tallies), acknowledged, denials, stale, loss };
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}
