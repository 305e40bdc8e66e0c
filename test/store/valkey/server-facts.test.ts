// Facts out of the text of INFO.

import { expect, test } from "@jest/globals";
import { parseServerFacts } from "../../../src/store/valkey/server-facts.js";

const info = (fields: Readonly<Record<string, string>>): string =>
  `# Server\r\n${Object.entries(fields)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join("")}`;

test("a Redis", () => {
  const text = info({
    redis_version: "7.0.15",
    used_memory: "1000",
    maxmemory: "0",
    maxmemory_policy: "allkeys-lru",
    aof_enabled: "0",
    connected_slaves: "2",
  });
  expect(parseServerFacts(text, "3600 1", "a:1")).toEqual({
    server: "redis",
    version: "7.0.15",
    address: "a:1",
    usedBytes: 1000,
    maxSizeBytes: undefined,
    evictionPolicy: "allkeys-lru",
    isPersistent: true,
    connectedReplicas: 2,
  });
});

test("a Valkey names the Redis that it is compatible with, too", () => {
  const text = info({
    redis_version: "7.2.4",
    server_name: "valkey",
    valkey_version: "9.1.2",
    maxmemory: "1024",
  });
  expect(parseServerFacts(text, "", "a:1")).toMatchObject({
    server: "valkey",
    version: "9.1.2",
    maxSizeBytes: 1024,
  });
});

test.each([
  ["1", undefined, true],
  ["0", "", false],
  ["0", "60 1", true],
  ["0", undefined, undefined],
])("append-only file %s and snapshots %j: whether it persists is %j", (aof, saves, isPersistent) => {
  const text = info({ redis_version: "8.0.0", aof_enabled: aof });
  expect(parseServerFacts(text, saves, "a:1").isPersistent).toBe(isPersistent);
});

test.each(["6.2.14", "", "unknown"])("version %j is refused", (version) => {
  expect(() => parseServerFacts(info({ redis_version: version }), "", "a:1")).toThrow(
    expect.objectContaining({ code: "ERR_STORE_SERVER", hint: expect.stringContaining("Redis 7.0") }),
  );
});
