// Live sessions over a store in memory, a killer of paper and a clock that the test sets.

import { afterEach, describe, expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { createSteadyClock } from "../../src/lifetime/steady-clock.js";
import type { LiveRealm } from "../../src/live/live-realm.js";
import {
  createLiveSessions,
  type LiveSessions,
  type LiveSessionsOptions,
} from "../../src/live/live-sessions.js";
import type { KillSession } from "../../src/live/session-killer.js";
import type { CookieFields } from "../../src/record/cookie.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { collectLog } from "../support/crossbar-log.js";
import { waitFor } from "../support/wait-for.js";
import { BEGIN_NS, fieldsOf, liveOf, oidOf, RULES, SECOND_NS } from "./live-scene.js";

const PREFIX = "com.example.session.";
const AT = { router: "node", realm: "realm1" } as const;

let lives: LiveSessions[] = [];

afterEach(async () => {
  await Promise.all(lives.map((live) => live.stop()));
  lives = [];
});

function scene(changes: Partial<LiveSessionsOptions> = {}, kill?: KillSession) {
  const store: CookieStore = createMemoryStore();
  const log = collectLog();
  const kills: { session: number; reason: string }[] = [];
  const overdue: number[] = [];
  const used: (readonly string[])[] = [];
  let nowNs = BEGIN_NS + SECOND_NS;
  const live = createLiveSessions({
    reader: store.reader,
    clock: createSteadyClock(() => nowNs),
    rules: RULES,
    checkIntervalMs: 10,
    uriPrefix: PREFIX,
    log: log.log,
    onOverdue: (_at, { session }) => overdue.push(session),
    onUsed: (cookies) => used.push(cookies.map(({ cookie }) => cookie.oid)),
    ...changes,
  });
  lives.push(live);
  const realm = live.attach(AT);
  const recordKill: KillSession = async (session, reason, message) => {
    kills.push({ session, reason });
    return kill === undefined ? "told" : kill(session, reason, message);
  };
  return {
    store,
    log,
    live,
    realm,
    kills,
    overdue,
    used,
    attach: () => realm.attached(recordKill),
    put: (n: number, fields: Partial<CookieFields> = {}) =>
      store.writer.write((transaction) => transaction.put(fieldsOf(n, fields))),
    remove: (n: number) => store.writer.write((transaction) => transaction.delete(oidOf(n))),
    pass: (seconds: number) => {
      nowNs += BigInt(seconds) * SECOND_NS;
    },
  };
}

const list = (realm: LiveRealm, ...ns: number[]): void =>
  realm.listed(
    new Set(ns.map((n) => 1000 + n)),
    ns.map((n) => liveOf(n)),
  );

describe("a session ends when", () => {
  test("it joins with a cookie that is gone", async () => {
    const { attach, realm, kills, live } = scene();
    attach();
    realm.joined(liveOf(1));
    await waitFor("the kill", () => kills.length > 0);
    expect(kills).toEqual([{ session: 1001, reason: `${PREFIX}ended.revoked` }]);
    expect(live.status()).toMatchObject([{ ...AT, isAttached: true, sessions: 1, withCookie: 1, told: 1 }]);
  });

  test("it is in the list, and its cookie isn't in the store", async () => {
    const { attach, realm, kills, put } = scene();
    await put(1);
    attach();
    list(realm, 1, 2);
    await waitFor("the kill", () => kills.length > 0);
    expect(kills.map(({ session }) => session)).toEqual([1002]);
  });

  test("we are told that its cookie changed, and nobody else's is looked at", async () => {
    const asked: string[] = [];
    const store = createMemoryStore();
    const reader: LiveSessionsOptions["reader"] = {
      ...store.reader,
      findUsed: (key) => {
        if ("oid" in key) asked.push(key.oid);
        return store.reader.findUsed(key);
      },
    };
    const { attach, realm, kills, live } = scene({ reader });
    await store.writer.write((transaction) => [1, 2, 3].map((n) => transaction.put(fieldsOf(n))));
    attach();
    list(realm, 1, 2, 3);
    await waitFor("the first pass", () => asked.length === 3);
    await store.writer.write((transaction) => transaction.delete(oidOf(2)));
    live.changed([oidOf(2), oidOf(9)]);
    await waitFor("the kill", () => kills.length > 0);
    expect(kills.map(({ session }) => session)).toEqual([1002]);
    expect(asked.slice(3)).toEqual([oidOf(2)]);
  });

  test("the store's version changes, whoever wrote", async () => {
    const { attach, realm, kills, live, put, remove } = scene();
    await put(1);
    await put(2);
    attach();
    list(realm, 1, 2);
    live.start();
    await remove(1);
    await waitFor("the kill", () => kills.length > 0);
    expect(kills).toEqual([{ session: 1001, reason: `${PREFIX}ended.revoked` }]);
  });

  test("its time is over, though nothing was written", async () => {
    const { attach, realm, kills, live, put, pass } = scene();
    await put(1, { maxAgeSeconds: 10 });
    await put(2, { maxAgeSeconds: 1000 });
    attach();
    list(realm, 1, 2);
    live.start();
    pass(20);
    await waitFor("the kill", () => kills.length > 0);
    expect(kills).toEqual([{ session: 1001, reason: `${PREFIX}ended.expired` }]);
  });
});

describe("with a store over a network that tells what has changed", () => {
  /** The store in memory, with promises, and with a list of what was changed. */
  function telling() {
    const store = createMemoryStore();
    const changes: string[] = [];
    const asked: string[] = [];
    const underWay = { now: 0, most: 0 };
    let isBroken = false;
    const reader: LiveSessionsOptions["reader"] = {
      version: async () => String(changes.length),
      changesSince: async (version) => ({
        oids: changes.slice(Number(version)),
        version: String(changes.length),
      }),
      findUsed: async (key) => {
        if ("oid" in key) asked.push(key.oid);
        underWay.now += 1;
        underWay.most = Math.max(underWay.most, underWay.now);
        await null;
        underWay.now -= 1;
        if (isBroken) throw new CookieAuthenticatorError("ERR_STORE_UNAVAILABLE", "no server");
        return store.reader.findUsed(key);
      },
    };
    const remove = async (n: number): Promise<void> => {
      await store.writer.write((transaction) => transaction.delete(oidOf(n)));
      changes.push(oidOf(n));
    };
    const setBroken = (value: boolean): void => {
      isBroken = value;
    };
    const fill = (ns: readonly number[]) =>
      store.writer.write((transaction) => ns.map((n) => transaction.put(fieldsOf(n))));
    return { reader, asked, underWay, remove, setBroken, fill };
  }
  const numbers = Array.from({ length: 40 }, (_, n) => n);

  test("only the changed cookies are looked at again, and many are looked up together", async () => {
    const { reader, asked, underWay, remove, fill } = telling();
    const { attach, realm, kills, live } = scene({ reader });
    await fill(numbers);
    attach();
    list(realm, ...numbers);
    live.start();
    await waitFor("the first pass", () => asked.length >= 40);
    // The first may be found by a pass over all that begins with the watching.
    const looks: number[] = [];
    for (const n of [7, 8, 9]) {
      const before = asked.length;
      await remove(n);
      await waitFor("the kill", () => kills.some(({ session }) => session === 1000 + n));
      looks.push(asked.length - before);
    }
    expect(kills.map(({ session }) => session)).toEqual([1007, 1008, 1009]);
    expect(Math.min(...looks)).toBe(1);
    expect(underWay.most).toBe(40);
  });

  test("what changed while the store was at fault is found afterwards", async () => {
    const { reader, asked, remove, setBroken, fill } = telling();
    const { attach, realm, kills, live } = scene({ reader });
    await fill(numbers);
    attach();
    list(realm, ...numbers);
    live.start();
    await waitFor("the first pass", () => asked.length >= 40);
    setBroken(true);
    const before = asked.length;
    await remove(3);
    await waitFor("a look-up that fails", () => asked.length > before);
    setBroken(false);
    await waitFor("the kill", () => kills.length > 0);
    expect(kills.map(({ session }) => session)).toEqual([1003]);
  });
});

test("two realms and two routers are each told by their own link", async () => {
  const { attach, realm, kills, live } = scene();
  const others: number[] = [];
  const other = live.attach({ router: "node", realm: "realm2" });
  other.attached(async (session) => {
    others.push(session);
    return "told";
  });
  attach();
  realm.joined(liveOf(1));
  other.joined(liveOf(2));
  await waitFor("both", () => kills.length === 1 && others.length === 1);
  expect([kills[0]?.session, others[0]]).toEqual([1001, 1002]);
});

describe("a fault of the store", () => {
  const broken = (): never => {
    throw new CookieAuthenticatorError("ERR_STORE_NOT_FOUND", "no database there");
  };

  test("ends nobody, is said once, and the next pass goes on", async () => {
    const store = createMemoryStore();
    let isBroken = true;
    let asked = 0;
    const { attach, realm, kills, live, log } = scene({
      reader: {
        ...store.reader,
        version: () => (isBroken ? broken() : store.reader.version()),
        findUsed: (key) => {
          asked += 1;
          return isBroken ? broken() : store.reader.findUsed(key);
        },
      },
    });
    attach();
    list(realm, 1);
    live.start();
    await waitFor("some tries", () => asked >= 5);
    expect(kills).toEqual([]);
    expect(log.lines().filter(({ level }) => level === "error")).toMatchObject([
      { code: "ERR_STORE_NOT_FOUND" },
    ]);
    isBroken = false;
    await waitFor("the kill", () => kills.length > 0);
  });

  test("on a server, nobody there to be looked up: said by the store alone, though passes go on", async () => {
    const fault = new CookieAuthenticatorError("ERR_STORE_UNAVAILABLE", "no server");
    let asked = 0;
    const version = async (): Promise<never> => {
      asked += 1;
      throw fault;
    };
    const { reader } = createMemoryStore();
    const { attach, realm, live, log } = scene({ reader: { ...reader, version, knownFault: () => fault } });
    attach();
    live.start();
    for (let pass = 0; pass < 3; pass += 1) {
      const before = asked;
      list(realm);
      await waitFor("a pass and a look", () => asked >= before + 2);
    }
    expect(log.saying("live sessions can't be checked").length).toBeGreaterThan(0);
    expect(log.lines().filter(({ level }) => level === "error")).toEqual([]);
  });

  test("full passes without cookies don't make the same fault new", async () => {
    let asked = 0;
    const version = async (): Promise<never> => {
      asked += 1;
      throw new CookieAuthenticatorError("ERR_STORE_TIMEOUT", "too slow");
    };
    const { reader } = createMemoryStore();
    // The store itself knows of no fault: then it is said here.
    const { attach, realm, live, log } = scene({ reader: { ...reader, version } });
    attach();
    live.start();
    for (let pass = 0; pass < 4; pass += 1) {
      const before = asked;
      list(realm);
      await waitFor("a pass and some looks", () => asked >= before + 4);
    }
    expect(log.lines().filter(({ level }) => level === "error")).toMatchObject([
      { code: "ERR_STORE_TIMEOUT" },
    ]);
  });

  test.each(["ERR_RECORD_INVALID", "ERR_STORE_INCONSISTENT"] as const)(
    "a damaged record (%s) keeps its session, and hides no other",
    async (code) => {
      const store = createMemoryStore();
      const { attach, realm, kills, log } = scene({
        reader: {
          ...store.reader,
          findUsed: (key) => {
            if ("oid" in key && key.oid === oidOf(1)) throw new CookieAuthenticatorError(code, "bad");
            return store.reader.findUsed(key);
          },
        },
      });
      attach();
      list(realm, 1, 2);
      await waitFor("the kill", () => kills.length > 0);
      expect(kills.map(({ session }) => session)).toEqual([1002]);
      expect(log.saying("damaged cookie records")).toMatchObject([{ oids: [oidOf(1)], count: 1 }]);
    },
  );

  test("the alarm is raised all the same", async () => {
    let isBroken = false;
    const store = createMemoryStore();
    const { attach, realm, kills, live, overdue, pass } = scene({
      reader: {
        ...store.reader,
        version: () => (isBroken ? broken() : store.reader.version()),
        findUsed: (key) => (isBroken ? broken() : store.reader.findUsed(key)),
      },
    });
    attach();
    list(realm, 1);
    await waitFor("the kill", () => kills.length > 0);
    isBroken = true;
    live.start();
    pass(10);
    await waitFor("the alarm", () => overdue.length > 0);
  });
});

describe("a session that was told to leave", () => {
  test("is an alarm once, if it stays", async () => {
    const { attach, realm, kills, live, overdue, pass, put, log } = scene();
    attach();
    list(realm, 1);
    live.start();
    await waitFor("the kill", () => kills.length > 0);
    pass(10);
    await waitFor("the alarm", () => overdue.length > 0);
    // A later end is proof that passes went on.
    await put(2);
    realm.joined(liveOf(3));
    await waitFor("a later kill", () => kills.length > 1);
    expect(overdue).toEqual([1001]);
    expect(log.lines().filter(({ level }) => level === "error")).toHaveLength(1);
    expect(live.status()).toMatchObject([{ told: 2, overdue: 1 }]);
    realm.left(1001);
    expect(live.status()).toMatchObject([{ told: 1, overdue: 0 }]);
  });

  test("is told again if the router didn't take it; the log says it once", async () => {
    let refusals = 3;
    const { attach, realm, kills, live, put, remove, log } = scene({}, async () => {
      refusals -= 1;
      if (refusals >= 0) throw { error: "wamp.error.not_authorized", args: ["cbtid=secret"] };
      return "told";
    });
    await put(1);
    attach();
    list(realm, 1);
    live.start();
    await remove(1);
    for (let tries = 1; tries <= 3; tries += 1) {
      await waitFor(`try ${tries}`, () => kills.length >= tries);
      live.changed([oidOf(1)]);
    }
    await waitFor("the word of the router", () => live.status()[0]?.told === 1 && kills.length === 4);
    const errors = log.lines().filter(({ level }) => level === "error");
    expect(errors).toMatchObject([{ fault: "wamp.error.not_authorized" }]);
    expect(log.text()).not.toContain("secret");
  });

  test("is out of the view if the router has no such session", async () => {
    const { attach, realm, live } = scene({}, async () => "gone");
    attach();
    list(realm, 1);
    await waitFor("its end", () => live.status()[0]?.sessions === 0);
  });

  test("has no rights any more, whatever the store says then", async () => {
    const { attach, realm, kills, live, put } = scene();
    attach();
    list(realm, 1);
    await waitFor("the kill", () => kills.length > 0);
    await put(1);
    expect(await live.isEnded(AT, liveOf(1))).toBe(true);
  });
});

test("isEnded asks the store about sessions that the view doesn't have yet", async () => {
  const { live, put } = scene();
  await put(1);
  expect(await live.isEnded(AT, liveOf(1))).toBe(false);
  expect(await live.isEnded(AT, liveOf(2))).toBe(true);
  expect(await live.isEnded(AT, liveOf(1, { authrole: "admin" }))).toBe(true);
  expect(await live.isEnded(AT, liveOf(2, { oid: undefined }))).toBe(false);
});

test("who is connected with a cookie is said only of realms that are attached", async () => {
  const { attach, realm, live, put } = scene();
  await put(1);
  attach();
  list(realm, 1);
  expect(live.sessionsOf(oidOf(1))).toEqual([{ ...AT, session: liveOf(1) }]);
  expect(live.find(AT, 1001)?.oid).toBe(oidOf(1));
  expect(live.find({ ...AT, realm: "realm9" }, 1001)?.oid).toBeUndefined();
  realm.detached();
  expect(live.sessionsOf(oidOf(1))).toEqual([]);
  expect(live.status()).toMatchObject([{ isAttached: false, sessions: 1 }]);
});

test("with liveIsUse, the cookies of sessions that stay are said to be used", async () => {
  const { attach, realm, used, put } = scene({ rules: { ...RULES, idleSeconds: 1, liveIsUse: true } });
  await put(1);
  await put(2, { authrole: "admin" });
  attach();
  list(realm, 1, 2, 3);
  await waitFor("the uses", () => used.length > 0);
  expect(used).toEqual([[oidOf(1)]]);
});

test("a join that comes while its cookie is changed isn't judged by what was read before", async () => {
  // The look-up of an engine over the network: it begins before the change, and answers after the join.
  const store = createMemoryStore();
  await store.writer.write((transaction) => transaction.put(fieldsOf(1)));
  let release: (() => void) | undefined;
  let looks = 0;
  const { attach, realm, kills } = scene({
    reader: {
      ...store.reader,
      findUsed: async (key) => {
        looks += 1;
        const found = await store.reader.findUsed(key);
        if (looks === 1) await new Promise<void>((resolve) => (release = resolve));
        return found;
      },
    },
  });
  attach();
  list(realm, 1);
  await waitFor("the look-up", () => release !== undefined);
  await store.writer.write((transaction) => transaction.put(fieldsOf(1, { authrole: "admin" })));
  realm.joined(liveOf(1, { session: 7, authrole: "admin" }));
  release?.();
  await waitFor("the kill of the old one", () => kills.length > 0);
  expect(kills.map(({ session }) => session)).toEqual([1001]);
});

test("passes never overlap, and a request during one makes one more", async () => {
  const store = createMemoryStore();
  let running = 0;
  let most = 0;
  let looks = 0;
  const { attach, realm, live } = scene({
    reader: {
      ...store.reader,
      findUsed: async () => {
        running += 1;
        looks += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return undefined;
      },
    },
  });
  attach();
  for (let n = 1; n <= 5; n += 1) {
    realm.joined(liveOf(n));
    await waitFor(`look ${n}`, () => looks >= n);
  }
  await waitFor("all told", () => live.status()[0]?.told === 5);
  expect(most).toBe(1);
});

describe("other rules while it runs", () => {
  test("all sessions are judged by them at once", async () => {
    const { live, realm, attach, put, kills } = scene({ checkIntervalMs: 3_600_000 });
    await put(1);
    attach();
    live.start();
    list(realm, 1);
    live.configure({ rules: { ...RULES, maxLifetimeSeconds: 1 }, checkIntervalMs: 3_600_000 });
    await waitFor("the end", () => kills.length === 1);
    expect(kills[0]).toMatchObject({ session: 1001 });
  });

  test("another pause between two looks; none after the end", async () => {
    const { live, realm, attach, put, remove, kills } = scene({ checkIntervalMs: 3_600_000 });
    await put(1);
    attach();
    live.start();
    list(realm, 1);
    live.configure({ rules: RULES, checkIntervalMs: 10 });
    await remove(1);
    await waitFor("the end", () => kills.length === 1);
    await live.stop();
    // A timer that went on would keep this process.
    live.configure({ rules: RULES, checkIntervalMs: 10 });
  });

  test("a realm that is let go is in no view any more; it can be attached anew", () => {
    const { live, realm, attach } = scene();
    attach();
    list(realm, 1);
    expect(live.status()).toMatchObject([{ ...AT, sessions: 1 }]);
    live.detach(AT);
    live.detach({ router: "node", realm: "no such realm" });
    expect(live.status()).toEqual([]);
    expect(live.sessionsOf(oidOf(1))).toEqual([]);
    live.attach(AT);
    expect(live.status()).toMatchObject([{ ...AT, sessions: 0 }]);
  });
});
