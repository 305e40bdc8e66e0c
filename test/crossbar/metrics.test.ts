// Observed on a real Crossbar: the executable's metrics, its audit log, and the dashboard held against its scrape.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { makeCookieValue } from "../../src/record/cookie-value.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import { type SessionsInstance, startExecutable } from "../support/crossbar-sessions-component.js";
import {
  COOKIE_NAME,
  PREFIX,
  PROCEDURE,
  REALMS,
  sessionsNode,
  ticketOf,
  USER_ROLE,
} from "../support/crossbar-sessions-node.js";
import { findMissing, NEAR_CACHE_SAMPLES, readQueries } from "../support/dashboard.js";
import { findValue, parseScrape, type Sample } from "../support/scrape.js";
import { waitFor } from "../support/wait-for.js";
import { type JoinOutcome, joinAs } from "../support/wamp-client.js";

const [REALM] = REALMS;
type Welcome = Extract<JoinOutcome, { kind: "welcome" }>;
type Line = Readonly<Record<string, unknown>>;

describeUnless(crossbarMissing(), "observed, on a real Crossbar", () => {
  let directory: string;
  let crossbar: Crossbar;
  let component: SessionsInstance;
  let backend: Welcome;
  let port = 0;
  let clientUrl = "";
  let oid = "";
  /** Every cookie value and password of the run. */
  const secrets = new Set<string>();
  const scrapes: string[] = [];

  const ours = (name: string): string => `wamp_cookie_authenticator_${name}`;
  const scrape = async (): Promise<Sample[]> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    scrapes.push(text);
    return parseScrape(text);
  };
  const readValue = async (name: string, labels: Readonly<Record<string, string>> = {}) =>
    findValue(await scrape(), ours(name), labels);
  const lines = (): Line[] =>
    component
      .log()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  const joinWith = (value: string): Promise<JoinOutcome> => {
    secrets.add(value);
    return joinAs({ url: clientUrl, realm: REALM, ticket: value });
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "wca-metrics-"));
    const cookies = join(directory, "cookies");
    await initCookieStore(cookies);
    const [componentPort = 0, client = 0, health = 0] = await freePorts(3);
    clientUrl = `ws://127.0.0.1:${client}`;
    port = health;
    const nodeConfig = sessionsNode({ component: componentPort, client }, cookies);
    crossbar = await startCrossbar({ nodeConfig, directory });
    const secret = ticketOf("authenticator");
    secrets.add(secret);
    const file = join(directory, "config.json");
    const config = {
      store: { path: "cookies" },
      cookie: { name: COOKIE_NAME },
      routers: [
        {
          name: "node",
          url: `ws://127.0.0.1:${componentPort}`,
          realm: REALM,
          auth: { method: "ticket", authid: "authenticator", secret },
          procedure: PROCEDURE,
          sessionRealms: REALMS,
          reconnect: { min: 0.1, max: 0.5 },
        },
      ],
      sessions: {
        mode: "shared",
        prefix: PREFIX,
        roles: { backend: ["login", "logout", "purge"] },
        sweepInterval: 1,
        purgeInterval: 60,
      },
      health: { port: health },
      metrics: { port: health },
      // Every line that there is, so that a value would show up.
      log: { level: "trace", audit: true },
    };
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    component = startExecutable(file, health);
    await waitFor("the component", () => component.isReady());
    const joined = await joinAs({
      url: `ws://127.0.0.1:${componentPort}`,
      realm: REALM,
      authid: "backend",
      ticket: ticketOf("backend"),
    });
    if (joined.kind !== "welcome") throw new Error(`not welcome: ${joined.reason}`);
    backend = joined;
  }, 120_000);

  afterAll(async () => {
    await backend?.close();
    await component?.stop();
    await crossbar?.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  test("health and metrics are on one port", async () => {
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    expect((await get("/healthz")).status).toBe(200);
    const page = await get("/metrics");
    expect(page.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  test("a login, a join with it, and its end are counted", async () => {
    const user = { authid: "joe", authrole: USER_ROLE };
    const issued = (await backend.session.call(`${PREFIX}login`, [], user)) as Line;
    const value = String(issued.value);
    oid = String(issued.oid);
    const client = await joinWith(value);
    expect(client.kind).toBe("welcome");
    await waitFor(
      "the live session",
      async () => (await readValue("live_sessions_with_cookie", { realm: REALM })) === 1,
    );
    await backend.session.call(`${PREFIX}logout`, [], { oid });
    await waitFor(
      "its end",
      async () => (await readValue("live_sessions_ended_total", { realm: REALM, reason: "revoked" })) === 1,
    );
    await waitFor(
      "it to be gone",
      async () => (await readValue("live_sessions_with_cookie", { realm: REALM })) === 0,
    );
    const samples = await scrape();
    const expected: [string, Readonly<Record<string, string>>, number][] = [
      ["decisions_total", { outcome: "accepted" }, 1],
      ["session_changes_total", { kind: "login" }, 1],
      ["session_changes_total", { kind: "logout", reason: "logout" }, 1],
      ["procedure_calls_total", { procedure: "login", result: "done" }, 1],
      ["router_joined", { connection: "authenticator", router: "node" }, 1],
      ["router_registered", { connection: "sessions", realm: REALMS[1] }, 1],
      ["live_sessions_overdue", { realm: REALM }, 0],
      ["store_up", {}, 1],
      ["store_info", { engine: "lmdb-js", format: "0.9" }, 1],
    ];
    for (const [name, labels, value] of expected) {
      expect([name, labels, findValue(samples, ours(name), labels)]).toEqual([name, labels, value]);
    }
    const used = findValue(samples, ours("store_used_bytes")) ?? 0;
    expect(used).toBeGreaterThan(0);
    expect(findValue(samples, ours("store_max_size_bytes"))).toBeGreaterThan(used);
  });

  test("refusals are counted by reason", async () => {
    expect((await joinWith(makeCookieValue())).kind).toBe("abort");
    expect((await joinWith("no cookie value")).kind).toBe("abort");
    const samples = await scrape();
    expect(findValue(samples, ours("decisions_total"), { reason: "cookie-unknown" })).toBe(1);
    expect(findValue(samples, ours("decisions_total"), { reason: "value-malformed" })).toBe(1);
    expect(findValue(samples, ours("call_duration_seconds_count"))).toBe(3);
    expect(findValue(samples, ours("lookup_duration_seconds_count"))).toBe(2);
  });

  test("R-54 one audit line for each decision: who, as whom, from where, why, how long", () => {
    const took = {
      tookMs: expect.any(Number),
      peer: expect.stringMatching(/^tcp4:127\.0\.0\.1:/),
      realm: REALM,
    };
    const decisions = lines().filter(({ event }) => event === "accepted" || event === "denied");
    const cookie = expect.stringMatching(/^[0-9a-f]{12}$/);
    expect(decisions).toEqual([
      expect.objectContaining({
        event: "accepted",
        level: "info",
        oid,
        authid: "joe",
        authrole: USER_ROLE,
        cookie,
        ...took,
      }),
      expect.objectContaining({ event: "denied", reason: "cookie-unknown", cookie, ...took }),
      expect.objectContaining({ event: "denied", reason: "value-malformed", ...took }),
    ]);
  });

  test("the dashboard asks for nothing that isn't there", async () => {
    await waitFor("a sweep", async () => (await readValue("cookies")) !== undefined);
    const samples = await scrape();
    expect(readQueries().flatMap((query) => findMissing(query, [...samples, ...NEAR_CACHE_SAMPLES]))).toEqual(
      [],
    );
  });

  test("R-47 of all secrets of the run none is in the log or in a scrape; no user and no address in a scrape", () => {
    expect(secrets.size).toBe(4);
    for (const secret of secrets) {
      expect(component.log()).not.toContain(secret);
      expect(scrapes.join("")).not.toContain(secret);
    }
    expect(component.log().length).toBeGreaterThan(1000);
    expect(scrapes.join("")).not.toMatch(/joe|127\.0\.0\.1/);
    expect(scrapes.join("")).not.toContain(oid);
  });
});
