// when a cookie's time is over.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  checkLifetime,
  findExpiryNs,
  findIdleEndNs,
  findLastUsedNs,
  type LifetimeLimits,
} from "../../src/lifetime/lifetime.js";
import type { CookieFields } from "../../src/record/cookie.js";
import type { CookieUse } from "../../src/store/cookie-reader.js";
import { CREATED_NS, cookie } from "../support/authenticator-cases.js";

const NS = 1_000_000_000n;
const NO_LIMITS: LifetimeLimits = { maxLifetimeSeconds: undefined, idleSeconds: undefined };
const usedAt = (seconds: number): CookieUse => ({ lastUsedNs: CREATED_NS + BigInt(seconds) * NS });

/** Why a cookie of these fields isn't valid so many seconds after its creation. */
function check(
  seconds: number,
  fields: Partial<CookieFields>,
  limits: Partial<LifetimeLimits> = {},
  use?: CookieUse,
): string | undefined {
  const nowNs = CREATED_NS + BigInt(seconds) * NS;
  return checkLifetime(
    cookie({ maxAgeSeconds: undefined, ...fields }),
    use,
    { ...NO_LIMITS, ...limits },
    nowNs,
  );
}

describe("R-10 the absolute end", () => {
  test.each<[string, number | undefined, number | undefined, bigint | undefined]>([
    ["its own lifetime", 100, undefined, 100n],
    ["the configured one, which is shorter", 100, 60, 60n],
    ["its own, which is shorter", 60, 100, 60n],
    ["the configured one where it has none", undefined, 60, 60n],
    ["never", undefined, undefined, undefined],
  ])("%s", (_, maxAgeSeconds, maxLifetimeSeconds, seconds) => {
    const end = findExpiryNs(cookie({ maxAgeSeconds }), { ...NO_LIMITS, maxLifetimeSeconds });
    expect(end).toBe(seconds === undefined ? undefined : CREATED_NS + seconds * NS);
  });

  test("is a refusal from that nanosecond on, and use doesn't move it", () => {
    expect(check(99, { maxAgeSeconds: 100 })).toBeUndefined();
    expect(check(100, { maxAgeSeconds: 100 })).toBe("cookie-expired");
    expect(check(100, { maxAgeSeconds: 100 }, { idleSeconds: 50 }, usedAt(99))).toBe("cookie-expired");
    const endNs = CREATED_NS + 100n * NS;
    expect(checkLifetime(cookie({ maxAgeSeconds: 100 }), undefined, NO_LIMITS, endNs - 1n)).toBeUndefined();
  });

  test("the largest numbers of a record don't overflow", () => {
    const fields = { createdNs: 2n ** 64n - 1n, maxAgeSeconds: Number.MAX_SAFE_INTEGER };
    expect(findExpiryNs(cookie(fields), NO_LIMITS)).toBe(
      2n ** 64n - 1n + BigInt(Number.MAX_SAFE_INTEGER) * NS,
    );
  });
});

describe("R-11 the end for want of use", () => {
  const idle = { idleSeconds: 60 };

  test("no idle time-out: none, however long it isn't used", () => {
    expect(findIdleEndNs(cookie(), usedAt(1), NO_LIMITS)).toBeUndefined();
    expect(check(10 ** 8, {})).toBeUndefined();
  });

  test.each<[string, Partial<CookieFields>, number | undefined, number]>([
    ["never used: from the creation", {}, undefined, 60],
    ["a login later: from it", { authenticatedNs: CREATED_NS + 30n * NS }, undefined, 90],
    [
      "a proof long before, elsewhere: from the creation",
      { authenticatedNs: CREATED_NS - 3600n * NS },
      undefined,
      60,
    ],
    ["a use: from it", {}, 40, 100],
    ["a use before the login: from the login", { authenticatedNs: CREATED_NS + 30n * NS }, 10, 90],
  ])("%s", (_, fields, used, end) => {
    const use = used === undefined ? undefined : usedAt(used);
    expect(check(end - 1, fields, idle, use)).toBeUndefined();
    expect(check(end, fields, idle, use)).toBe("cookie-idle");
  });

  test("the last use that is known is the latest of all", () => {
    const record = cookie({ authenticatedNs: CREATED_NS + 5n });
    expect(findLastUsedNs(record, { lastUsedNs: CREATED_NS + 9n })).toBe(CREATED_NS + 9n);
    expect(findLastUsedNs(record, { lastUsedNs: 1n })).toBe(CREATED_NS + 5n);
    expect(findLastUsedNs(record, undefined)).toBe(CREATED_NS + 5n);
  });
});

describe("a creation in the future", () => {
  test("of five minutes is another machine's clock, of more is refused", () => {
    expect(check(-300, {})).toBeUndefined();
    expect(check(-301, {})).toBe("cookie-from-future");
    expect(check(-301, { maxAgeSeconds: 10 }, { idleSeconds: 10 })).toBe("cookie-from-future");
  });
});

test("property: expired or idle at a time is never valid later, whatever the limits", () => {
  const seconds = fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined });
  const time = fc.integer({ min: 0, max: 5000 });
  fc.assert(
    fc.property(
      seconds,
      seconds,
      seconds,
      time,
      time,
      fc.option(time, { nil: undefined }),
      (own, cap, idle, at, more, used) => {
        const limits = { maxLifetimeSeconds: cap, idleSeconds: idle };
        const use = used === undefined ? undefined : usedAt(used);
        if (check(at, { maxAgeSeconds: own }, limits, use) === undefined) return;
        expect(check(at + more, { maxAgeSeconds: own }, limits, use)).toBeDefined();
      },
    ),
  );
});
