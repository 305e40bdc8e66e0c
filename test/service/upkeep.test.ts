// Jobs that run again and again: each alone, a failure said once, the end awaited.

import { afterEach, describe, expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../src/errors.js";
import type { UpkeepRun } from "../../src/service/session-observer.js";
import { createUpkeep, type Upkeep, type UpkeepJob } from "../../src/service/upkeep.js";
import { type CollectedLog, collectLog } from "../support/crossbar-log.js";
import { waitFor } from "../support/wait-for.js";

let upkeep: Upkeep | undefined;

afterEach(() => upkeep?.stop());

const HOUR_MS = 3_600_000;

function keep(
  jobs: readonly (Partial<UpkeepJob> & Pick<UpkeepJob, "run">)[],
  isStoreAway?: () => boolean,
): CollectedLog {
  const log = collectLog();
  upkeep = createUpkeep(
    jobs.map((job) => ({ name: "work", everyMs: 1, ...job })),
    log.log,
    undefined,
    isStoreAway,
  );
  upkeep.start();
  return log;
}

describe("createUpkeep", () => {
  test("runs a job at once, and again after its pause; never twice at a time", async () => {
    let runs = 0;
    let atATime = 0;
    let most = 0;
    keep([
      {
        async run() {
          atATime++;
          most = Math.max(most, atATime);
          await new Promise(setImmediate);
          atATime--;
          runs++;
          return undefined;
        },
      },
    ]);
    await waitFor("some runs", () => runs >= 5);
    expect(most).toBe(1);
  });

  test("a long pause doesn't hold up the first run, nor the end", async () => {
    let runs = 0;
    keep([{ everyMs: HOUR_MS, run: async () => void runs++ }]);
    await waitFor("the first run", () => runs === 1);
    await upkeep?.stop();
    expect(runs).toBe(1);
  });

  test("a job that is slow doesn't hold up another", async () => {
    let runs = 0;
    let release = (): void => {};
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    keep([{ run: () => held }, { run: async () => void runs++ }]);
    await waitFor("the other's runs", () => runs >= 3);
    release();
  });

  test("what was done is said; nothing done says nothing", async () => {
    let runs = 0;
    const log = keep([{ run: async () => (++runs === 2 ? { purged: 7 } : undefined) }]);
    await waitFor("three runs", () => runs >= 3);
    expect(log.lines()).toMatchObject([{ level: "info", event: "work", purged: 7, msg: "work done" }]);
  });

  test("a failure is said once with its code, and again after a run that went well", async () => {
    let runs = 0;
    const log = keep([
      {
        async run() {
          runs++;
          if (runs !== 3) throw new CookieAuthenticatorError("ERR_STORE_COMMIT", "s3cret");
          return undefined;
        },
      },
    ]);
    await waitFor("five runs", () => runs >= 5);
    await upkeep?.stop();
    const levels = log.lines().map(({ level, code }) => [level, code]);
    expect(levels.slice(0, 4)).toEqual([
      ["error", "ERR_STORE_COMMIT"],
      ["debug", "ERR_STORE_COMMIT"],
      ["error", "ERR_STORE_COMMIT"],
      ["debug", "ERR_STORE_COMMIT"],
    ]);
    expect(log.text()).not.toContain("s3cret");
  });

  test("each run is told with its result and its time; one that was stopped isn't", async () => {
    const told: UpkeepRun[] = [];
    let runs = 0;
    const job: UpkeepJob = {
      name: "work",
      everyMs: 1,
      async run(signal) {
        runs++;
        if (runs === 2) throw new CookieAuthenticatorError("ERR_STORE_COMMIT", "x");
        if (runs > 2) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return undefined;
      },
    };
    upkeep = createUpkeep([job], collectLog().log, (run) => told.push(run));
    upkeep.start();
    await waitFor("the third run", () => runs === 3);
    await upkeep.stop();
    const tookMs = expect.any(Number);
    expect(told).toEqual([
      { name: "work", isDone: true, tookMs },
      { name: "work", isDone: false, tookMs },
    ]);
  });

  test("a database that isn't there is said by the store, not by each job", async () => {
    const run = () => Promise.reject(new CookieAuthenticatorError("ERR_STORE_NOT_FOUND", "not there"));
    const log = keep([{ run }]);
    await waitFor("two failures", () => log.lines().length >= 2);
    expect(log.lines().map(({ level }) => level)).not.toContain("error");
  });

  test("what the store has told isn't said again by a job, whatever its code; what it hasn't, is", async () => {
    let isAway = true;
    const run = () => Promise.reject(new CookieAuthenticatorError("ERR_STORE_SERVER", "s3cret"));
    const log = keep([{ run }], () => isAway);
    await waitFor("two failures", () => log.lines().length >= 2);
    expect(log.lines().map(({ level }) => level)).not.toContain("error");
    isAway = false;
    await waitFor("its line", () => log.lines().some(({ level }) => level === "error"));
  });

  test.each(["ERR_STORE_UNAVAILABLE", "ERR_STORE_TIMEOUT", "ERR_STORE_ACCESS"] as const)(
    "%s is left to the store at first; a job that goes on failing so while the store is well says it once",
    async (code) => {
      const log = keep([{ run: () => Promise.reject(new CookieAuthenticatorError(code, "x")) }]);
      await waitFor("four failures", () => log.lines().length >= 4);
      await upkeep?.stop();
      const levels = log.lines().map(({ level }) => level);
      expect(levels.slice(0, 4)).toEqual(["debug", "error", "debug", "debug"]);
    },
  );

  test("a failure without a code is named by its class", async () => {
    const log = keep([{ everyMs: HOUR_MS, run: () => Promise.reject(new RangeError("s3cret")) }]);
    await waitFor("the failure", () => log.lines().length === 1);
    expect(log.lines()).toMatchObject([{ level: "error", code: "RangeError" }]);
    expect(log.text()).not.toContain("s3cret");
  });

  test("stop tells the run under way and waits for it; its complaint about that is no failure", async () => {
    let isOver = false;
    let isRunning = false;
    const log = keep([
      {
        run: (signal) => {
          isRunning = true;
          return new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => {
              setImmediate(() => {
                isOver = true;
                reject(signal.reason);
              });
            });
          });
        },
      },
    ]);
    await waitFor("the run", () => isRunning);
    await upkeep?.stop();
    expect(isOver).toBe(true);
    expect(log.lines()).toEqual([]);
  });

  test("stop before start does nothing, and start twice is start once", async () => {
    let runs = 0;
    const idle = createUpkeep([{ name: "work", everyMs: 1, run: async () => void runs++ }], collectLog().log);
    await idle.stop();
    expect(runs).toBe(0);
    keep([{ everyMs: HOUR_MS, run: async () => void runs++ }]);
    upkeep?.start();
    await waitFor("the run", () => runs > 0);
    await upkeep?.stop();
    expect(runs).toBe(1);
  });

  test("other jobs: the old ones end first and don't come back, the new ones run at once", async () => {
    const events: string[] = [];
    const log = keep([
      {
        everyMs: HOUR_MS,
        run: (signal) =>
          new Promise((resolve) => {
            events.push("old");
            signal.addEventListener("abort", () => {
              events.push("old ends");
              resolve(undefined);
            });
          }),
      },
    ]);
    await waitFor("the old job", () => events.length === 1);
    const run = async () => void events.push("new");
    await upkeep?.replace([{ name: "work", everyMs: HOUR_MS, run }]);
    await waitFor("the new job", () => events.length === 3);
    expect(events).toEqual(["old", "old ends", "new"]);
    await upkeep?.stop();
    await upkeep?.replace([{ name: "work", everyMs: 1, run }]);
    expect(events).toHaveLength(3);
    expect(log.text()).toBe("");
  });

  test("jobs that are replaced before the start never run", async () => {
    const ran: string[] = [];
    const job = (name: string): UpkeepJob => ({
      name,
      everyMs: HOUR_MS,
      run: async () => void ran.push(name),
    });
    upkeep = createUpkeep([job("old")], collectLog().log);
    await upkeep.replace([job("new")]);
    upkeep.start();
    await waitFor("the new job", () => ran.length > 0);
    expect(ran).toEqual(["new"]);
  });
});
