// What tells a session from a mere tracking cookie.

import { describe, expect, test } from "@jest/globals";
import { checkAuthenticated } from "../../src/authenticator/check-authenticated.js";
import type { CookieFields } from "../../src/record/cookie.js";
import { CREATED_NS, call, cookie, NOW_NS, policy } from "../support/authenticator-cases.js";

const check = (changes: Partial<CookieFields>) =>
  checkAuthenticated({
    cookie: cookie(changes),
    use: undefined,
    call: call(),
    policy: policy(),
    nowNs: NOW_NS,
  });

describe("checkAuthenticated", () => {
  test.each<[string, Partial<CookieFields>]>([
    ["with authid and authrole, as Crossbar's setAuth leaves it", { authenticatedNs: undefined }],
    ["with the time of its authentication", { authenticatedNs: CREATED_NS }],
    ["without authmethod", { authmethod: undefined }],
  ])("a cookie %s is authenticated", (_name, changes) => {
    expect(check(changes)).toBeUndefined();
  });

  test.each<[string, Partial<CookieFields>]>([
    ["neither authid nor authrole", { authid: undefined, authrole: undefined }],
    ["no authid", { authid: undefined }],
    ["no authrole", { authrole: undefined }],
    ["an empty authid", { authid: "" }],
    ["an empty authrole", { authrole: "" }],
    ["only the time of an authentication", { authid: "", authrole: "", authenticatedNs: CREATED_NS }],
  ])("a cookie with %s isn't", (_name, changes) => {
    expect(check(changes)).toBe("cookie-unauthenticated");
  });
});
