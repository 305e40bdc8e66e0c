// Live connections on a real Crossbar with two realms: cookies end, and their clients are told to leave.
//
// Seen with Crossbar 26.10.1: `wamp.session.on_join` and `wamp.session.get` carry the authenticator's `extra` as
// `authextra`, our oid in it; a second `wamp.session.kill` of a session that ignored the first one gives
// `wamp.error.runtime_error`; its further calls go through unless an authorizer refuses them.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { WebSocket } from "ws";
import { createAuthenticator } from "../../src/authenticator/create-authenticator.js";
import type { RouterConfig } from "../../src/config/config.js";
import { createSteadyClock } from "../../src/lifetime/steady-clock.js";
import { createAuthorizer } from "../../src/live/authorize.js";
import { createLiveSessions, type LiveSessions } from "../../src/live/live-sessions.js";
import type { CookieFields } from "../../src/record/cookie.js";
import { makeCookieValue } from "../../src/record/cookie-value.js";
import { OID_KEY } from "../../src/record/oid-key.js";
import { createService, type Service } from "../../src/service/service.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { initCookieStore } from "../../src/store/lmdb/init-store.js";
import { openCookieStore } from "../../src/store/open-store.js";
import type { Endpoint } from "../../src/wamp/autobahn-types.js";
import { attachSessionRealm, type RealmAttachment } from "../../src/wamp/realm-attachment.js";
import { type Cfxdb, type CfxdbDatabase, cfxdbMissing, startCfxdb } from "../support/cfxdb.js";
import { type Crossbar, freePorts, startCrossbar } from "../support/crossbar.js";
import { crossbarMissing } from "../support/crossbar-cookie-node.js";
import { describeUnless } from "../support/crossbar-cookie-suite.js";
import {
  AUTHORIZER,
  BYSTANDER,
  COMPONENT,
  GUARDED_ROLE,
  type LiveNodePorts,
  liveNode,
  PREFIX,
  PROCEDURE,
  REALMS,
  USER_ROLE,
} from "../support/crossbar-live-node.js";
import { collectLog } from "../support/crossbar-log.js";
import { routerConfig } from "../support/crossbar-router.js";
import { waitFor } from "../support/wait-for.js";
import { type JoinOutcome, joinAs } from "../support/wamp-client.js";

type Welcome = Extract<JoinOutcome, { kind: "welcome" }>;

const MAX_SIZE_BYTES = 1_073_741_824;
/** What "at once" means (issue 5). */
const SOON_MS = 1000;
const [REALM_1, REALM_2] = REALMS;

describeUnless(crossbarMissing() ?? cfxdbMissing(), "live sessions on a real Crossbar", () => {
  const log = collectLog("trace");
  const secrets = new Set<string>();
  let directory: string;
  let ports: LiveNodePorts;
  let crossbar: Crossbar;
  let store: CookieStore;
  let service: Service;
  let cfxdb: Cfxdb;
  let theirs: CfxdbDatabase;
  let scenes: { readonly live: LiveSessions; readonly attachments: readonly RealmAttachment[] }[] = [];
  let joined: Welcome[] = [];
  let overdue: number[] = [];
  /** Runs between the authenticator's decision and its reply. */
  let beforeReply = async (): Promise<unknown> => undefined;

  const router = (changes: Partial<RouterConfig> = {}): RouterConfig =>
    routerConfig(ports.component, {
      name: "node",
      realm: REALM_1,
      procedure: PROCEDURE,
      login: { method: "ticket", authid: COMPONENT.authid, secret: COMPONENT.ticket },
      ...changes,
    });

  /** One instance of ours, watching both realms. */
  async function watch(
    changes: { readonly leaveTimeoutMs?: number; readonly guard?: boolean } = {},
  ): Promise<LiveSessions> {
    const live = createLiveSessions({
      reader: store.reader,
      clock: createSteadyClock(),
      rules: {
        maxLifetimeSeconds: undefined,
        idleSeconds: undefined,
        liveIsUse: true,
        leaveTimeoutNs: BigInt(changes.leaveTimeoutMs ?? 5000) * 1_000_000n,
      },
      checkIntervalMs: 100,
      uriPrefix: PREFIX,
      log: log.log,
      onOverdue: (_at, { session }) => overdue.push(session),
    });
    const attachments = REALMS.map((realm) => {
      const authorize = createAuthorizer({
        permissions: [{ uri: "com.example.", match: "prefix", allow: { call: true } }],
        callerRoles: ["trusted"],
        isEnded: (session) => live.isEnded({ router: "node", realm }, session),
        log: log.log,
      });
      const authorizer: Endpoint = (args, _kwargs, { caller_authrole: authrole }) =>
        authorize(args, { authrole });
      const echo: Endpoint = (args) => args[0];
      return attachSessionRealm({
        router: router(),
        realm: live.attach({ router: "node", realm }),
        procedures: { [AUTHORIZER]: authorizer, "com.example.echo": echo },
        log: log.log,
      });
    });
    for (const attachment of attachments) attachment.start();
    live.start();
    scenes.push({ live, attachments });
    await waitFor("both realms to be watched", () =>
      attachments.every(({ status }) => status.watching && status.registered),
    );
    return live;
  }

  async function stopWatching(): Promise<void> {
    for (const { live, attachments } of scenes) {
      await live.stop();
      for (const attachment of attachments) await attachment.unregister();
      for (const attachment of attachments) await attachment.stop();
    }
    scenes = [];
  }

  async function put(changes: Partial<CookieFields> = {}): Promise<{ value: string; oid: string }> {
    const value = makeCookieValue();
    const oid = crypto.randomUUID();
    secrets.add(value);
    await store.writer.write((transaction) =>
      transaction.put({
        oid,
        createdNs: BigInt(Date.now()) * 1_000_000n,
        maxAgeSeconds: 3600,
        name: "cbtid",
        value,
        authid: "joe",
        authrole: USER_ROLE,
        authmethod: "wampcra",
        authrealm: REALM_1,
        ...changes,
      }),
    );
    return { value, oid };
  }

  async function joinWith(value: string, realm: string): Promise<Welcome> {
    const outcome = await joinAs({ url: `ws://127.0.0.1:${ports.client}`, realm, ticket: value });
    if (outcome.kind !== "welcome") throw new Error(`not welcome: ${outcome.reason} ${outcome.message}`);
    joined.push(outcome);
    return outcome;
  }

  /** How it was ended, and how long after `act`. */
  async function endedBy(client: Welcome, act: () => Promise<unknown>) {
    await act();
    const begin = performance.now();
    const ending = await client.ended;
    return { ...ending, ms: performance.now() - begin };
  }

  const inView = (live: LiveSessions, oid: string) =>
    waitFor("the session in the view", () => live.sessionsOf(oid).length > 0);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "wca-live-"));
    const cookies = join(directory, "cookies");
    await initCookieStore(cookies);
    const [component = 0, client = 0] = await freePorts(2);
    ports = { component, client };
    crossbar = await startCrossbar({ nodeConfig: liveNode(ports), directory });
    store = await openCookieStore({ path: cookies, maxSizeBytes: MAX_SIZE_BYTES });
    cfxdb = await startCfxdb();
    theirs = await cfxdb.open(cookies);
    const authenticator = createAuthenticator({ reader: store.reader, log: log.log });
    service = createService({
      config: { routers: [router()], health: undefined },
      authenticator: {
        ...authenticator,
        async answer(args, caller) {
          const answer = await authenticator.answer(args, caller);
          await beforeReply();
          return answer;
        },
      },
      reader: store.reader,
      log: log.log,
    });
    await service.start();
    await waitFor("the authenticator", () => service.status().routers[0]?.registered === true);
  }, 120_000);

  afterEach(async () => {
    await stopWatching();
    await Promise.all(joined.map((client) => client.close()));
    joined = [];
    overdue = [];
    beforeReply = async () => undefined;
  });

  afterAll(async () => {
    await service?.stop();
    await store?.close();
    await cfxdb?.stop();
    await crossbar?.stop();
    rmSync(directory, { recursive: true, force: true });
    for (const secret of secrets) expect(log.text()).not.toContain(secret);
  }, 60_000);

  test("on_join and wamp.session.get carry our oid, and the welcome does", async () => {
    const { value, oid } = await put();
    const observer = await joinAs({
      url: `ws://127.0.0.1:${ports.component}`,
      realm: REALM_1,
      authid: COMPONENT.authid,
      ticket: COMPONENT.ticket,
    });
    if (observer.kind !== "welcome") throw new Error("the observer can't join");
    joined.push(observer);
    const events: unknown[] = [];
    await observer.session.subscribe("wamp.session.on_join", ([details]) => events.push(details));
    const client = await joinWith(value, REALM_1);
    const carries = { session: client.session.id, authid: "joe", authextra: { [OID_KEY]: oid } };
    expect(client.details.authextra).toMatchObject({ [OID_KEY]: oid });
    await waitFor("on_join", () => events.length > 0);
    expect(events[0]).toMatchObject(carries);
    expect(await observer.session.call("wamp.session.get", [client.session.id])).toMatchObject(carries);
  });

  test("another process deletes the record: its client is told at once, in both realms, and nobody else", async () => {
    await watch();
    const [first, second, other] = [await put(), await put({ authrealm: REALM_2 }), await put()];
    const one = await joinWith(first.value, REALM_1);
    const two = await joinWith(second.value, REALM_2);
    const stays = await joinWith(other.value, REALM_1);
    const ending = {
      kind: "goodbye",
      reason: `${PREFIX}ended.revoked`,
      text: expect.stringMatching(/ended/),
    };
    const firstEnd = await endedBy(one, () => theirs.delete(first.oid));
    const secondEnd = await endedBy(two, () => theirs.delete(second.oid));
    expect([firstEnd, secondEnd]).toMatchObject([ending, ending]);
    console.log(`told after ${firstEnd.ms.toFixed(0)} and ${secondEnd.ms.toFixed(0)} ms`);
    expect(Math.max(firstEnd.ms, secondEnd.ms)).toBeLessThan(SOON_MS);
    expect(stays.session.isOpen).toBe(true);
    await expect(joinWith(first.value, REALM_1)).rejects.toThrow("not welcome");
  });

  test("a deletion that we are told of needs no look at the version", async () => {
    const live = await watch();
    const { value, oid } = await put();
    const client = await joinWith(value, REALM_1);
    await inView(live, oid);
    await store.writer.write((transaction) => transaction.delete(oid));
    const { ms } = await endedBy(client, async () => live.changed([oid]));
    expect(ms).toBeLessThan(SOON_MS);
  });

  test("expiry and a change of role end it, each with its reason", async () => {
    await watch();
    const shortLived = await put({ maxAgeSeconds: 2 });
    const changed = await put();
    const expires = await joinWith(shortLived.value, REALM_1);
    const changes = await joinWith(changed.value, REALM_1);
    expect(
      await endedBy(changes, () =>
        store.writer.write((transaction) => {
          const cookie = transaction.findByOid(changed.oid);
          if (cookie === undefined) throw new Error("gone");
          transaction.put({ ...cookie.toFields(), authrole: GUARDED_ROLE });
        }),
      ),
    ).toMatchObject({ reason: `${PREFIX}ended.rights_changed` });
    expect(await expires.ended).toMatchObject({ reason: `${PREFIX}ended.expired` });
  });

  test("what happened while nobody watched is found at the attach", async () => {
    const [gone, kept] = [await put(), await put()];
    const client = await joinWith(gone.value, REALM_1);
    const stays = await joinWith(kept.value, REALM_1);
    await theirs.delete(gone.oid);
    expect(client.session.isOpen).toBe(true);
    const live = await watch();
    expect(await client.ended).toMatchObject({ reason: `${PREFIX}ended.revoked` });
    expect(live.sessionsOf(kept.oid)).toMatchObject([{ session: { session: stays.session.id } }]);
    expect(stays.session.isOpen).toBe(true);
  });

  test("a cookie that ends between our answer and the join: its client is told when it has joined", async () => {
    await watch();
    const { value, oid } = await put();
    beforeReply = () => theirs.delete(oid);
    const client = await joinWith(value, REALM_1);
    expect(await client.ended).toMatchObject({ reason: `${PREFIX}ended.revoked` });
  });

  test("our own link ends: the view is made anew, and what happened meanwhile is found", async () => {
    const live = await watch();
    const [gone, kept] = [await put(), await put()];
    const client = await joinWith(gone.value, REALM_1);
    const stays = await joinWith(kept.value, REALM_1);
    await inView(live, gone.oid);
    await inView(live, kept.oid);
    const admin = await joinAs({
      url: `ws://127.0.0.1:${ports.component}`,
      realm: REALM_1,
      authid: COMPONENT.authid,
      ticket: COMPONENT.ticket,
    });
    if (admin.kind !== "welcome") throw new Error("the administrator can't join");
    joined.push(admin);
    const attached = log.saying("watching the sessions of the realm").length;
    // Ours are those of the component, but for the one that asks. The authenticator's own comes back as well.
    for (const id of (await admin.session.call("wamp.session.list")) as number[]) {
      const { authid } = (await admin.session.call("wamp.session.get", [id])) as { readonly authid: string };
      if (authid === COMPONENT.authid && id !== admin.session.id)
        await admin.session.call("wamp.session.kill", [id], { reason: "com.example.restart" });
    }
    await theirs.delete(gone.oid);
    expect(await client.ended).toMatchObject({ reason: `${PREFIX}ended.revoked` });
    await waitFor(
      "the second watch",
      () => log.saying("watching the sessions of the realm").length > attached,
    );
    expect(live.sessionsOf(kept.oid)).toMatchObject([{ session: { session: stays.session.id } }]);
    await waitFor("the authenticator", () => service.status().routers[0]?.registered === true);
  });

  test("two instances both tell it, and neither takes the other's word for a fault", async () => {
    await watch();
    await watch();
    const { value, oid } = await put();
    const client = await joinWith(value, REALM_1);
    const before = log.saying("a live session can't be ended: the router doesn't take it").length;
    expect(await endedBy(client, () => theirs.delete(oid))).toMatchObject({ kind: "goodbye" });
    await waitFor("both views to be without it", () =>
      scenes.every(({ live }) => live.sessionsOf(oid).length === 0),
    );
    expect(log.saying("a live session can't be ended: the router doesn't take it")).toHaveLength(before);
  });

  test("a client that ignores GOODBYE is found out once, also by an instance that comes later; the authorizer stops it", async () => {
    const live = await watch({ leaveTimeoutMs: 500 });
    const { value, oid } = await put({ authrole: GUARDED_ROLE });
    const deaf = await joinDeaf(`ws://127.0.0.1:${ports.client}`, REALM_1, value);
    await inView(live, oid);
    expect(await deaf.call("com.example.echo", ["hello"])).toMatchObject([
      50,
      expect.any(Number),
      {},
      ["hello"],
    ]);
    expect(await deaf.call("com.other.echo", [])).toMatchObject({ 0: 8, 4: "wamp.error.not_authorized" });

    await theirs.delete(oid);
    await waitFor("GOODBYE", () => deaf.heardGoodbye());
    expect(await deaf.call("com.example.echo", ["hello"])).toMatchObject({
      0: 8,
      4: "wamp.error.not_authorized",
    });
    await waitFor("the alarm", () => overdue.length > 0);
    expect(live.status()).toMatchObject([
      { realm: REALM_1, told: 1, overdue: 1 },
      { realm: REALM_2, told: 0 },
    ]);
    // As after a restart of ours: the second kill fails on Crossbar, and the alarm is raised all the same.
    await stopWatching();
    await watch({ leaveTimeoutMs: 500 });
    await waitFor("the second alarm", () => overdue.length > 1);
    expect(overdue).toEqual([deaf.session, deaf.session]);
    deaf.cut();
    await waitFor("its end", () => scenes[0]?.live.sessionsOf(oid).length === 0);
  });

  test("a role without the permissions: the log says which, and nobody is told anything", async () => {
    const live = createLiveSessions({
      reader: store.reader,
      clock: createSteadyClock(),
      rules: { maxLifetimeSeconds: undefined, idleSeconds: undefined, liveIsUse: true, leaveTimeoutNs: 1n },
      checkIntervalMs: 100,
      uriPrefix: PREFIX,
      log: log.log,
    });
    const attachment = attachSessionRealm({
      router: router({ login: { method: "ticket", authid: BYSTANDER.authid, secret: BYSTANDER.ticket } }),
      realm: live.attach({ router: "node", realm: REALM_1 }),
      procedures: {},
      log: log.log,
    });
    scenes.push({ live, attachments: [attachment] });
    attachment.start();
    const lines = () => log.saying("the router doesn't tell who is joined");
    await waitFor("the refusal, twice", () => lines().length >= 2);
    expect(lines()[0]).toMatchObject({
      uri: "wamp.error.not_authorized",
      hint: expect.stringContaining("wamp.session.kill"),
    });
    expect(attachment.status).toMatchObject({ state: "joined", watching: false });
  });
});

interface DeafClient {
  readonly session: number;
  call(procedure: string, args: readonly unknown[]): Promise<readonly unknown[]>;
  heardGoodbye(): boolean;
  cut(): void;
}

/** A client that never answers GOODBYE. */
function joinDeaf(url: string, realm: string, ticket: string): Promise<DeafClient> {
  const socket = new WebSocket(url, ["wamp.2.json"]);
  const send = (message: readonly unknown[]): void => socket.send(JSON.stringify(message));
  const answers = new Map<number, (answer: readonly unknown[]) => void>();
  let goodbyes = 0;
  let request = 0;
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("open", () =>
      send([1, realm, { roles: { caller: {} }, authmethods: ["ticket"], authid: "joe" }]),
    );
    socket.on("message", (data) => {
      const message = JSON.parse(data.toString()) as readonly unknown[];
      if (message[0] === 4) send([5, ticket, {}]);
      if (message[0] === 3) reject(new Error(`refused: ${data.toString()}`));
      if (message[0] === 6) goodbyes += 1;
      if (message[0] === 50) answers.get(message[1] as number)?.(message);
      if (message[0] === 8) answers.get(message[2] as number)?.(message);
      if (message[0] !== 2) return;
      resolve({
        session: message[1] as number,
        heardGoodbye: () => goodbyes > 0,
        cut: () => socket.terminate(),
        call(procedure, args) {
          request += 1;
          const id = request;
          return new Promise((answer) => {
            answers.set(id, answer);
            send([48, id, {}, procedure, args]);
          });
        },
      });
    });
  });
}
