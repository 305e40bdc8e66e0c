// The metrics of a whole running service on a scripted router, and the dashboard held against its scrape.

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createAuthenticator } from "../../src/authenticator/create-authenticator.js";
import type { SessionsConfig } from "../../src/config/config.js";
import { createSteadyClock } from "../../src/lifetime/steady-clock.js";
import { createMetrics } from "../../src/metrics/create-metrics.js";
import { createService, type Service } from "../../src/service/service.js";
import { createSessionService, type SessionService } from "../../src/service/session-service.js";
import { DEFAULT_SESSION_POLICY } from "../../src/session/session-policy.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { ticketArgs } from "../support/authenticator-cases.js";
import { type CollectedLog, collectLog } from "../support/crossbar-log.js";
import { routerConfig } from "../support/crossbar-router.js";
import { findMissing, NEAR_CACHE_SAMPLES, readQueries } from "../support/dashboard.js";
import { findValue, parseScrape, type Sample } from "../support/scrape.js";
import { waitFor } from "../support/wait-for.js";
import { type FakeLink, type FakeRouter, type Script, startFakeRouter } from "../wamp/fake-router.js";

const PREFIX = "com.example.session.";
const CONFIG: SessionsConfig = {
  mode: "shared",
  prefix: PREFIX,
  roles: new Map([["backend", ["login"]]]),
  everyRealm: [],
  policy: DEFAULT_SESSION_POLICY,
  liveIsUse: true,
  purgeIntervalMs: 10,
  sweepIntervalMs: 10,
  checkIntervalMs: 10,
  leaveTimeoutMs: 60_000,
  events: true,
  authorizer: undefined,
};
const LOGIN = { authid: "joe", authrole: "user", authrealm: "realm1" };
const [PUBLISH, SUBSCRIBE, CALL, REGISTER, INVOCATION] = [16, 32, 48, 64, 68];
const AT = { router: "node", realm: "realm1" };
const LIVE_ID = 42;

let router: FakeRouter;
let service: Service;
let sessions: SessionService;
let log: CollectedLog;
const values: string[] = [];

const scrapeText = async (): Promise<string> =>
  (await fetch(`http://127.0.0.1:${service.status().metricsPort}/metrics`)).text();
const scrape = async (): Promise<Sample[]> => parseScrape(await scrapeText());
const ours = (name: string): string => `wamp_cookie_authenticator_${name}`;

async function waitForValue(name: string, labels: Readonly<Record<string, string>>, value: number) {
  await waitFor(`${name} ${value}`, async () => findValue(await scrape(), ours(name), labels) === value);
}

/** Where a procedure of ours is registered. */
const registrations = new Map<unknown, { readonly link: FakeLink; readonly id: number }>();
let nextId = 1;

/** The router calls a procedure of ours. */
function call(procedure: string, args: readonly unknown[], role: string): void {
  const { link, id } = registrations.get(procedure) ?? {};
  nextId += 1;
  link?.send([INVOCATION, nextId, id, { caller: 1, caller_authrole: role }, args]);
}

beforeAll(async () => {
  const metrics = await createMetrics();
  log = collectLog();
  const store = createMemoryStore();
  const clock = createSteadyClock();
  const repeatLimit = { limit: 1, windowMs: 60_000 };
  let liveOid = "";
  // One client of a cookie of ours is joined; it ignores GOODBYE.
  const script: Script = (message, link) => {
    const [type, request, , topicOrProcedure, args] = message;
    if (type === PUBLISH) link.send([17, request, 1]);
    else if (type === SUBSCRIBE) link.send([33, request, request]);
    else if (type === REGISTER) {
      nextId += 1;
      registrations.set(topicOrProcedure, { link, id: nextId });
      link.send([65, request, nextId]);
    } else if (type === CALL) {
      const results: Readonly<Record<string, unknown>> = {
        "wamp.session.list": [LIVE_ID],
        "wamp.session.get": {
          session: (args as readonly unknown[] | undefined)?.[0],
          authid: "joe",
          authrole: "user",
          authextra: { cookie_oid: liveOid },
        },
      };
      link.send([50, request, {}, [results[String(topicOrProcedure)] ?? null]]);
    } else return false;
    return true;
  };
  router = await startFakeRouter(script);
  const routers = [
    routerConfig(0, {
      name: AT.router,
      url: router.url,
      sessionRealms: [AT.realm],
      login: { method: "anonymous" },
      serializers: ["json"],
    }),
  ];
  sessions = createSessionService({
    config: CONFIG,
    routers,
    store,
    clock,
    log: log.log,
    repeatLimit,
    observer: metrics.sessions,
  });
  const first = await sessions.sessions.login(LOGIN);
  liveOid = first.session.oid;
  values.push(first.value);
  const authenticator = createAuthenticator({
    reader: store.reader,
    log: log.log,
    nowNs: clock.nowNs,
    repeatLimit,
    audit: true,
    observer: metrics.authenticator,
    onUse: sessions.used,
  });
  service = createService({
    config: { routers, health: undefined, metrics: { host: "127.0.0.1", port: 0 } },
    authenticator,
    reader: store.reader,
    sessions,
    metrics,
    log: log.log,
  });
  await service.start();
  await waitForValue("live_sessions_with_cookie", AT, 1);
});

afterAll(async () => {
  await service.stop();
  await router.close();
});

test("calls of the router are counted by what became of them", async () => {
  const { procedure } = routerConfig(0);
  await waitForValue("router_registered", { connection: "authenticator" }, 1);
  const wrong = "s3cret-that-nobody-has";
  values.push(wrong);
  call(procedure, ticketArgs(values[0]), "trusted");
  call(procedure, ticketArgs(wrong), "trusted");
  call(procedure, ticketArgs(wrong), "trusted");
  await waitForValue("decisions_total", { outcome: "accepted" }, 1);
  await waitForValue("decisions_total", { reason: "cookie-unknown" }, 2);
  await waitForValue("log_lines_suppressed_total", { about: "authentication" }, 1);
  const samples = await scrape();
  expect(findValue(samples, ours("call_duration_seconds_count"))).toBe(3);
  expect(findValue(samples, ours("lookup_duration_seconds_count"))).toBe(3);
});

test("session procedures, by result", async () => {
  await waitForValue("router_registered", { connection: "sessions" }, 1);
  call(`${PREFIX}login`, [], "user");
  await waitForValue("procedure_calls_total", { procedure: "login", result: "refused" }, 1);
});

test("uses, upkeep and sweeps", async () => {
  await waitFor("a use of the live session", async () =>
    (await scrape()).some(({ name, value }) => name === ours("touches_total") && value > 0),
  );
  await waitForValue("cookies", {}, 1);
  await waitFor(
    "a purge",
    async () => (findValue(await scrape(), ours("upkeep_runs_total"), { task: "purge" }) ?? 0) > 0,
  );
});

test("a logout ends the live session, and what it leaves behind can be seen", async () => {
  await sessions.sessions.logout({ value: values[0] ?? "" });
  await waitForValue("session_changes_total", { kind: "logout", reason: "logout" }, 1);
  await waitForValue("live_sessions_ended_total", { ...AT, reason: "revoked" }, 1);
  await waitForValue("live_sessions_told", AT, 1);
});

test("a lost link is a reconnect", async () => {
  for (const { link } of registrations.values()) link.socket.terminate();
  await waitFor("both to be back", async () => {
    const samples = await scrape();
    return ["authenticator", "sessions"].every(
      (connection) => findValue(samples, ours("router_reconnects_total"), { connection }) === 1,
    );
  });
});

describe("the dashboard", () => {
  test("has queries", () => {
    expect(readQueries().length).toBeGreaterThan(30);
  });

  test("every metric and every label that it names is there", async () => {
    const samples = await scrape();
    // The memory store has no limit, unlike any real one, and no near cache.
    const more = [{ name: ours("store_max_size_bytes"), labels: {}, value: 1 }, ...NEAR_CACHE_SAMPLES];
    expect(readQueries().flatMap((query) => findMissing(query, [...samples, ...more]))).toEqual([]);
  });

  test("the check sees what is missing", async () => {
    const samples = await scrape();
    const query = {
      panel: "x",
      legend: ["nobody"],
      expression: "sum by (nothing) (rate(nowhere{a='b'}[5m]))",
    };
    expect(findMissing(query, samples)).toEqual(["x: no metric nowhere"]);
    const known = { ...query, expression: `sum by (nothing) (rate(${ours("faults_total")}{a="b"}[5m]))` };
    expect(findMissing(known, samples)).toHaveLength(3);
    expect(() => findMissing({ ...query, expression: "sum(rate(x[5m])" }, samples)).toThrow("no PromQL");
  });

  test("shows every metric of ours", async () => {
    const all = await (await createMetrics()).describe();
    const shown = readQueries()
      .map(({ expression }) => expression)
      .join("\n");
    expect(all.map(({ name }) => name).filter((name) => !shown.includes(name))).toEqual([]);
  });
});

test("R-47 no value, user, oid or address is in a scrape or in the log", async () => {
  const text = await scrapeText();
  for (const value of values) {
    expect(text).not.toContain(value);
    expect(log.text()).not.toContain(value);
  }
  expect(text).not.toMatch(/joe|127\.0\.0\.1|[0-9a-f]{8}-[0-9a-f]{4}/);
  expect(log.text()).toContain('"event":"accepted"');
});
