// Who may call the procedure: the router, not whoever may call the URI.

import { describe, expect, test } from "@jest/globals";
import type { Caller } from "../../src/authenticator/authenticator.js";
import { checkCaller } from "../../src/authenticator/check-caller.js";
import { policy, ROUTER } from "../support/authenticator-cases.js";

describe("checkCaller", () => {
  test("the router calls as `trusted`", () => {
    expect(checkCaller(ROUTER, policy())).toBeUndefined();
  });

  test("other roles only if they are configured", () => {
    const gateway: Caller = { authrole: "gateway" };
    expect(checkCaller(gateway, policy())).toMatchObject({ denied: "caller-not-allowed" });
    expect(checkCaller(gateway, policy({ callerRoles: ["trusted", "gateway"] }))).toBeUndefined();
    expect(checkCaller(ROUTER, policy({ callerRoles: ["gateway"] }))).toMatchObject({
      denied: "caller-not-allowed",
    });
  });

  test.each<[string, Caller, string]>([
    ["another role", { authrole: "user" }, "role user"],
    ["no role", {}, "role undisclosed"],
    ["an undefined role", { authrole: undefined }, "role undisclosed"],
    ["an empty role", { authrole: "" }, "role "],
    ["the role in other letters", { authrole: "Trusted" }, "role Trusted"],
    ["the authid of the router without its role", { authid: "trusted", session: 1 }, "role undisclosed"],
  ])("refused: %s", (_name, caller, detail) => {
    expect(checkCaller(caller, policy())).toEqual({ denied: "caller-not-allowed", detail });
  });

  test.each<[unknown]>([[null], [5], [["trusted"]], [{ toString: 1, valueOf: 1 }]])(
    "a role that is %p is refused, no fault",
    (authrole) => {
      expect(checkCaller({ authrole } as unknown as Caller, policy())).toMatchObject({
        denied: "caller-not-allowed",
      });
    },
  );

  test("an empty list refuses everybody", () => {
    expect(checkCaller(ROUTER, policy({ callerRoles: [] }))).toMatchObject({ denied: "caller-not-allowed" });
  });
});
