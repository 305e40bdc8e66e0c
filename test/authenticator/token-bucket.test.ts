// The token bucket: never more than the burst and the rate allow, never less for one who waits.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { TokenBucket } from "../../src/authenticator/token-bucket.js";

test("begins full, empties, and refills in time", () => {
  const bucket = new TokenBucket({ burst: 2, perSecond: 4 }, 1000);
  expect(bucket.isFull(1000)).toBe(true);
  bucket.take(1000);
  expect([bucket.isFull(1000), bucket.hasToken(1000)]).toEqual([false, true]);
  bucket.take(1000);
  bucket.take(1000);
  expect(bucket.hasToken(1249)).toBe(false);
  expect(bucket.hasToken(1250)).toBe(true);
  expect([bucket.isFull(1499), bucket.isFull(1500)]).toEqual([false, true]);
});

test("a clock that goes back neither fills nor locks it", () => {
  const bucket = new TokenBucket({ burst: 1, perSecond: 1 }, 10_000);
  bucket.take(10_000);
  for (const nowMs of [5000, 0, 10_999]) expect(bucket.hasToken(nowMs)).toBe(false);
  bucket.take(0);
  expect([bucket.hasToken(10_999), bucket.hasToken(11_000)]).toEqual([false, true]);
});

test("property: in any span of time at most burst + rate * time tokens, and one is there again after 1 / rate", () => {
  const size = fc.record({
    burst: fc.integer({ min: 1, max: 50 }),
    perSecond: fc.integer({ min: 1, max: 100 }),
  });
  const pauses = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(size, pauses, ({ burst, perSecond }, pausesMs) => {
      const bucket = new TokenBucket({ burst, perSecond }, 0);
      const taken: number[] = [];
      let now = 0;
      for (const pause of pausesMs) {
        now += pause;
        if (!bucket.hasToken(now)) continue;
        bucket.take(now);
        taken.push(now);
      }
      for (const [first, from] of taken.entries()) {
        for (const [last, to] of taken.entries()) {
          if (last < first) continue;
          expect(last - first + 1).toBeLessThanOrEqual(burst + ((to - from) * perSecond) / 1000 + 1e-6);
        }
      }
      expect(bucket.hasToken(now + 1000 / perSecond + 1e-6)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
