import { describe, expect, test } from "@jest/globals";
import { createBackoff } from "../../src/wamp/backoff.js";

function pauses(random: () => number, count: number, minMs = 1000, maxMs = 5000): number[] {
  const backoff = createBackoff({ minMs, maxMs, random });
  return Array.from({ length: count }, () => backoff.next());
}

describe("createBackoff", () => {
  test("grows by half from the shortest pause to the longest band, at the least", () => {
    expect(pauses(() => 0, 7)).toEqual([1000, 1500, 2250, 3333, 3333, 3333, 3333]);
  });

  test("grows by half up to the longest pause, at the most", () => {
    expect(pauses(() => 1, 6)).toEqual([1500, 2250, 3375, 5000, 5000, 5000]);
  });

  test("is spread evenly at the longest pause as well", () => {
    expect(pauses(() => 0.5, 6).at(-1)).toBe(4167);
  });

  test("never leaves its limits, whatever the numbers", () => {
    for (const pause of pauses(Math.random, 1000)) {
      expect(pause).toBeGreaterThanOrEqual(1000);
      expect(pause).toBeLessThanOrEqual(5000);
    }
  });

  test("stays within its limits when they are the same, or close", () => {
    expect(pauses(() => 0.9, 3, 1000, 1000)).toEqual([1000, 1000, 1000]);
    expect(pauses(() => 0, 3, 1000, 1200)).toEqual([1000, 1000, 1000]);
  });

  test("begins anew after reset", () => {
    const backoff = createBackoff({ minMs: 100, maxMs: 10_000, random: () => 0 });
    expect([backoff.next(), backoff.next()]).toEqual([100, 150]);
    backoff.reset();
    expect([backoff.next(), backoff.next()]).toEqual([100, 150]);
  });
});
