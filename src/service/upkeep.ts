// Work that is done again and again beside the calls: purge, sweep. Each job runs alone, waits, and runs again.

import { setTimeout as delay } from "node:timers/promises";
import { errorCodeOf } from "../errors.js";
import type { Log } from "../log/logger.js";
import type { UpkeepRun } from "./session-observer.js";

/** One kind of work. */
export interface UpkeepJob {
  readonly name: string;
  /** Pause between the end of one run and the begin of the next, in milliseconds; longer after a long run. */
  readonly everyMs: number;
  /** What was done, for the log; `undefined` if there was nothing to do. Stops early when `signal` is aborted. */
  run(signal: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined>;
}

export interface Upkeep {
  /** Begins with a first run of each job at once. */
  start(): void;
  /** Other jobs instead. Those under way end first, between two batches; a first run of each new one is at once. */
  replace(jobs: readonly UpkeepJob[]): Promise<void>;
  /** Resolves when the runs under way have ended. */
  stop(): Promise<void>;
}

/** A pause is at least this many times as long as the run before it: upkeep takes a tenth of one CPU at most. */
const REST = 10;

/** After a failure, in milliseconds: a job that is done once an hour shouldn't wait an hour for a database to come. */
const RETRY_MS = 10_000;

/** The store says these itself, once; each job would repeat them. */
const SAID_BY_STORE: ReadonlySet<string> = new Set([
  "ERR_STORE_NOT_FOUND",
  "ERR_STORE_TABLES",
  "ERR_STORE_BUSY",
  "ERR_STORE_REPLACED",
]);

/** What a job may see a moment before the store says it: said by the job when it fails so again, and the store is well. */
const SOON_SAID_BY_STORE: ReadonlySet<string> = new Set([
  "ERR_STORE_UNAVAILABLE",
  "ERR_STORE_TIMEOUT",
  "ERR_STORE_ACCESS",
]);

/**
 * A job that fails is said once for each code, and goes on at its next time: the store may be away for a moment.
 *
 * @param onRun called after each run that wasn't stopped early; for metrics
 * @param isStoreAway whether the store has told that it can't be used, and why
 */
export function createUpkeep(
  initial: readonly UpkeepJob[],
  log: Log,
  onRun: (run: UpkeepRun) => void = () => {},
  isStoreAway: () => boolean = () => false,
): Upkeep {
  let jobs = initial;
  let ending = new AbortController();
  let running: Promise<unknown> | undefined;
  let replacing: Promise<void> = Promise.resolve();
  let isStopped = false;

  const begin = (): void => {
    const { signal } = ending;
    running = Promise.all(jobs.map((job) => keepDoing(job, signal)));
  };

  const replace = async (next: readonly UpkeepJob[]): Promise<void> => {
    jobs = next;
    if (running === undefined) return;
    ending.abort();
    await running;
    if (isStopped) return;
    ending = new AbortController();
    begin();
  };

  const keepDoing = async (job: UpkeepJob, signal: AbortSignal): Promise<void> => {
    let saidCode: string | undefined;
    let failedCode: string | undefined;
    while (!signal.aborted) {
      const beginMs = performance.now();
      let everyMs = job.everyMs;
      const tell = (isDone: boolean): void =>
        onRun({ name: job.name, isDone, tookMs: performance.now() - beginMs });
      try {
        const done = await job.run(signal);
        saidCode = undefined;
        failedCode = undefined;
        if (!signal.aborted) tell(true);
        if (done !== undefined) log.info({ event: job.name, ...done }, `${job.name} done`);
      } catch (fault) {
        if (signal.aborted) break;
        tell(false);
        const code = errorCodeOf(fault) ?? (fault instanceof Error ? fault.name : typeof fault);
        everyMs = Math.min(everyMs, RETRY_MS);
        const isStores =
          SAID_BY_STORE.has(code) || isStoreAway() || (SOON_SAID_BY_STORE.has(code) && code !== failedCode);
        const isQuiet = isStores || code === saidCode;
        log[isQuiet ? "debug" : "error"]({ event: job.name, code }, `${job.name} failed; it is tried again`);
        failedCode = code;
        if (!isQuiet) saidCode = code;
      }
      const pauseMs = Math.max(everyMs, REST * (performance.now() - beginMs));
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  };

  return {
    start() {
      if (running === undefined) begin();
    },
    replace(next) {
      replacing = replacing.then(() => replace(next));
      return replacing;
    },
    async stop() {
      isStopped = true;
      ending.abort();
      await replacing;
      await running;
    },
  };
}
