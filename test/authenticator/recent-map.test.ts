// The bounded map: what was used last is there, and it never grows beyond its capacity.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { RecentMap } from "../../src/authenticator/recent-map.js";

test("property: bounded, and the keys used last are kept with their values", () => {
  const key = fc.integer({ min: 0, max: 30 }).map(String);
  const use = fc.record({ key, isSet: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.array(use, { maxLength: 200 }), (capacity, uses) => {
      const map = new RecentMap<number>(capacity);
      /** Key to value, the one used last at the end. */
      const expected = new Map<string, number>();
      const touch = (at: string, value: number): void => {
        expected.delete(at);
        expected.set(at, value);
      };
      uses.forEach(({ key: at, isSet }, n) => {
        if (isSet) map.set(at, n);
        const found = map.get(at);
        if (isSet || found !== undefined) touch(at, isSet ? n : (found ?? -1));
        expect(found).toBe(isSet || found !== undefined ? expected.get(at) : undefined);
        expect(map.size).toBeLessThanOrEqual(capacity);
      });
      const last = [...expected].slice(-Math.max(1, Math.floor(capacity / 2) - 1));
      if (capacity >= 4) for (const [at, value] of last) expect(map.get(at)).toBe(value);
    }),
  );
});

test("a million keys leave no more than the capacity", () => {
  const map = new RecentMap<number>(1000);
  for (let n = 0; n < 1_000_000; n += 1) map.set(String(n), n);
  expect(map.size).toBeLessThanOrEqual(1000);
  expect(map.get("999999")).toBe(999_999);
  expect(map.get("0")).toBeUndefined();
});
