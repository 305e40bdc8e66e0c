// the clock never goes back.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createSteadyClock, systemClockNs } from "../../src/lifetime/steady-clock.js";

function turnable(startNs = 1000n) {
  const wall = { ns: startNs };
  return { wall, clock: createSteadyClock(() => wall.ns) };
}

describe("the time", () => {
  test("goes with the wall clock as long as that goes forward", () => {
    const { wall, clock } = turnable();
    expect(clock.nowNs()).toBe(1000n);
    wall.ns = 2000n;
    expect([clock.nowNs(), clock.behindNs]).toEqual([2000n, 0n]);
  });

  test("stands still while the wall clock is behind, and says how far", () => {
    const { wall, clock } = turnable();
    clock.nowNs();
    wall.ns = 400n;
    expect([clock.nowNs(), clock.behindNs]).toEqual([1000n, 600n]);
    wall.ns = 1001n;
    expect([clock.nowNs(), clock.behindNs]).toEqual([1001n, 0n]);
  });

  test("takes a time that somebody else has seen, and no earlier one", () => {
    const { clock } = turnable();
    clock.see(5000n);
    clock.see(3000n);
    expect([clock.nowNs(), clock.behindNs]).toEqual([5000n, 4000n]);
  });

  test("how far it is behind is told before anybody has asked for the time", () => {
    expect(turnable().clock.behindNs).toBe(0n);
  });
});

test("property: whatever the wall clock does, the time never falls and is never below anything seen", () => {
  const step = fc.record({
    wallNs: fc.bigInt({ min: 0n, max: 10_000n }),
    seenNs: fc.bigInt({ min: 0n, max: 10_000n }),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { wall, clock } = turnable(0n);
      let highestNs = 0n;
      for (const { wallNs, seenNs } of steps) {
        wall.ns = wallNs;
        clock.see(seenNs);
        for (const ns of [wallNs, seenNs]) if (ns > highestNs) highestNs = ns;
        expect(clock.nowNs()).toBe(highestNs);
        expect(clock.behindNs).toBe(highestNs - wallNs);
      }
    }),
  );
});

test("the system's clock is in ns since 1970", () => {
  const before = Date.now();
  const ms = Number(systemClockNs() / 1_000_000n);
  expect(ms).toBeGreaterThanOrEqual(before);
  expect(ms).toBeLessThanOrEqual(Date.now());
});
