// failures are limited per peer and in all, and nobody is locked out by another's.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createFailureLimiter, type FailureLimits } from "../../src/authenticator/failure-limiter.js";
import { DEFAULT_POLICY } from "../../src/authenticator/policy.js";

const OFF = { burst: 0, perSecond: 1 };
const peerOf = (n: number): string => `tcp4:10.${n >> 16}.${(n >> 8) & 255}.${n & 255}:${1024 + (n % 1000)}`;

function limiter(limits: Partial<FailureLimits>) {
  const clock = { nowMs: 0 };
  const failures = createFailureLimiter({ peer: OFF, total: OFF, ...limits }, () => clock.nowMs);
  const isServed = (peer: string | undefined): boolean => failures.check(peer) === undefined;
  /** One call with a wrong credential. */
  const fail = (peer: string | undefined): boolean => {
    const served = isServed(peer);
    if (served) failures.count(peer);
    return served;
  };
  return { ...failures, clock, isServed, fail };
}

describe("of one peer", () => {
  test("so many at once, so many a second, by address whatever the port", () => {
    const { fail, isServed, check, clock } = limiter({ peer: { burst: 3, perSecond: 2 } });
    expect([1, 2, 3, 4, 5].map((port) => fail(`tcp4:192.0.2.7:${port}`))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(check("tcp4:192.0.2.7:9")).toEqual({ denied: "rate-limited", detail: "this peer" });
    expect(isServed("tcp4:192.0.2.8:1")).toBe(true);
    clock.nowMs = 499;
    expect(isServed("tcp4:192.0.2.7:1")).toBe(false);
    clock.nowMs = 500;
    expect(fail("tcp4:192.0.2.7:1")).toBe(true);
    expect(fail("tcp4:192.0.2.7:1")).toBe(false);
  });

  test("peers without an address share one limit", () => {
    const { fail } = limiter({ peer: { burst: 1, perSecond: 1 } });
    expect([fail(undefined), fail("unix:/a"), fail("process:1")]).toEqual([true, false, false]);
  });

  test("who is refused and goes on is served again at the same time as who waits", () => {
    const hammering = limiter({ peer: { burst: 1, perSecond: 1 } });
    const waiting = limiter({ peer: { burst: 1, perSecond: 1 } });
    hammering.fail("tcp4:192.0.2.7:1");
    waiting.fail("tcp4:192.0.2.7:1");
    for (hammering.clock.nowMs = 0; hammering.clock.nowMs < 1000; hammering.clock.nowMs += 1) {
      expect(hammering.fail("tcp4:192.0.2.7:1")).toBe(false);
    }
    waiting.clock.nowMs = 1000;
    expect([hammering.isServed("tcp4:192.0.2.7:1"), waiting.isServed("tcp4:192.0.2.7:1")]).toEqual([
      true,
      true,
    ]);
  });
});

describe("of all together", () => {
  const limits = { peer: { burst: 10, perSecond: 1 }, total: { burst: 5, perSecond: 1 } };

  test("beyond it a peer that has failed lately is refused, one that hasn't is served", () => {
    const { fail, isServed, check, clock } = limiter(limits);
    for (let n = 0; n < 5; n += 1) expect(fail(peerOf(1))).toBe(true);
    expect(check(peerOf(1))).toEqual({ denied: "rate-limited", detail: "all peers" });
    expect(isServed(peerOf(2))).toBe(true);
    expect(fail(peerOf(2))).toBe(true);
    expect(isServed(peerOf(2))).toBe(false);
    // Its own bucket is full again.
    clock.nowMs = 1000;
    fail(peerOf(3));
    expect(isServed(peerOf(2))).toBe(true);
  });

  test("with the peers' limit off it holds for everybody", () => {
    const { fail, isServed, clock } = limiter({ total: { burst: 2, perSecond: 1 } });
    expect([fail(peerOf(1)), fail(peerOf(2)), fail(peerOf(3))]).toEqual([true, true, false]);
    clock.nowMs = 1000;
    expect(isServed(peerOf(3))).toBe(true);
  });
});

test("off: nothing is limited", () => {
  const { fail } = limiter({});
  for (let n = 0; n < 10_000; n += 1) expect(fail(peerOf(1))).toBe(true);
});

test("property: failures stay within the limits, and a peer that never failed is always served", () => {
  const size = fc.record({
    burst: fc.integer({ min: 1, max: 20 }),
    perSecond: fc.integer({ min: 1, max: 50 }),
  });
  const calls = fc.array(
    fc.record({ pauseMs: fc.integer({ min: 0, max: 50 }), peer: fc.integer({ min: 0, max: 4 }) }),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(size, size, calls, (peer, total, presented) => {
      const { fail, isServed, clock } = limiter({ peer, total });
      const failed = new Map<number, number>();
      for (const { pauseMs, peer: n } of presented) {
        clock.nowMs += pauseMs;
        if (fail(peerOf(n))) failed.set(n, (failed.get(n) ?? 0) + 1);
        expect(isServed(peerOf(99))).toBe(true);
      }
      const refilled = (perSecond: number): number => (clock.nowMs * perSecond) / 1000 + 1e-6;
      for (const count of failed.values()) {
        expect(count).toBeLessThanOrEqual(peer.burst + refilled(peer.perSecond));
      }
      const all = [...failed.values()].reduce((sum, count) => sum + count, 0);
      // Beyond the total, each peer has its rate, and the one token that makes its bucket full.
      const beyond = failed.size * (1 + refilled(peer.perSecond));
      expect(all).toBeLessThanOrEqual(total.burst + refilled(total.perSecond) + beyond);
    }),
  );
});

test("a network of attackers: memory is bounded, and a clean peer is served in the midst of it", () => {
  const { fail, isServed } = limiter(DEFAULT_POLICY.failureLimit);
  for (let n = 0; n < 200_000; n += 1) fail(peerOf(n % 50_000));
  expect(isServed("tcp4:192.0.2.7:1")).toBe(true);
  expect(isServed("tcp6:2001:db8::1:1")).toBe(true);
});

test("the defaults leave an office alone whose 250 pages all come back with expired cookies, twice", () => {
  const { fail, clock } = limiter(DEFAULT_POLICY.failureLimit);
  for (let round = 0; round < 2; round += 1) {
    for (let page = 0; page < 250; page += 1) expect(fail("tcp4:192.0.2.7:1")).toBe(true);
    clock.nowMs += 15_000;
  }
});

describe("other limits while it runs", () => {
  const PEER = "tcp4:192.0.2.7:1";

  test("who has failed has failed: a wider limit gives the difference, a narrower one takes it", () => {
    const { fail, isServed, resize } = limiter({ peer: { burst: 3, perSecond: 1 } });
    fail(PEER);
    fail(PEER);
    resize({ peer: { burst: 2, perSecond: 1 }, total: OFF });
    expect(isServed(PEER)).toBe(false);
    resize({ peer: { burst: 4, perSecond: 1 }, total: OFF });
    // It was at 2 of 2, and is at 2 of 4.
    expect([fail(PEER), fail(PEER), fail(PEER)]).toEqual([true, true, false]);
    expect(isServed("tcp4:192.0.2.8:1")).toBe(true);
  });

  test("the limit of all follows, and each can be switched off and on", () => {
    const { fail, isServed, resize } = limiter({ total: { burst: 1, perSecond: 1 } });
    fail(PEER);
    expect(isServed(peerOf(9))).toBe(false);
    resize({ peer: OFF, total: OFF });
    expect([fail(PEER), fail(PEER)]).toEqual([true, true]);
    resize({ peer: { burst: 1, perSecond: 1 }, total: OFF });
    expect([fail(PEER), fail(PEER)]).toEqual([true, false]);
  });
});
