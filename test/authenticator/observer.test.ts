// What an authenticator tells its observer and its audit log: every call once, and nothing that a client sent.

import { describe, expect, test } from "@jest/globals";
import { createAuthenticator } from "../../src/authenticator/create-authenticator.js";
import { createFingerprint } from "../../src/authenticator/fingerprint.js";
import { timeLookUps } from "../../src/authenticator/timed-reader.js";
import { CookieAuthenticatorError } from "../../src/errors.js";
import type { CookieReader } from "../../src/store/cookie-reader.js";
import {
  anonymousArgs,
  cookie,
  NOW_NS,
  OID,
  ROUTER,
  spyReader,
  ticketArgs,
  VALUE,
} from "../support/authenticator-cases.js";
import { collectLog } from "../support/crossbar-log.js";

type Told = readonly [what: string, detail: string | undefined, tookMs?: number];

/** A clock that goes on by 1 ms with each look, and an observer that keeps what it is told. */
function scene(
  reader: CookieReader,
  options: { audit?: boolean; anonymousRole?: string; limit?: number } = {},
) {
  const told: Told[] = [];
  const log = collectLog("info");
  let nowMs = 0;
  const authenticator = createAuthenticator({
    reader,
    nowNs: () => NOW_NS,
    nowMs: () => {
      nowMs += 1;
      return nowMs;
    },
    fingerprint: createFingerprint("key"),
    log: log.log,
    policy: { anonymousRole: options.anonymousRole },
    repeatLimit: { limit: options.limit ?? 20, windowMs: 10_000 },
    ...(options.audit === undefined ? {} : { audit: options.audit }),
    observer: {
      decided: (decision, tookMs) => told.push(["decided", decision, tookMs]),
      failed: (code, tookMs) => told.push(["failed", code, tookMs]),
      lookedUp: (tookMs) => told.push(["looked up", undefined, tookMs]),
      suppressed: () => told.push(["suppressed", undefined]),
    },
  });
  return { ...authenticator, told, log };
}

const some = expect.any(Number);

describe("the observer", () => {
  test("an accepted cookie: the look-up and the decision, each with its time", async () => {
    const { answer, told } = scene(spyReader(() => cookie()));
    await answer(ticketArgs(VALUE), ROUTER);
    expect(told).toEqual([
      ["looked up", undefined, 1],
      ["decided", "accepted", some],
    ]);
    expect(told[1]?.[2]).toBeGreaterThan(1);
  });

  test("a denial, by its reason; without a look-up none is told", async () => {
    const { answer, told } = scene(spyReader(() => undefined));
    await answer(ticketArgs(VALUE), ROUTER);
    await answer(ticketArgs("a b"), ROUTER);
    expect(told).toEqual([
      ["looked up", undefined, some],
      ["decided", "cookie-unknown", some],
      ["decided", "value-malformed", some],
    ]);
  });

  test("a visitor without a cookie", async () => {
    const { answer, told } = scene(
      spyReader(() => undefined),
      { anonymousRole: "visitor" },
    );
    await answer(anonymousArgs({}), ROUTER);
    expect(told).toEqual([["decided", "anonymous", some]]);
  });

  test.each<[string, CookieReader["findByValue"]]>([
    [
      "throws",
      () => {
        throw new CookieAuthenticatorError("ERR_STORE_CLOSED", VALUE);
      },
    ],
    ["rejects", () => Promise.reject(new CookieAuthenticatorError("ERR_STORE_CLOSED", VALUE))],
  ])("a store that %s: the look-up and the fault by its code", async (_name, find) => {
    const { answer, told } = scene(spyReader(find));
    await answer(ticketArgs(VALUE), ROUTER);
    expect(told).toEqual([
      ["looked up", undefined, some],
      ["failed", "ERR_STORE_CLOSED", some],
    ]);
  });

  test("lines that the log leaves out are counted", async () => {
    const { answer, told, log } = scene(
      spyReader(() => undefined),
      { limit: 2 },
    );
    for (let n = 0; n < 5; n += 1) await answer(ticketArgs(VALUE), ROUTER);
    expect(told.filter(([what]) => what === "suppressed")).toHaveLength(3);
    expect(log.lines()).toHaveLength(2);
  });

  test("a look-up that waits is told when it is there, and its answer is handed on", async () => {
    let resolve: (found: ReturnType<typeof cookie>) => void = () => {};
    const promise = new Promise<ReturnType<typeof cookie>>((done) => {
      resolve = done;
    });
    const took: number[] = [];
    let nowMs = 5;
    const reader = timeLookUps(
      spyReader(() => promise),
      () => nowMs,
      (tookMs) => took.push(tookMs),
    );
    const found = reader.findByValue(VALUE);
    expect(found).toBe(promise);
    expect(took).toEqual([]);
    nowMs = 12;
    resolve(cookie());
    await found;
    await new Promise(setImmediate);
    expect(took).toEqual([7]);
  });
});

describe("R-54 the audit log", () => {
  test("an acceptance is a line at info: who, as whom, where from, and the time taken", async () => {
    const { answer, log } = scene(
      spyReader(() => cookie()),
      { audit: true },
    );
    await answer(ticketArgs(VALUE), ROUTER);
    expect(log.lines()).toEqual([
      expect.objectContaining({
        level: "info",
        event: "accepted",
        oid: OID,
        authid: "joe",
        authrole: "user",
        realm: "realm1",
        peer: "tcp4:127.0.0.1:35578",
        cookie: createFingerprint("key")(VALUE),
        tookMs: some,
      }),
    ]);
    expect(log.text()).not.toContain(VALUE);
  });

  test("a denial and a fault have the time taken as well", async () => {
    let find: CookieReader["findByValue"] = () => undefined;
    const { answer, log } = scene(
      spyReader((value) => find(value)),
      { audit: true },
    );
    await answer(ticketArgs(VALUE), ROUTER);
    find = () => {
      throw new Error("x");
    };
    await answer(ticketArgs(VALUE), ROUTER);
    expect(log.lines()).toMatchObject([
      {
        event: "denied",
        reason: "cookie-unknown",
        realm: "realm1",
        peer: "tcp4:127.0.0.1:35578",
        tookMs: some,
      },
      { event: "fault", tookMs: some },
    ]);
  });

  test("a visitor is a line too", async () => {
    const { answer, log } = scene(
      spyReader(() => undefined),
      { audit: true, anonymousRole: "visitor" },
    );
    await answer(anonymousArgs({}), ROUTER);
    expect(log.lines()).toMatchObject([{ event: "accepted", authrole: "visitor" }]);
  });

  test("can be switched while running", async () => {
    const { answer, configure, log } = scene(spyReader(() => cookie()));
    const repeatLimit = { limit: 20, windowMs: 10_000 };
    await answer(ticketArgs(VALUE), ROUTER);
    configure({ policy: {}, repeatLimit, audit: true });
    await answer(ticketArgs(VALUE), ROUTER);
    configure({ policy: {}, repeatLimit, audit: false });
    await answer(ticketArgs(VALUE), ROUTER);
    expect(log.lines().map(({ event }) => event)).toEqual(["accepted"]);
  });
});
