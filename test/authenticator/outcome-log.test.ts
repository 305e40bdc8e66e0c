// The log under a flood: bounded lines, nothing uncounted, no value of a cookie.

import { describe, expect, test } from "@jest/globals";
import { createAuthenticator } from "../../src/authenticator/create-authenticator.js";
import { cookie, NOW_NS, ROUTER, spyReader, ticketArgs, VALUE } from "../support/authenticator-cases.js";
import { collectLog } from "../support/crossbar-log.js";

const OFF = { burst: 0, perSecond: 1 };

function flooded(find: () => ReturnType<typeof cookie> | undefined, level = "debug") {
  const log = collectLog(level);
  const clock = { nowMs: 0 };
  const authenticator = createAuthenticator({
    reader: spyReader(find),
    log: log.log,
    policy: { failureLimit: { peer: OFF, total: OFF } },
    nowNs: () => NOW_NS,
    nowMs: () => clock.nowMs,
  });
  return { ...authenticator, log, clock };
}

/** The call of a client at this address. */
function from(address: string, ticket: unknown = VALUE): unknown[] {
  const [realm, authid, details] = ticketArgs(ticket) as [unknown, unknown, object];
  return [realm, authid, { ...details, transport: { peer: `tcp4:${address}:1` } }];
}

describe("a flood of denials", () => {
  test("is 20 lines, and one that counts the rest when its time is over", async () => {
    const { answer, log, clock } = flooded(() => undefined);
    for (let n = 0; n < 3000; n += 1) await answer(from(`192.0.2.${n % 5}`), ROUTER);
    expect(log.lines()).toHaveLength(20);
    clock.nowMs = 10_000;
    await answer(from("192.0.2.9"), ROUTER);
    expect(log.lines()).toHaveLength(22);
    expect(log.lines()[20]).toMatchObject({
      level: "info",
      event: "denied-repeatedly",
      reason: "cookie-unknown",
      more: 2980,
      peers: 5,
      seconds: 10,
    });
    expect(log.lines()[21]).toMatchObject({ event: "denied", reason: "cookie-unknown" });
  });

  test("of other clients that call the procedure is bounded too, whatever peers they claim", async () => {
    const { answer, flush, log } = flooded(() => undefined);
    for (let n = 0; n < 3000; n += 1) await answer(from(`10.0.${n >> 8}.${n & 255}`), { authrole: "user" });
    flush();
    expect(log.lines()).toHaveLength(21);
    expect(log.lines()[20]).toMatchObject({
      reason: "caller-not-allowed",
      more: 2980,
      peers: 256,
      morePeers: true,
    });
  });

  test("hides no other reason, and no accepted client", async () => {
    let found: ReturnType<typeof cookie> | undefined;
    const { answer, log } = flooded(() => found);
    for (let n = 0; n < 100; n += 1) await answer(from("192.0.2.1"), ROUTER);
    await answer(from("192.0.2.1", "a b"), ROUTER);
    found = cookie();
    for (let n = 0; n < 30; n += 1) await answer(from("192.0.2.1"), ROUTER);
    expect(log.lines().filter(({ reason }) => reason === "value-malformed")).toHaveLength(1);
    expect(log.lines().filter(({ event }) => event === "accepted")).toHaveLength(30);
  });

  test("below the log's level counts nothing", async () => {
    const { answer, flush, log } = flooded(() => undefined, "warn");
    for (let n = 0; n < 100; n += 1) await answer(from("192.0.2.1"), ROUTER);
    flush();
    expect(log.text()).toBe("");
  });
});

test("a flood of faults is bounded, by code", async () => {
  const codes = ["EIO", "EACCES"];
  let at = 0;
  const { answer, flush, log } = flooded(() => {
    at += 1;
    throw Object.assign(new Error(VALUE), { code: codes[at % 2] });
  });
  for (let n = 0; n < 1000; n += 1) await answer(from("192.0.2.1"), ROUTER);
  flush();
  expect(log.lines()).toHaveLength(42);
  expect(log.lines().slice(40)).toEqual(
    ["EACCES", "EIO"].map((code) =>
      expect.objectContaining({ level: "error", event: "fault-repeatedly", code, more: 480, peers: 1 }),
    ),
  );
  expect(log.text()).not.toContain(VALUE);
});

test("the limits of the log are the options'", async () => {
  const log = collectLog();
  const authenticator = createAuthenticator({
    reader: spyReader(() => undefined),
    log: log.log,
    repeatLimit: { limit: 2, windowMs: 50 },
  });
  for (let n = 0; n < 10; n += 1) await authenticator.answer(from("192.0.2.1"), ROUTER);
  authenticator.flush();
  expect(log.lines().map(({ event }) => event)).toEqual(["denied", "denied", "denied-repeatedly"]);
});
