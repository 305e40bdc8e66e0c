// All keys of a store against each other: what every commit must leave behind.

import { expect } from "@jest/globals";
import type { Redis } from "ioredis";
import { Cookie } from "../../../src/record/cookie.js";
import { expiryEntry, expiryMs, valkeyKeys } from "../../../src/store/valkey/valkey-keys.js";

const GRACE_MS = 3_600_000;

/**
 * Checks that indexes, records, uses and TTLs belong together, and answers the oids.
 *
 * @param skewMs by how much the deadlines of one cookie's keys may differ: `MIGRATE` hands a TTL on, not a time
 */
export async function checkKeys(redis: Redis, prefix: string, skewMs = 0): Promise<readonly string[]> {
  const expectAlike = (deadline: number, other: number): void =>
    expect(Math.abs(deadline - other)).toBeLessThanOrEqual(skewMs);
  const keys = valkeyKeys(prefix);
  const names = (await redis.keys(`${keys.start}:*`)).sort();
  const named = (letter: string) => names.filter((name) => name.startsWith(`${keys.start}:${letter}:`));
  const [oids, expiries, users, uses] = [
    [] as string[],
    [] as string[],
    new Map<string, string[]>(),
    new Set<string>(),
  ];
  for (const name of named("c")) {
    const bytes = (await redis.getBuffer(name)) as Buffer;
    const cookie = Cookie.cast(bytes);
    const value = cookie.value as string;
    expect(name).toBe(keys.record(value));
    expect(await redis.get(keys.oid(cookie.oid))).toBe(value);
    oids.push(cookie.oid);
    uses.add(keys.use(value));
    const entry = expiryEntry(cookie);
    if (entry !== undefined) expiries.push(entry);
    if (cookie.authid !== undefined) {
      const key = keys.user(cookie.authid);
      users.set(key, [...(users.get(key) ?? []), cookie.oid]);
    }
    const deadline = await redis.pexpiretime(name);
    expectAlike(await redis.pexpiretime(keys.oid(cookie.oid)), deadline);
    const useDeadline = await redis.pexpiretime(keys.use(value));
    if (useDeadline !== -2) expectAlike(useDeadline, deadline);
    const expires = expiryMs(cookie);
    if (expires === undefined) expect(deadline).toBe(-1);
    else expect(deadline).toBeGreaterThanOrEqual(expires + GRACE_MS);
  }
  expect(named("o")).toEqual(oids.map((oid) => keys.oid(oid)).sort());
  for (const name of named("u")) expect(uses).toContain(name);
  expect(await redis.zrange(keys.oids, "0", "-1")).toEqual(oids.sort());
  expect(await redis.zrange(keys.expiries, "0", "-1")).toEqual(expiries.sort());
  expect(named("a")).toEqual([...users.keys()].sort());
  for (const [key, members] of users) expect(await redis.zrange(key, "0", "-1")).toEqual(members.sort());
  return oids;
}
