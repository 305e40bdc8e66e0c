// The list of checks: all of them are made, and the first reason wins.

import { describe, expect, test } from "@jest/globals";
import { checkCookie } from "../../src/authenticator/check-cookie.js";
import { CREATED_NS, call, cookie, MAX_AGE_SECONDS, NOW_NS, policy } from "../support/authenticator-cases.js";

const AFTER_NS = CREATED_NS + BigInt(MAX_AGE_SECONDS) * 1_000_000_000n;

describe("checkCookie", () => {
  test("a good cookie passes", () => {
    expect(
      checkCookie({ cookie: cookie(), use: undefined, call: call(), policy: policy(), nowNs: NOW_NS }),
    ).toBeUndefined();
  });

  // Each row has the faults of all rows below it too.
  const everything = {
    cookie: cookie({ authid: "", authrole: "trusted", authrealm: "realm2" }),
    call: call({ authid: "jane" }),
    policy: policy(),
    nowNs: AFTER_NS,
  };
  const withAuthid = { ...everything, cookie: cookie({ authrole: "trusted", authrealm: "realm2" }) };
  const inTime = { ...withAuthid, nowNs: NOW_NS };
  const inRealm = { ...inTime, cookie: cookie({ authrole: "trusted" }) };
  const asAuthid = { ...inRealm, call: call({ authid: "joe" }) };
  test.each([
    ["cookie-unauthenticated", everything],
    ["cookie-expired", withAuthid],
    ["realm-mismatch", inTime],
    ["authid-mismatch", inRealm],
    ["role-not-allowed", asAuthid],
  ])("%s comes first", (reason, input) => {
    expect(checkCookie({ use: undefined, ...input })).toBe(reason);
  });
});
