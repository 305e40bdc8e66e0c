// a cookie of realm A never gives realm B.

import { describe, expect, test } from "@jest/globals";
import { checkRealm } from "../../src/authenticator/check-realm.js";
import type { AuthenticatorPolicy } from "../../src/authenticator/policy.js";
import { call, cookie, NOW_NS, policy } from "../support/authenticator-cases.js";

function check(
  cookieRealm: string | undefined,
  askedRealm: string | undefined,
  changes: Partial<AuthenticatorPolicy> = {},
): string | undefined {
  return checkRealm({
    use: undefined,
    cookie: cookie({ authrealm: cookieRealm }),
    call: call({ realm: askedRealm }),
    policy: policy(changes),
    nowNs: NOW_NS,
  });
}

describe("R-32 realm: match", () => {
  test.each<[string | undefined, string | undefined, string | undefined]>([
    ["realm1", "realm1", undefined],
    ["realm1", undefined, undefined],
    ["realm1", "realm2", "realm-mismatch"],
    ["realm1", "Realm1", "realm-mismatch"],
    ["realm1", "realm1 ", "realm-mismatch"],
    ["realm1", "realm", "realm-mismatch"],
    ["realm1", "", "realm-mismatch"],
    [undefined, "realm1", "realm-mismatch"],
    [undefined, undefined, "realm-mismatch"],
    ["", "", "realm-mismatch"],
  ])("cookie of %p, client asks for %p: %p", (cookieRealm, askedRealm, reason) => {
    expect(check(cookieRealm, askedRealm)).toBe(reason);
  });
});

describe("R-32 realm: redirect", () => {
  test.each<[string | undefined, string | undefined, string | undefined]>([
    ["realm1", "realm2", undefined],
    ["realm1", undefined, undefined],
    ["realm1", "", undefined],
    [undefined, "realm1", "realm-mismatch"],
  ])("cookie of %p, client asks for %p: %p", (cookieRealm, askedRealm, reason) => {
    expect(check(cookieRealm, askedRealm, { realm: "redirect" })).toBe(reason);
  });
});

describe("R-32 allowedRealms", () => {
  test.each<[string, readonly string[], Partial<AuthenticatorPolicy>, string | undefined]>([
    ["in the list", ["realm1", "realm2"], {}, undefined],
    ["not in the list", ["realm2"], {}, "realm-not-allowed"],
    ["an empty list", [], {}, "realm-not-allowed"],
    ["not in the list, with redirect", ["realm2"], { realm: "redirect" }, "realm-not-allowed"],
    ["in the list, with redirect", ["realm1"], { realm: "redirect" }, undefined],
  ])("the cookie's realm is %s", (_name, allowedRealms, changes, reason) => {
    expect(check("realm1", "realm1", { ...changes, allowedRealms })).toBe(reason);
  });

  test("a mismatch is told before the list", () => {
    expect(check("realm1", "realm2", { allowedRealms: [] })).toBe("realm-mismatch");
  });
});
