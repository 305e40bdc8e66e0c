// from created + lifetime on a cookie is refused, by the clock that is handed in.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { checkExpiry } from "../../src/authenticator/check-expiry.js";
import type { CookieUse } from "../../src/store/cookie-reader.js";
import { CREATED_NS, call, cookie, MAX_AGE_SECONDS, policy } from "../support/authenticator-cases.js";

const SECOND = 1_000_000_000n;

function check(
  nowNs: bigint,
  maxAgeSeconds: number | undefined,
  maxLifetimeSeconds?: number,
  createdNs = CREATED_NS,
  idle: { readonly idleSeconds?: number; readonly use?: CookieUse } = {},
): string | undefined {
  return checkExpiry({
    cookie: cookie({ maxAgeSeconds, createdNs }),
    use: idle.use,
    call: call(),
    policy: policy({ maxLifetimeSeconds, idleSeconds: idle.idleSeconds }),
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
    const created = 2n ** 64n - 1n;
    expect(check(created, Number.MAX_SAFE_INTEGER, undefined, created)).toBeUndefined();
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

describe("R-11 the idle time-out", () => {
  const idle = (use?: CookieUse) => ({ idleSeconds: 900, ...(use === undefined ? {} : { use }) });
  const checkIdle = (afterSeconds: bigint, use?: CookieUse): string | undefined =>
    check(CREATED_NS + afterSeconds * SECOND, MAX_AGE_SECONDS, undefined, CREATED_NS, idle(use));

  test("begins with the login, where nothing was used since", () => {
    expect(checkIdle(899n)).toBeUndefined();
    expect(checkIdle(900n)).toBe("cookie-idle");
  });

  test("is moved by use, and by nothing older than the login", () => {
    expect(checkIdle(1899n, { lastUsedNs: CREATED_NS + 1000n * SECOND })).toBeUndefined();
    expect(checkIdle(1900n, { lastUsedNs: CREATED_NS + 1000n * SECOND })).toBe("cookie-idle");
    expect(checkIdle(899n, { lastUsedNs: 0n })).toBeUndefined();
  });

  test("use never moves the absolute end", () => {
    const seconds = BigInt(MAX_AGE_SECONDS);
    expect(checkIdle(seconds, { lastUsedNs: CREATED_NS + (seconds - 1n) * SECOND })).toBe("cookie-expired");
  });

  test("a use without an idle time-out changes nothing", () => {
    expect(
      check(CREATED_NS, MAX_AGE_SECONDS, undefined, CREATED_NS, { use: { lastUsedNs: 0n } }),
    ).toBeUndefined();
  });
});

test("a cookie from the future is refused: its life would be longer than anybody meant", () => {
  const at = (aheadSeconds: bigint): string | undefined =>
    check(CREATED_NS, MAX_AGE_SECONDS, undefined, CREATED_NS + aheadSeconds * SECOND);
  expect(at(300n)).toBeUndefined(); // as far as two machines' clocks may differ
  expect(at(301n)).toBe("cookie-from-future");
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
