// What is done again and again for sessions: which jobs there are, when they have nothing to do, what they say.

import { describe, expect, test } from "@jest/globals";
import { createSteadyClock } from "../../src/lifetime/steady-clock.js";
import { type SessionUpkeepOptions, sessionUpkeep } from "../../src/service/session-upkeep.js";
import type { StoreMarks } from "../../src/store/cookie-reader.js";
import type { SweepReport } from "../../src/store/cookie-store.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { collectLog } from "../support/crossbar-log.js";

const NOW_NS = 1_700_000_000_000_000_000n;
const SECOND_NS = 1_000_000_000n;

interface SceneOptions {
  readonly config?: Partial<SessionUpkeepOptions["config"]>;
  readonly marks?: Partial<StoreMarks>;
  readonly sweep?: SweepReport;
  readonly purged?: number;
}

function createScene(options: SceneOptions = {}) {
  const log = collectLog();
  const signals: (AbortSignal | undefined)[] = [];
  const swept: SweepReport[] = [];
  let marks: StoreMarks = { clockNs: 0n, areValuesHashed: false, areIndexesExact: false, ...options.marks };
  const memory = createMemoryStore();
  const jobs = sessionUpkeep({
    config: { mode: "shared", purgeIntervalMs: 5000, sweepIntervalMs: 7000, ...options.config },
    sessions: {
      async purge({ signal } = {}) {
        signals.push(signal);
        return { purged: options.purged ?? 0, batches: 2 };
      },
    },
    store: {
      ...memory,
      reader: { ...memory.reader, marks: async () => marks },
      async sweepIndexes({ signal } = {}) {
        signals.push(signal);
        return options.sweep ?? { records: 10, added: 0, removed: 0 };
      },
    },
    clock: createSteadyClock(() => NOW_NS),
    log: log.log,
    onSwept: (report) => swept.push(report),
  });
  const { signal } = new AbortController();
  return {
    jobs,
    log,
    signals,
    swept,
    signal,
    see: (clockNs: bigint) => {
      marks = { ...marks, clockNs };
    },
    run: async (name: string) => {
      const job = jobs.find((one) => one.name === name);
      if (job === undefined) throw new Error(`there is no job ${name}`);
      return job.run(signal);
    },
  };
}

describe("sessionUpkeep", () => {
  test("sweeps and purges as often as is configured", () => {
    const every = Object.fromEntries(createScene().jobs.map(({ name, everyMs }) => [name, everyMs]));
    expect(every).toEqual({ sweep: 7000, purge: 5000, clock: 60_000 });
  });

  test("never purges by itself if that is configured", () => {
    const { jobs } = createScene({ config: { purgeIntervalMs: undefined } });
    expect(jobs.map(({ name }) => name)).toEqual(["sweep", "clock"]);
  });

  test("a purge reports what it removed, and nothing if there was nothing; it can be stopped", async () => {
    const scene = createScene({ purged: 3 });
    expect(await scene.run("purge")).toEqual({ purged: 3, batches: 2 });
    expect(await createScene().run("purge")).toBeUndefined();
    expect(scene.signals).toEqual([scene.signal]);
  });

  test.each([
    [
      { records: 9, added: 2, removed: 0 },
      { records: 9, added: 2, removed: 0 },
    ],
    [
      { records: 9, added: 0, removed: 1 },
      { records: 9, added: 0, removed: 1 },
    ],
    [{ records: 9, added: 0, removed: 0 }, undefined],
  ])("a sweep that mended %j reports %j", async (sweep, report) => {
    const scene = createScene({ sweep });
    expect(await scene.run("sweep")).toEqual(report);
    expect(scene.swept).toEqual([sweep]);
    expect(scene.signals).toEqual([scene.signal]);
  });

  test.each([
    ["exclusive", true, 0],
    ["exclusive", false, 1],
    // The mark of other days means nothing where Crossbar writes.
    ["shared", true, 1],
    ["shared", false, 1],
  ] as const)("mode %s with exact indexes %s: sweeps %i times", async (mode, areIndexesExact, sweeps) => {
    const scene = createScene({ config: { mode }, marks: { areIndexesExact } });
    await scene.run("sweep");
    expect(scene.signals).toHaveLength(sweeps);
  });

  test("a clock that is behind what the database has seen is said once", async () => {
    const scene = createScene();
    await scene.run("clock");
    expect(scene.log.lines()).toEqual([]);
    scene.see(NOW_NS + 61n * SECOND_NS);
    await scene.run("clock");
    await scene.run("clock");
    expect(scene.log.lines()).toMatchObject([{ level: "warn", event: "clock", behindSeconds: 61 }]);
    expect(scene.log.text()).toContain("db reset-clock");
  });

  test("clocks differ by seconds all the time", async () => {
    const scene = createScene({ marks: { clockNs: NOW_NS + 60n * SECOND_NS } });
    await scene.run("clock");
    expect(scene.log.lines()).toEqual([]);
  });
});
