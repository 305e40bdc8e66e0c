// touch: the last use, at most one write per cookie and interval.

import { describe, expect, test } from "@jest/globals";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { isTouchDue } from "../../src/session/touch.js";
import { JOE, START, setScene } from "./scene.js";

describe("a use", () => {
  test("is kept with its device, and moves the idle end only (R-11)", async () => {
    const { sessions, pass, events } = setScene({ idleSeconds: 600 });
    const { value, session } = await sessions.login({ ...JOE, device: { peer: "first" } });
    pass(100);
    expect(await sessions.touch({ value }, { peer: "second\r\n", userAgent: "Browser" })).toBe(true);
    expect(await sessions.find({ value })).toEqual({
      ...session,
      lastUsed: START + 100,
      idleExpires: START + 700,
      lastPeer: "second",
      lastUserAgent: "Browser",
    });
    expect(events).toHaveLength(1);
  });

  test("keeps a session alive that would be idle, but not beyond its expiry", async () => {
    const { sessions, pass } = setScene({ idleSeconds: 100, touchSeconds: 10 });
    const { value } = await sessions.login({ ...JOE, maxAgeSeconds: 1000 });
    for (let seconds = 0; seconds < 990; seconds += 90) {
      expect(await sessions.getUser({ value })).not.toBeNull();
      pass(90);
      if (seconds + 90 < 1000) expect(await sessions.touch({ value })).toBe(true);
    }
    pass(10);
    expect(await sessions.touch({ value })).toBe(false);
    expect(await sessions.getUser({ value })).toBeNull();
  });

  test("a login is one: it isn't written again within the interval", async () => {
    const { sessions, pass, writes } = setScene();
    const { value } = await sessions.login(JOE);
    pass(59.999);
    expect(await sessions.touch({ value })).toBe(false);
    pass(0.001);
    expect(await sessions.touch({ value })).toBe(true);
    expect(writes()).toBe(2);
  });
});

describe("how often it is written", () => {
  test("once an interval, however often it is used", async () => {
    const { sessions, pass, writes } = setScene();
    const { value } = await sessions.login(JOE);
    for (let n = 0; n < 600; n += 1) {
      pass(1);
      await sessions.touch({ value }, { peer: `p${n % 2}` });
    }
    expect(writes()).toBe(1 + 10);
  });

  test("once for a hundred at the same time, and each of them is told", async () => {
    const { sessions, pass, writes } = setScene();
    const [a, b] = [await sessions.login(JOE), await sessions.login(JOE)];
    pass(100);
    const touches = Array.from({ length: 100 }, (_, n) => sessions.touch({ value: (n % 2 ? a : b).value }));
    expect(await Promise.all(touches)).toEqual(touches.map(() => true));
    expect(writes()).toBe(2 + 1);
  });

  test("once for two processes at the same time: looked at again in the transaction", async () => {
    const { sessions, another, pass, store } = setScene();
    const { value, session } = await sessions.login(JOE);
    pass(100);
    const others = [sessions, another(), another()];
    const answers = await Promise.all(others.map((one, n) => one.touch({ value }, { peer: `p${n}` })));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect((await store.reader.findUsed({ oid: session.oid }))?.use?.peer).toBe("p0");
  });

  test("again after a write that failed", async () => {
    const { sessions, store, pass } = setScene();
    const { value } = await sessions.login(JOE);
    let failures = 1;
    const failing = setScene(
      {},
      {
        ...store,
        writer: {
          write: (change) => {
            failures -= 1;
            return failures < 0 ? store.writer.write(change) : Promise.reject(new Error("disk full"));
          },
        },
      },
    );
    pass(100);
    failing.pass(100);
    await expect(failing.sessions.touch({ value })).rejects.toThrow("disk full");
    expect(await failing.sessions.touch({ value })).toBe(true);
  });

  test("many at once go into few transactions, one after the other; what a look-up has found isn't read again", async () => {
    const { sessions, store, pass, writes, put } = setScene();
    const cookies = await Promise.all(Array.from({ length: 450 }, () => put()));
    pass(100);
    const before = writes();
    const uses = cookies.map((cookie) =>
      sessions.touch({ oid: cookie.oid }, {}, {}, { cookie, use: undefined }),
    );
    expect(await Promise.all(uses)).toEqual(cookies.map(() => true));
    expect(writes() - before).toBe(3);
    for (const { oid } of cookies) expect((await store.reader.findUsed({ oid }))?.use).toBeDefined();
  });

  test("a session that ended meanwhile, or can't be read, costs the others nothing", async () => {
    const { sessions, store, pass, put } = setScene();
    const [ended, damaged, good] = [await put(), await put(), await put()];
    const behind = setScene(
      {},
      {
        ...store,
        writer: {
          write: (change) =>
            store.writer.write((transaction) =>
              change({
                ...transaction,
                findByOid: (oid) => {
                  if (oid === damaged.oid) throw new CookieAuthenticatorError("ERR_RECORD_INVALID", "bad");
                  return transaction.findByOid(oid);
                },
              }),
            ),
        },
      },
    );
    await sessions.logout({ oid: ended.oid });
    pass(100);
    behind.pass(100);
    const uses = [ended, damaged, good].map((cookie) =>
      behind.sessions.touch({ oid: cookie.oid }, {}, {}, { cookie, use: undefined }),
    );
    expect(await Promise.all(uses)).toEqual([false, false, true]);
  });

  test("at least four times in an idle time-out, whatever the interval", async () => {
    const { sessions, pass } = setScene({ idleSeconds: 40, touchSeconds: 3600 });
    const { value } = await sessions.login(JOE);
    for (let n = 0; n < 20; n += 1) {
      pass(10);
      expect(await sessions.touch({ value })).toBe(true);
    }
  });

  test("not while the clock is behind the last use", async () => {
    const { sessions, put } = setScene();
    const cookie = await put();
    const use = { lastUsedNs: 2n ** 63n };
    expect(isTouchDue({ cookie, use }, sessions.policy, 2n ** 62n)).toBe(false);
  });
});
