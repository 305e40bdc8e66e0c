// CookieSessions as a whole: its policy is checked, its listener can't harm it, its events hold no value.

import { describe, expect, jest, test } from "@jest/globals";
import { createSteadyClock } from "../../src/lifetime/steady-clock.js";
import { CookieSessions } from "../../src/session/cookie-sessions.js";
import type { SessionEvent } from "../../src/session/session.js";
import { DEFAULT_SESSION_POLICY, type SessionPolicy } from "../../src/session/session-policy.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { JOE, START, setScene } from "./scene.js";

describe("the policy", () => {
  test("has defaults, and so has the clock", async () => {
    const sessions = new CookieSessions({ store: createMemoryStore() });
    expect(sessions.policy).toEqual(DEFAULT_SESSION_POLICY);
    const { session } = await sessions.login(JOE);
    expect(Math.abs(session.created - Date.now() / 1000)).toBeLessThan(60);
  });

  test.each<[string, Partial<SessionPolicy>, string]>([
    ["R-01 values of less than 128 bits", { valueLength: 21 }, "valueLength"],
    ["values that Crossbar wouldn't make", { valueLength: 65 }, "valueLength"],
    ["a lifetime of 0", { maxAgeSeconds: 0 }, "maxAgeSeconds"],
    ["a longest life of 0", { maxLifetimeSeconds: 0 }, "maxLifetimeSeconds"],
    ["an idle time-out of half a second", { idleSeconds: 0.5 }, "idleSeconds"],
    ["a negative interval", { touchSeconds: -1 }, "touchSeconds"],
    ["no session per user at all", { perUser: { limit: 0, beyond: "refuse" } }, "perUser"],
    ["R-41 a name that browsers refuse", { cookieName: "a b" }, "name"],
    [
      "R-41 __Host- with a path",
      { cookieName: "__Host-x", attributes: { ...DEFAULT_SESSION_POLICY.attributes, path: "/a" } },
      "path",
    ],
  ])("%s is refused when the sessions are made", (_, policy, field) => {
    expect(() => new CookieSessions({ store: createMemoryStore(), policy })).toThrow(
      expect.objectContaining({ code: "ERR_SESSION_ARGUMENT", details: expect.objectContaining({ field }) }),
    );
  });
});

describe("the listener", () => {
  test.each<[string, (event: SessionEvent) => unknown]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
  ])("that %s breaks nothing", async (_, onChange) => {
    const told = jest.fn(onChange);
    const sessions = new CookieSessions({ store: createMemoryStore(), onChange: told });
    const { value } = await sessions.login(JOE);
    expect(await sessions.logout({ value })).toBe(true);
    expect(told).toHaveBeenCalledTimes(2);
  });

  test("is told once the change is durable, and not of one that failed", async () => {
    const store = createMemoryStore();
    let isFailing = false;
    const seen: boolean[] = [];
    const sessions = new CookieSessions({
      store: {
        reader: store.reader,
        writer: {
          async write(change) {
            const result = await store.writer.write(change);
            if (isFailing) throw new Error("the commit failed");
            return result;
          },
        },
      },
      clock: createSteadyClock(),
      onChange: async ({ oid }) => seen.push((await store.reader.findByOid(oid)) !== undefined),
    });
    const { value } = await sessions.login(JOE);
    isFailing = true;
    for (const operation of [
      () => sessions.login(JOE),
      () => sessions.update({ value }, { scope: "a" }),
      () => sessions.rotate({ value }),
      () => sessions.deleteAll(),
    ])
      await expect(operation()).rejects.toThrow("the commit failed");
    expect(seen).toEqual([true]);
  });

  test("R-47 is never told a value, a code or a device", async () => {
    const { sessions, events, pass } = setScene();
    const login = { ...JOE, authCode: "the-code", device: { peer: "the-peer" } };
    const first = await sessions.login(login);
    const second = await sessions.login({ ...login, presentedValue: first.value });
    const third = await sessions.rotate({ value: second.value });
    await sessions.update({ value: third?.value ?? "" }, { scope: "a", maxAgeSeconds: 10 });
    pass(10);
    await sessions.purge();
    expect(events.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
      "login login",
      "logout replaced",
      "login login",
      "update rotate",
      "update update",
      "purge purge",
    ]);
    const text = JSON.stringify(events);
    for (const secret of [first.value, second.value, third?.value, "the-code", "the-peer"])
      expect(text).not.toContain(secret);
    for (const event of events)
      expect(Object.keys(event)).toEqual(["kind", "oid", "authid", "authrealm", "reason", "time"]);
    expect(events.at(-1)?.time).toBe(START + 10);
  });
});

test("R-42 the cookie is cleared with its own name", () => {
  expect(setScene({ cookieName: "__Host-id" }).sessions.clearCookie()).toMatch(
    /^__Host-id=; Max-Age=0; Path=\/; /,
  );
});
