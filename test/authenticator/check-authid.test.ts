// The authid that a client asks for.

import { describe, expect, test } from "@jest/globals";
import { checkAuthid } from "../../src/authenticator/check-authid.js";
import type { RouterCall } from "../../src/authenticator/parse-router-call.js";
import { call, cookie, NOW_NS, policy } from "../support/authenticator-cases.js";

const check = (changes: Partial<RouterCall>) =>
  checkAuthid({
    cookie: cookie({ authid: "joe" }),
    use: undefined,
    call: call(changes),
    policy: policy(),
    nowNs: NOW_NS,
  });

describe("checkAuthid", () => {
  test.each<[string, string | undefined, string | undefined]>([
    ["the cookie's", "joe", undefined],
    ["none", undefined, undefined],
    ["another", "jane", "authid-mismatch"],
    ["the cookie's in other letters", "Joe", "authid-mismatch"],
    ["an empty one", "", "authid-mismatch"],
    ["the cookie's with a NUL", "joe\u0000", "authid-mismatch"],
  ])("with a ticket: %s", (_name, authid, reason) => {
    expect(check({ authmethod: "ticket", authid })).toBe(reason);
  });

  test("on the anonymous transport the router makes one up, which says nothing", () => {
    expect(check({ authmethod: "anonymous", authid: "QFG7-YMK5-3NCM-RVUN-4NCR-YKGX" })).toBeUndefined();
  });
});
