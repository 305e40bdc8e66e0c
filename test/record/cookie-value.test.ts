// what may be a cookie's value, and how a new one is made.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  COOKIE_VALUE_DEFAULT_LENGTH,
  COOKIE_VALUE_MAX_BYTES,
  COOKIE_VALUE_MAX_LENGTH,
  COOKIE_VALUE_MIN_LENGTH,
  isCookieValue,
  makeCookieValue,
} from "../../src/record/cookie-value.js";

/** RFC 6265, section 4.1.1, by its own ranges. */
const COOKIE_OCTET_RANGES = [
  [0x21, 0x21],
  [0x23, 0x2b],
  [0x2d, 0x3a],
  [0x3c, 0x5b],
  [0x5d, 0x7e],
] as const;

describe("R-04 isCookieValue", () => {
  test("takes the cookie-octets of RFC 6265 and no other character of the first 64 K", () => {
    for (let code = 0; code <= 0xffff; code += 1) {
      const isOctet = COOKIE_OCTET_RANGES.some(([first, last]) => code >= first && code <= last);
      if (isCookieValue(String.fromCharCode(code)) !== isOctet) throw new Error(`U+${code.toString(16)}`);
    }
    expect(isCookieValue("\u{1f36a}")).toBe(false);
  });

  test.each<[string, string, boolean]>([
    ["Crossbar's own", "iP0ZLk5uYcS+xZinsNP8Srpm", true],
    ["empty", "", false],
    ["one character", "a", true],
    ["the longest", "a".repeat(COOKIE_VALUE_MAX_BYTES), true],
    ["one too long", "a".repeat(COOKIE_VALUE_MAX_BYTES + 1), false],
    ["a gigantic one", "a".repeat(10_000_000), false],
    ["a line break at the end", "abc\n", false],
    ["a blank in the middle", "a b", false],
    ["quotes around", '"abc"', false],
  ])("%s", (_name, text, isValue) => {
    expect(isCookieValue(text)).toBe(isValue);
  });

  test("the longest value and the slot fill LMDB's longest key", () => {
    expect(COOKIE_VALUE_MAX_BYTES + 2).toBe(511);
  });
});

describe("R-01 makeCookieValue", () => {
  test("144 bits by default, never below 128", () => {
    expect(makeCookieValue()).toHaveLength(24);
    expect(COOKIE_VALUE_DEFAULT_LENGTH * 6).toBe(144);
    expect(COOKIE_VALUE_MIN_LENGTH * 6).toBeGreaterThanOrEqual(128);
    expect((COOKIE_VALUE_MIN_LENGTH - 1) * 6).toBeLessThan(128);
  });

  test("property: any allowed length, in Crossbar's alphabet, a value that can be looked up", () => {
    const lengths = fc.integer({ min: COOKIE_VALUE_MIN_LENGTH, max: COOKIE_VALUE_MAX_LENGTH });
    fc.assert(
      fc.property(lengths, (length) => {
        const value = makeCookieValue(length);
        expect(value).toHaveLength(length);
        expect(value).toMatch(/^[A-Za-z0-9+/]+$/);
        expect(isCookieValue(value)).toBe(true);
      }),
    );
  });

  test.each<[number]>([[21], [65], [0], [-1], [24.5], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    "a length of %p is refused",
    (length) => {
      expect(() => makeCookieValue(length)).toThrow(expect.objectContaining({ code: "ERR_COOKIE_FIELD" }));
    },
  );

  test("10,000 are all different, and every character comes at every place", () => {
    const values = Array.from({ length: 10_000 }, () => makeCookieValue());
    expect(new Set(values).size).toBe(10_000);
    for (let place = 0; place < COOKIE_VALUE_DEFAULT_LENGTH; place += 1) {
      // 64 characters, 156 of each expected: that one is missing is a matter of e^-156.
      expect(new Set(values.map((value) => value[place])).size).toBe(64);
    }
  });
});
