// from created + lifetime on a cookie is refused, by the clock that is handed in.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { checkExpiry } from "../../src/authenticator/check-expiry.js";
import { CREATED_NS, call, cookie, MAX_AGE_SECONDS, policy } from "../support/authenticator-cases.js";

const SECOND = 1_000_000_000n;

function check(
  nowNs: bigint,
  maxAgeSeconds: number | undefined,
  maxLifetimeSeconds?: number,
  createdNs = CREATED_NS,
): string | undefined {
  return checkExpiry({
    cookie: cookie({ maxAgeSeconds, createdNs }),
    call: call(),
    policy: policy({ maxLifetimeSeconds }),
    nowNs,
  });
}

describe("R-10 the cookie's own max_age", () => {
  const end = CREATED_NS + BigInt(MAX_AGE_SECONDS) * SECOND;

  test.each<[string, bigint, string | undefined]>([
    ["at its creation", CREATED_NS, undefined],
    ["a nanosecond before the end", end - 1n, undefined],
    ["at the end", end, "cookie-expired"],
    ["a nanosecond after the end", end + 1n, "cookie-expired"],
    ["a century later", end + 3_155_760_000n * SECOND, "cookie-expired"],
    ["before its creation, by a clock that was set back", CREATED_NS - SECOND, undefined],
  ])("%s", (_name, nowNs, reason) => {
    expect(check(nowNs, MAX_AGE_SECONDS)).toBe(reason);
  });

  test("one second is one second", () => {
    expect(check(CREATED_NS + SECOND - 1n, 1)).toBeUndefined();
    expect(check(CREATED_NS + SECOND, 1)).toBe("cookie-expired");
  });

  test.each<[string, number | undefined]>([
    ["absent", undefined],
    ["0, which a record can't hold", 0],
  ])("%s: no expiry of its own", (_name, maxAgeSeconds) => {
    expect(check(CREATED_NS, maxAgeSeconds)).toBeUndefined();
    expect(check(2n ** 64n - 1n, maxAgeSeconds)).toBeUndefined();
  });

  test("a cookie without a time of creation is as old as 1970", () => {
    expect(check(CREATED_NS, MAX_AGE_SECONDS, undefined, 0n)).toBe("cookie-expired");
  });

  test("the largest numbers of a record don't overflow", () => {
    expect(check(CREATED_NS, Number.MAX_SAFE_INTEGER, undefined, 2n ** 64n - 1n)).toBeUndefined();
  });
});

describe("R-10 the configured longest lifetime", () => {
  test.each<[string, number | undefined, number, number]>([
    ["caps a longer max_age", MAX_AGE_SECONDS, 3600, 3600],
    ["leaves a shorter max_age", 60, 3600, 60],
    ["caps a cookie without max_age", undefined, 3600, 3600],
    ["as long as max_age", 3600, 3600, 3600],
    ["of 0 lets nothing in", MAX_AGE_SECONDS, 0, 0],
  ])("%s", (_name, maxAgeSeconds, maxLifetimeSeconds, effective) => {
    const end = CREATED_NS + BigInt(effective) * SECOND;
    expect(check(end - 1n, maxAgeSeconds, maxLifetimeSeconds)).toBeUndefined();
    expect(check(end, maxAgeSeconds, maxLifetimeSeconds)).toBe("cookie-expired");
  });
});

test("R-10 property: once expired, always expired", () => {
  const seconds = fc.option(fc.integer({ min: 1, max: 2 ** 40 }), { nil: undefined });
  const laterNs = fc.bigInt({ min: 0n, max: 2n ** 62n });
  fc.assert(
    fc.property(seconds, seconds, laterNs, laterNs, (maxAge, cap, passedNs, moreNs) => {
      if (check(CREATED_NS + passedNs, maxAge, cap) === undefined) return;
      expect(check(CREATED_NS + passedNs + moreNs, maxAge, cap)).toBe("cookie-expired");
    }),
  );
});
