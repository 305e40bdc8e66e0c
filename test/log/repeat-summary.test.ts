// When a summary is written: with the next call, by its timer, or at the end of the process.

import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { createRepeatSummary } from "../../src/log/repeat-summary.js";
import type { Repeats } from "../../src/log/repeat-windows.js";

function summary() {
  const written: Repeats[] = [];
  const repeats = createRepeatSummary({
    limit: { limit: 1, windowMs: 1000 },
    nowMs: () => Date.now(),
    write: (one) => written.push(one),
  });
  return { ...repeats, written };
}

describe("the end of a window", () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test("is written by a timer if no call comes", () => {
    const { admit, written } = summary();
    expect([admit("a", "x"), admit("a", "x"), admit("a", "y")]).toEqual([true, false, false]);
    jest.advanceTimersByTime(999);
    expect(written).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(written).toEqual([{ kind: "a", more: 2, sources: 2, hasMoreSources: false, durationMs: 1000 }]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test("one timer serves the kinds one after the other", () => {
    const { admit, written } = summary();
    for (const kind of ["a", "a", "a"]) admit(kind, "x");
    jest.advanceTimersByTime(400);
    for (const kind of ["b", "b"]) admit(kind, "x");
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(1000);
    expect(written.map(({ kind, more }) => [kind, more])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    expect(jest.getTimerCount()).toBe(0);
  });

  test("is written by the next call of any kind", () => {
    const { admit, written } = summary();
    for (const kind of ["a", "a"]) admit(kind, "x");
    jest.setSystemTime(1000);
    admit("b", "x");
    expect(written).toHaveLength(1);
  });

  test("no timer runs where nothing was left out", () => {
    const { admit } = summary();
    admit("a", "x");
    admit("b", "x");
    expect(jest.getTimerCount()).toBe(0);
  });

  test("flush writes what is left at once, and ends the timer; again it writes nothing", () => {
    const { admit, flush, written } = summary();
    for (const kind of ["a", "a", "b", "b"]) admit(kind, "x");
    flush();
    expect(written.map(({ kind }) => kind)).toEqual(["a", "b"]);
    expect(jest.getTimerCount()).toBe(0);
    flush();
    expect(written).toHaveLength(2);
  });
});
