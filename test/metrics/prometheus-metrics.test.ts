// The metrics as Prometheus reads them: what is told, and the state at the time of the scrape.

import { beforeEach, describe, expect, test } from "@jest/globals";
import { DENIAL_REASONS } from "../../src/authenticator/outcome.js";
import { createMetrics, type Metrics } from "../../src/metrics/create-metrics.js";
import type { MetricsState } from "../../src/service/metrics-page.js";
import type { StoreInfo } from "../../src/store/cookie-reader.js";
import { findValue, parseScrape, type Sample } from "../support/scrape.js";

const AT = { router: "a", realm: "realm1" };
const STORE: StoreInfo = {
  engine: "lmdb-js",
  path: "/db",
  format: "0.9",
  writable: true,
  entries: 7,
  usedBytes: 4096,
  maxSizeBytes: 8192,
  pageSize: 4096,
  tables: [],
};
const STATE: MetricsState = {
  status: {
    routers: [
      { name: "a", realm: "realm1", state: "joined", joins: 3, registered: true },
      { name: "b", realm: "realm1", state: "waiting", joins: 0, registered: false },
    ],
    sessions: {
      realms: [{ ...AT, state: "joined", joins: 1, registered: true, watching: false }],
      live: [{ ...AT, isAttached: true, sessions: 9, withCookie: 7, told: 2, overdue: 1 }],
    },
    callsInFlight: 5,
    healthPort: undefined,
    metricsPort: undefined,
  },
  store: STORE,
};

let metrics: Metrics;

beforeEach(async () => {
  metrics = await createMetrics();
});

const scrape = async (state = STATE): Promise<Sample[]> => parseScrape(await metrics.render(state));
const ours = (name: string): string => `wamp_cookie_authenticator_${name}`;

describe("calls of routers", () => {
  test("decisions by outcome and reason, each from 0 on", async () => {
    const before = await scrape();
    for (const reason of DENIAL_REASONS) {
      expect(findValue(before, ours("decisions_total"), { outcome: "denied", reason })).toBe(0);
    }
    metrics.authenticator.decided("accepted", 1);
    metrics.authenticator.decided("accepted", 1);
    metrics.authenticator.decided("anonymous", 1);
    metrics.authenticator.decided("cookie-expired", 1);
    const after = await scrape();
    expect(findValue(after, ours("decisions_total"), { outcome: "accepted" })).toBe(2);
    expect(findValue(after, ours("decisions_total"), { outcome: "anonymous" })).toBe(1);
    expect(findValue(after, ours("decisions_total"), { reason: "cookie-expired" })).toBe(1);
    expect(after.filter(({ name }) => name === ours("decisions_total"))).toHaveLength(
      DENIAL_REASONS.length + 2,
    );
  });

  test("faults by code; calls and look-ups with their times", async () => {
    metrics.authenticator.failed("EIO", 20);
    metrics.authenticator.failed(undefined, 20);
    metrics.authenticator.decided("accepted", 0.04);
    metrics.authenticator.lookedUp(0.02);
    const samples = await scrape();
    expect(findValue(samples, ours("faults_total"), { code: "EIO" })).toBe(1);
    expect(findValue(samples, ours("faults_total"), { code: "other" })).toBe(1);
    for (const code of ["BUSY", "UNAVAILABLE", "TIMEOUT", "ACCESS"]) {
      expect(findValue(samples, ours("faults_total"), { code: `ERR_STORE_${code}` })).toBe(0);
    }
    expect(findValue(samples, ours("call_duration_seconds_count"))).toBe(3);
    expect(findValue(samples, ours("call_duration_seconds_sum"))).toBeCloseTo(0.04004);
    expect(findValue(samples, ours("call_duration_seconds_bucket"), { le: "0.00005" })).toBe(1);
    expect(findValue(samples, ours("lookup_duration_seconds_count"))).toBe(1);
  });
});

test("what sessions tell", async () => {
  const { sessions } = metrics;
  sessions.changed("logout", "replaced");
  sessions.called("login", "refused");
  sessions.touched("fresh");
  sessions.told(AT, "idle");
  sessions.ran({ name: "purge", isDone: true, tookMs: 1500 });
  sessions.ran({ name: "purge", isDone: false, tookMs: 500 });
  sessions.swept({ records: 10, added: 3, removed: 2 });
  sessions.suppressed();
  metrics.authenticator.suppressed();
  const samples = await scrape();
  const value = (name: string, labels = {}): number | undefined => findValue(samples, ours(name), labels);
  expect(value("session_changes_total", { kind: "logout", reason: "replaced" })).toBe(1);
  expect(value("session_changes_total", { kind: "login" })).toBe(0);
  expect(value("procedure_calls_total", { procedure: "login", result: "refused" })).toBe(1);
  expect(value("procedure_calls_total", { procedure: "login", result: "done" })).toBe(0);
  expect(value("touches_total", { result: "fresh" })).toBe(1);
  expect(value("live_sessions_ended_total", { ...AT, reason: "idle" })).toBe(1);
  expect(value("upkeep_runs_total", { task: "purge", result: "done" })).toBe(1);
  expect(value("upkeep_runs_total", { task: "purge", result: "failed" })).toBe(1);
  expect(value("upkeep_seconds_total", { task: "purge" })).toBe(2);
  expect(value("upkeep_last_done_timestamp_seconds", { task: "purge" })).toBeGreaterThan(1.7e9);
  expect(value("cookies")).toBe(10);
  expect(value("sweep_index_entries_total", { change: "added" })).toBe(3);
  expect(value("sweep_index_entries_total", { change: "removed" })).toBe(2);
  expect(value("log_lines_suppressed_total", { about: "procedures" })).toBe(1);
  expect(value("log_lines_suppressed_total", { about: "authentication" })).toBe(1);
});

describe("the state", () => {
  test("routers, live sessions, calls in flight", async () => {
    const samples = await scrape();
    const value = (name: string, labels = {}): number | undefined => findValue(samples, ours(name), labels);
    const [a, b] = [
      { router: "a", connection: "authenticator" },
      { router: "b", connection: "authenticator" },
    ];
    const realm = { ...AT, connection: "sessions" };
    expect([
      value("router_joined", a),
      value("router_registered", a),
      value("router_reconnects_total", a),
    ]).toEqual([1, 1, 2]);
    expect([
      value("router_joined", b),
      value("router_registered", b),
      value("router_reconnects_total", b),
    ]).toEqual([0, 0, 0]);
    expect([value("router_watching", realm), value("router_watching", a)]).toEqual([0, undefined]);
    expect(
      ["", "_with_cookie", "_told", "_overdue"].map((suffix) => value(`live_sessions${suffix}`, AT)),
    ).toEqual([9, 7, 2, 1]);
    expect(value("calls_in_flight")).toBe(5);
  });

  test("what isn't there any more disappears", async () => {
    await scrape();
    const samples = await scrape({ ...STATE, status: { ...STATE.status, routers: [], sessions: undefined } });
    const names = samples
      .map(({ name }) => name)
      .filter((name) => /router_|live_sessions(?!_ended)/.test(name));
    expect(names).toEqual([]);
  });

  test("the store: how full, which engine; nothing but that it is down where it can't be read", async () => {
    const up = await scrape();
    expect(findValue(up, ours("store_up"))).toBe(1);
    expect(findValue(up, ours("store_info"), { engine: "lmdb-js", format: "0.9" })).toBe(1);
    expect(findValue(up, ours("store_used_bytes"))).toBe(4096);
    expect(findValue(up, ours("store_max_size_bytes"))).toBe(8192);
    expect(findValue(up, ours("store_entries"))).toBe(7);
    const down = await scrape({ ...STATE, store: undefined });
    expect(down.filter(({ name }) => name.startsWith(ours("store")))).toEqual([
      { name: ours("store_up"), labels: {}, value: 0 },
    ]);
  });

  test("a store on Valkey: the server's version, no limit, and what its near cache does", async () => {
    const nearCache = { isOn: true, entries: 3, hits: 50, shared: 2, misses: 4 };
    const { maxSizeBytes: _, ...rest } = STORE;
    const store = {
      ...rest,
      engine: "valkey",
      format: undefined,
      maxSizeBytes: undefined,
      serverVersion: "9.1.2",
    };
    await scrape({ ...STATE, store: { ...store, nearCache: { ...nearCache, hits: 20 } } });
    const samples = await scrape({ ...STATE, store: { ...store, nearCache } });
    expect(findValue(samples, ours("store_info"), { engine: "valkey", version: "9.1.2" })).toBe(1);
    expect(findValue(samples, ours("store_max_size_bytes"))).toBeUndefined();
    expect(findValue(samples, ours("store_near_cache_on"))).toBe(1);
    expect(findValue(samples, ours("store_near_cache_entries"))).toBe(3);
    expect(findValue(samples, ours("store_near_cache_lookups_total"), { result: "hit" })).toBe(50);
    expect(findValue(samples, ours("store_near_cache_lookups_total"), { result: "shared" })).toBe(2);
    expect(findValue(samples, ours("store_near_cache_lookups_total"), { result: "miss" })).toBe(4);
    // It is off when the server is away, and what it has counted isn't lost.
    const down = await scrape({ ...STATE, store: undefined });
    expect(findValue(down, ours("store_near_cache_on"))).toBeUndefined();
    expect(findValue(down, ours("store_near_cache_lookups_total"), { result: "hit" })).toBe(50);
  });

  test("cookies are absent until they have been counted", async () => {
    expect(findValue(await scrape(), ours("cookies"))).toBeUndefined();
  });

  test("the process and the version", async () => {
    const samples = await scrape();
    expect(findValue(samples, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
    expect(findValue(samples, "nodejs_eventloop_lag_p99_seconds")).toBeDefined();
    expect(findValue(samples, ours("build_info"))).toBe(1);
  });
});

test("Prometheus' conventions: our prefix, a base unit, _total for counters and for nothing else, help", async () => {
  const all = await metrics.describe();
  expect(all.length).toBeGreaterThan(25);
  for (const { name, type, help } of all) {
    expect(name).toMatch(/^wamp_cookie_authenticator_[a-z_]+$/);
    expect(name).not.toMatch(/_(ms|ns|milliseconds|percent)(_|$)/);
    expect([name, name.endsWith("_total")]).toEqual([name, type === "counter"]);
    expect(help).toMatch(/\.$/);
  }
});

test("each has a registry of its own", async () => {
  const other = await createMetrics();
  other.authenticator.decided("accepted", 1);
  expect(findValue(await scrape(), ours("decisions_total"), { outcome: "accepted" })).toBe(0);
});
