// A flood is counted: the first few of a kind are written, and nothing is lost.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createRepeatWindows } from "../../src/log/repeat-windows.js";

const LIMIT = { limit: 3, windowMs: 1000 };

describe("one kind", () => {
  test("the first few are written, the rest is counted with its sources until the window ends", () => {
    const windows = createRepeatWindows(LIMIT);
    const written = [0, 1, 2, 3, 4, 5, 6].map((n) => windows.admit("unknown", `peer${n % 2}`, 100 + n));
    expect(written).toEqual([true, true, true, false, false, false, false]);
    expect(windows.nextEndMs()).toBe(1100);
    expect(windows.takeEnded(1099)).toEqual([]);
    expect(windows.takeEnded(1200)).toEqual([
      { kind: "unknown", more: 4, sources: 2, hasMoreSources: false, durationMs: 1100 },
    ]);
    expect(windows.takeEnded(1200)).toEqual([]);
    expect(windows.admit("unknown", "peer0", 1200)).toBe(true);
  });

  test("no more than the limit: no summary, and nothing to wait for", () => {
    const windows = createRepeatWindows(LIMIT);
    for (let n = 0; n < 3; n += 1) windows.admit("unknown", "peer", 0);
    expect(windows.nextEndMs()).toBeUndefined();
    expect(windows.takeEnded(1000)).toEqual([]);
    expect(windows.takeAll(1000)).toEqual([]);
  });
});

test("kinds don't share: one that floods hides no other", () => {
  const windows = createRepeatWindows(LIMIT);
  for (let n = 0; n < 1000; n += 1) windows.admit("unknown", "peer", 0);
  expect(windows.admit("caller-not-allowed", "peer", 0)).toBe(true);
});

test("sources are counted up to a bound", () => {
  const windows = createRepeatWindows(LIMIT);
  for (let n = 0; n < 100_000; n += 1) windows.admit("unknown", `peer${n}`, 0);
  expect(windows.takeAll(0)).toEqual([
    { kind: "unknown", more: 99_997, sources: 256, hasMoreSources: true, durationMs: 0 },
  ]);
});

test("kinds are counted up to a bound; the rest is one kind", () => {
  const windows = createRepeatWindows(LIMIT);
  let written = 0;
  for (let n = 0; n < 10_000; n += 1) if (windows.admit(`kind${n}`, "peer", 0)) written += 1;
  expect(written).toBe(64 + LIMIT.limit);
  expect(windows.takeAll(0)).toEqual([expect.objectContaining({ kind: "other", more: 10_000 - written })]);
});

test("property: every event is either written or counted once, and lines are bounded by time and kinds", () => {
  const event = fc.record({
    kind: fc.constantFrom("a", "b", "c"),
    source: fc.constantFrom("x", "y"),
    pauseMs: fc.integer({ min: 0, max: 400 }),
  });
  const limits = fc.record({
    limit: fc.integer({ min: 1, max: 5 }),
    windowMs: fc.integer({ min: 1, max: 2000 }),
  });
  fc.assert(
    fc.property(limits, fc.array(event, { maxLength: 300 }), (limit, events) => {
      const windows = createRepeatWindows(limit);
      let now = 0;
      let lines = 0;
      const counted = { a: 0, b: 0, c: 0 };
      const take = (repeats: ReturnType<typeof windows.takeAll>): void => {
        lines += repeats.length;
        for (const { kind, more } of repeats) counted[kind as "a"] += more;
      };
      for (const { kind, source, pauseMs } of events) {
        now += pauseMs;
        take(windows.takeEnded(now));
        if (!windows.admit(kind, source, now)) continue;
        lines += 1;
        counted[kind] += 1;
      }
      take(windows.takeAll(now));
      for (const kind of ["a", "b", "c"] as const) {
        expect(counted[kind]).toBe(events.filter((one) => one.kind === kind).length);
      }
      const windowsOfAKind = Math.floor(now / limit.windowMs) + 1;
      expect(lines).toBeLessThanOrEqual(3 * windowsOfAKind * (limit.limit + 1));
    }),
  );
});
