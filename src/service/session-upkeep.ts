// What sessions need done again and again: remove what has expired, bring the indexes up to date, watch the clock.

import type { SessionsConfig } from "../config/config.js";
import type { SteadyClock } from "../lifetime/steady-clock.js";
import type { Log } from "../log/logger.js";
import type { CookieSessions } from "../session/cookie-sessions.js";
import type { CookieStore, SweepReport } from "../store/cookie-store.js";
import type { UpkeepJob } from "./upkeep.js";

export interface SessionUpkeepOptions {
  readonly config: Pick<SessionsConfig, "mode" | "purgeIntervalMs" | "sweepIntervalMs">;
  readonly sessions: Pick<CookieSessions, "purge">;
  readonly store: CookieStore;
  readonly clock: SteadyClock;
  readonly log: Log;
  /** A sweep has looked at every record. */
  readonly onSwept?: ((report: SweepReport) => void) | undefined;
}

const CLOCK_CHECK_MS = 60_000;
/** Clocks are set by fractions of a second all the time. */
const CLOCK_BEHIND_NS = 60_000_000_000n;

export function sessionUpkeep(options: SessionUpkeepOptions): readonly UpkeepJob[] {
  const { config } = options;
  return [
    sweepJob(options),
    clockJob(options),
    ...(config.purgeIntervalMs === undefined ? [] : [purgeJob(options, config.purgeIntervalMs)]),
  ];
}

/** Where only we write, one sweep makes the indexes exact and they stay so; else as often as they may lag. */
function sweepJob({ config, store, onSwept }: SessionUpkeepOptions): UpkeepJob {
  let sweptVersion: string | undefined;
  return {
    name: "sweep",
    everyMs: config.sweepIntervalMs,
    async run(signal) {
      if (config.mode === "exclusive" && (await store.reader.marks()).areIndexesExact) return undefined;
      // Taken before: what is written meanwhile is the next sweep's. A sweep reads every record.
      const version = await store.reader.version();
      if (version === sweptVersion) return undefined;
      const report = await store.sweepIndexes({ signal });
      const { records, added, removed } = report;
      if (!signal.aborted) {
        sweptVersion = version;
        onSwept?.(report);
      }
      return added + removed === 0 ? undefined : { records, added, removed };
    },
  };
}

function purgeJob({ sessions }: SessionUpkeepOptions, everyMs: number): UpkeepJob {
  return {
    name: "purge",
    everyMs,
    async run(signal) {
      const { purged, batches } = await sessions.purge({ signal });
      return purged === 0 ? undefined : { purged, batches };
    },
  };
}

/** lifetimes go on by the highest time seen. Somebody should know why new sessions end early. */
function clockJob({ store, clock, log }: SessionUpkeepOptions): UpkeepJob {
  let isSaid = false;
  return {
    name: "clock",
    everyMs: CLOCK_CHECK_MS,
    async run() {
      clock.see((await store.reader.marks()).clockNs);
      const isBehind = clock.behindNs > CLOCK_BEHIND_NS;
      if (isBehind && !isSaid) {
        log.warn(
          {
            event: "clock",
            behindSeconds: Number(clock.behindNs / 1_000_000_000n),
            hint: "is this machine's clock right? If the database has seen a wrong one, see `db reset-clock --help`",
          },
          "the clock is behind the highest time that this database has seen: sessions are judged by that time",
        );
      }
      isSaid = isBehind;
      return undefined;
    },
  };
}
