// which roles a cookie may give. Crossbar doesn't check `trusted` in our answer.

import { describe, expect, test } from "@jest/globals";
import { checkRole } from "../../src/authenticator/check-role.js";
import type { AuthenticatorPolicy } from "../../src/authenticator/policy.js";
import { call, cookie, NOW_NS, policy } from "../support/authenticator-cases.js";

function check(authrole: string | undefined, changes: Partial<AuthenticatorPolicy> = {}): string | undefined {
  return checkRole({
    cookie: cookie({ authrole }),
    use: undefined,
    call: call(),
    policy: policy(changes),
    nowNs: NOW_NS,
  });
}

describe("R-32 checkRole", () => {
  test.each<[string, string | undefined, Partial<AuthenticatorPolicy>, string | undefined]>([
    ["any role by default", "user", {}, undefined],
    ["trusted by default", "trusted", {}, "role-not-allowed"],
    ["trusted, allowed in so many words", "trusted", { allowTrustedRole: true }, undefined],
    ["trusted in the list only", "trusted", { allowedRoles: ["trusted"] }, "role-not-allowed"],
    [
      "trusted, allowed but not in the list",
      "trusted",
      { allowTrustedRole: true, allowedRoles: ["user"] },
      "role-not-allowed",
    ],
    [
      "trusted, allowed and denied",
      "trusted",
      { allowTrustedRole: true, deniedRoles: ["trusted"] },
      "role-not-allowed",
    ],
    ["Trusted, which is a role like others", "Trusted", {}, undefined],
    ["in the list", "user", { allowedRoles: ["user", "admin"] }, undefined],
    ["not in the list", "user", { allowedRoles: ["admin"] }, "role-not-allowed"],
    ["an empty list", "user", { allowedRoles: [] }, "role-not-allowed"],
    ["denied", "user", { deniedRoles: ["user"] }, "role-not-allowed"],
    ["denied and in the list", "user", { allowedRoles: ["user"], deniedRoles: ["user"] }, "role-not-allowed"],
    ["no role, with a list", undefined, { allowedRoles: ["user"] }, "role-not-allowed"],
  ])("%s", (_name, authrole, changes, reason) => {
    expect(check(authrole, changes)).toBe(reason);
  });
});
