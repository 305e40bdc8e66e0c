// The session part of the component on scripted routers: what it registers, to whom events go, what a fault says.

import { afterEach, describe, expect, test } from "@jest/globals";
import type { SessionsConfig } from "../../src/config/config.js";
import { createSteadyClock } from "../../src/lifetime/steady-clock.js";
import { PROCEDURE_NAMES } from "../../src/procedures/procedure-names.js";
import { createSessionService, type SessionService } from "../../src/service/session-service.js";
import { DEFAULT_SESSION_POLICY } from "../../src/session/session-policy.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { collectLog } from "../support/crossbar-log.js";
import { routerConfig } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";
import { type FakeRouter, type Script, startFakeRouter, type WampMessage } from "../wamp/fake-router.js";

const PREFIX = "com.example.session.";
const CONFIG: SessionsConfig = {
  mode: "exclusive",
  prefix: PREFIX,
  roles: new Map([["backend", ["login", "get_user"]]]),
  everyRealm: [],
  policy: DEFAULT_SESSION_POLICY,
  liveIsUse: true,
  purgeIntervalMs: undefined,
  sweepIntervalMs: 60_000,
  checkIntervalMs: 60_000,
  leaveTimeoutMs: 5000,
  events: true,
  authorizer: undefined,
};

const [PUBLISH, SUBSCRIBE, CALL, REGISTER, UNREGISTER] = [16, 32, 48, 64, 66];
const LOGIN = { authid: "joe", authrole: "user", authrealm: "realm1" };
const OID = "00000000-0000-4000-8000-000000000001";

let routers: FakeRouter[] = [];
let service: SessionService | undefined;

afterEach(async () => {
  await service?.unregister();
  await service?.stop();
  await Promise.all(routers.map((router) => router.close()));
  service = undefined;
  routers = [];
});

/** A broker and a dealer as far as they are needed; nobody is joined. */
const script: Script = ([type, request], link) => {
  if (type === PUBLISH) link.send([17, request, 1]);
  else if (type === SUBSCRIBE) link.send([33, request, request]);
  else if (type === CALL) link.send([50, request, {}, [[]]]);
  else return false;
  return true;
};

const messages = (router: FakeRouter | undefined, type: number | undefined): readonly WampMessage[] =>
  router?.received().filter((message) => message[0] === type) ?? [];

/** Topic and arguments of what has been published. */
const published = (router: FakeRouter | undefined) =>
  messages(router, PUBLISH).map(([, , , topic, , kwargs]) => ({ topic, kwargs }));

/** A service with a router for each realm, attached to all. */
async function start(changes: Partial<SessionsConfig> = {}, realms = ["realm1"], store?: CookieStore) {
  const log = collectLog();
  const { log: target } = log;
  const made = await Promise.all(realms.map(() => startFakeRouter(script)));
  routers = [...made, ...routers];
  service = createSessionService({
    config: { ...CONFIG, ...changes },
    // A router of its own for each realm, so that a test can tell them apart.
    routers: realms.map((realm, index) =>
      routerConfig(0, {
        name: realm,
        url: made[index]?.url ?? "",
        sessionRealms: [realm],
        login: { method: "anonymous" },
        serializers: ["json"],
      }),
    ),
    store: store ?? createMemoryStore(),
    clock: createSteadyClock(),
    log: target,
    repeatLimit: { limit: 10, windowMs: 60_000 },
  });
  service.start();
  const running = service;
  await waitFor("all realms", () =>
    running.status().realms.every(({ registered, watching }) => registered && watching),
  );
  return { log, service: running };
}

const registrations = (router: FakeRouter | undefined) =>
  messages(router, REGISTER).map((message) => message[3]);

describe("createSessionService", () => {
  test("registers all procedures in each realm, and the authorizer only if it is configured", async () => {
    await start({}, ["realm1", "realm2"]);
    const uris = PROCEDURE_NAMES.map((name) => PREFIX + name).sort();
    for (const router of routers) expect([...registrations(router)].sort()).toEqual(uris);
    await service?.stop();
    await start({ authorizer: { permissions: [] } });
    expect(registrations(routers[0])).toContain(`${PREFIX}authorize`);
  });

  test("says of which realms it knows who is joined", async () => {
    const { service: running } = await start({}, ["realm1", "realm2"]);
    expect(running.status()).toMatchObject({
      realms: [
        { router: "realm1", realm: "realm1", state: "joined", registered: true, watching: true },
        { router: "realm2", realm: "realm2", state: "joined", registered: true, watching: true },
      ],
      live: [
        { realm: "realm1", sessions: 0 },
        { realm: "realm2", sessions: 0 },
      ],
    });
  });

  test("an event goes to the realm of its session, and to realms that manage all", async () => {
    const realms = ["realm1", "realm2", "realm3"];
    const { service: running } = await start({ everyRealm: ["realm3"] }, realms);
    const { session, value } = await running.sessions.login(LOGIN);
    const { oid } = session;
    await running.sessions.login({ ...LOGIN, authrealm: "realm2" });
    await waitFor(
      "the events",
      () => published(routers[2]).length === 2 && published(routers[1]).length === 1,
    );
    const expected = {
      topic: `${PREFIX}on_login`,
      kwargs: { oid, authid: "joe", authrealm: "realm1", reason: "login", time: expect.any(Number) },
    };
    expect(published(routers[0])).toEqual([expected]);
    expect(published(routers[1])).toMatchObject([{ kwargs: { authrealm: "realm2" } }]);
    expect(published(routers[2])).toHaveLength(2);
    expect(JSON.stringify(routers.map((router) => router.received()))).not.toContain(value);
  });

  test("without events nothing is published", async () => {
    const { service: running } = await start({ events: false });
    const { session } = await running.sessions.login(LOGIN);
    await running.sessions.logout({ oid: session.oid });
    await running.unregister();
    // UNREGISTER went out on the same link, after whatever would have been published.
    expect(messages(routers[0], UNREGISTER)).toHaveLength(PROCEDURE_NAMES.length);
    expect(messages(routers[0], PUBLISH)).toEqual([]);
  });

  test("a use that can't be stored is said once, and again after one that could", async () => {
    const store = createMemoryStore();
    let isFull = true;
    const failing: CookieStore = {
      ...store,
      writer: {
        write: (change) => (isFull ? Promise.reject(new Error("s3cret")) : store.writer.write(change)),
      },
    };
    const policy = { ...DEFAULT_SESSION_POLICY, touchSeconds: 0 };
    const { log, service: running } = await start({ policy }, ["realm1"], failing);
    isFull = false;
    const oids: string[] = [];
    for (let count = 0; count < 4; count++) {
      oids.push((await running.sessions.login({ ...LOGIN, authid: `user-${count}` })).session.oid);
    }
    const said = () => log.saying("the last use of a session can't be stored");
    const use = (index: number): void =>
      running.used({ oid: oids[index] ?? OID, peer: "192.0.2.7", userAgent: undefined });
    isFull = true;
    use(0);
    await waitFor("the first fault", () => said().length === 1);
    use(1);
    await waitFor("the second fault", () => said().length === 2);
    isFull = false;
    use(2);
    await waitFor(
      "a use",
      async () => (await store.reader.findUsed({ oid: oids[2] ?? "" }))?.use !== undefined,
    );
    isFull = true;
    use(3);
    await waitFor("the third fault", () => said().length === 3);
    expect(said().map(({ level, code, oid }) => ({ level, code, oid }))).toEqual([
      { level: "warn", code: "unknown", oid: oids[0] },
      { level: "debug", code: "unknown", oid: oids[1] },
      { level: "warn", code: "unknown", oid: oids[3] },
    ]);
    expect(log.text()).not.toContain("s3cret");
  });

  test("a use of a session that is gone is nothing", async () => {
    const { log, service: running } = await start();
    running.used({ oid: OID, peer: undefined, userAgent: undefined });
    await running.unregister();
    await running.stop();
    expect(log.saying("the last use of a session can't be stored")).toEqual([]);
  });
});

describe("another configuration while it runs", () => {
  const [ERROR, INVOCATION, YIELD] = [8, 68, 70];
  const repeatLimit = { limit: 10, windowMs: 60_000 };
  const routersOf = (...realms: readonly string[]) => [
    routerConfig(0, {
      name: "realm1",
      url: routers[0]?.url ?? "",
      sessionRealms: realms,
      login: { method: "anonymous" },
      serializers: ["json"],
    }),
  ];

  test("a role is given a procedure: the registration stays, the next call is answered", async () => {
    const { log, service: running } = await start();
    const { registration } = log.lines().find(({ procedure }) => procedure === `${PREFIX}stats`) ?? {};
    const call = (id: number): void =>
      routers[0]
        ?.last()
        .send([INVOCATION, id, registration, { caller: 1, caller_authrole: "backend" }, [], {}]);
    call(1);
    await waitFor("a refusal", () => messages(routers[0], ERROR).length === 1);
    const before = messages(routers[0], REGISTER).length;
    const roles = new Map([["backend", ["stats"]]]) as SessionsConfig["roles"];
    await running.configure({ config: { ...CONFIG, roles }, routers: routersOf("realm1"), repeatLimit });
    call(2);
    await waitFor("a result", () => messages(routers[0], YIELD).length === 1);
    expect(messages(routers[0], REGISTER)).toHaveLength(before);
    expect(routers[0]?.links()).toBe(1);
  });

  test("rules of sessions are those of the next call, with a limit that is new", async () => {
    const { service: running } = await start();
    await running.sessions.login(LOGIN);
    const policy = { ...CONFIG.policy, perUser: { limit: 1, beyond: "refuse" as const } };
    await running.configure({ config: { ...CONFIG, policy }, routers: routersOf("realm1"), repeatLimit });
    await expect(running.sessions.login(LOGIN)).rejects.toMatchObject({ code: "ERR_SESSION_LIMIT" });
  });

  test("realms come and go", async () => {
    const { service: running } = await start();
    const realms = () => running.status().realms.map(({ realm, watching }) => [realm, watching]);
    await running.configure({ config: CONFIG, routers: routersOf("realm1", "realm2"), repeatLimit });
    await waitFor("the new realm", () => realms().every(([, watching]) => watching));
    expect(realms().map(([realm]) => realm)).toEqual(["realm1", "realm2"]);
    await running.configure({ config: CONFIG, routers: routersOf("realm2"), repeatLimit });
    expect(realms()).toEqual([["realm2", true]]);
    expect(running.status().live.map(({ realm }) => realm)).toEqual(["realm2"]);
  });
});
