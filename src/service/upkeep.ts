// Work that is done again and again beside the calls: purge, sweep. Each job runs alone, waits, and runs again.

import { setTimeout as delay } from "node:timers/promises";
import { errorCodeOf } from "../errors.js";
import type { Log } from "../log/logger.js";

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

/** A job that fails is said once for each code, and goes on at its next time: the store may be away for a moment. */
export function createUpkeep(jobs: readonly UpkeepJob[], log: Log): Upkeep {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<unknown> | undefined;

  const keepDoing = async (job: UpkeepJob): Promise<void> => {
    let saidCode: string | undefined;
    while (!signal.aborted) {
      const beginMs = performance.now();
      let everyMs = job.everyMs;
      try {
        const done = await job.run(signal);
        saidCode = undefined;
        if (done !== undefined) log.info({ event: job.name, ...done }, `${job.name} done`);
      } catch (fault) {
        if (signal.aborted) break;
        const code = errorCodeOf(fault) ?? (fault instanceof Error ? fault.name : typeof fault);
        everyMs = Math.min(everyMs, RETRY_MS);
        log[code === saidCode || SAID_BY_STORE.has(code) ? "debug" : "error"](
          { event: job.name, code },
          `${job.name} failed; it is tried again`,
        );
        saidCode = code;
      }
      const pauseMs = Math.max(everyMs, REST * (performance.now() - beginMs));
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  };

  return {
    start() {
      running ??= Promise.all(jobs.map(keepDoing));
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
