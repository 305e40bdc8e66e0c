import { describe, expect, test } from "@jest/globals";
import type { Caller, RouterAnswer } from "../../src/authenticator/authenticator.js";
import { createAuthenticatorProcedure } from "../../src/wamp/authenticator-procedure.js";
import { autobahn } from "../../src/wamp/autobahn.js";
import type { Invocation } from "../../src/wamp/autobahn-types.js";
import { collectLog } from "../support/crossbar-log.js";
import { fakeAuthenticator, REFUSE, WELCOME_JOE } from "../support/crossbar-router.js";

const BY_ROUTER: Invocation = {
  procedure: "p",
  caller: 7,
  caller_authid: "agent",
  caller_authrole: "trusted",
};

describe("createAuthenticatorProcedure", () => {
  test("hands over arguments and caller, and returns the reply's map", async () => {
    const seen: unknown[] = [];
    const authenticator = fakeAuthenticator((args, caller: Caller) => {
      seen.push(args, caller);
      return WELCOME_JOE;
    });
    const { endpoint } = createAuthenticatorProcedure(authenticator, collectLog().log);
    expect(await endpoint(["r", null, {}], {}, BY_ROUTER)).toEqual(
      "reply" in WELCOME_JOE ? WELCOME_JOE.reply : undefined,
    );
    expect(seen).toEqual([["r", null, {}], { authrole: "trusted", authid: "agent", session: 7 }]);
  });

  test("an error is thrown as autobahn's own class, with URI and text", async () => {
    const { endpoint } = createAuthenticatorProcedure(
      fakeAuthenticator(() => REFUSE),
      collectLog().log,
    );
    const thrown = await Promise.resolve(endpoint([], {}, BY_ROUTER)).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(autobahn.Error);
    expect(thrown).toMatchObject({ error: "wamp.error.not_authorized", args: ["authentication failed"] });
  });

  test("an authenticator that throws gives a constant text, and its own stays out of reply and log", async () => {
    const log = collectLog();
    const authenticator = fakeAuthenticator(() => Promise.reject(new RangeError("cookie value abc")));
    const { endpoint } = createAuthenticatorProcedure(authenticator, log.log);
    const thrown = await Promise.resolve(endpoint([], {}, BY_ROUTER)).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ error: "wamp.error.runtime_error", args: [expect.any(String)] });
    expect(JSON.stringify(thrown) + log.text()).not.toContain("abc");
    expect(log.saying("the authenticator threw")[0]).toMatchObject({ fault: "RangeError" });
  });

  test("counts calls in flight, and idle waits for them", async () => {
    const answers: ((answer: RouterAnswer) => void)[] = [];
    const authenticator = fakeAuthenticator(() => new Promise((resolve) => answers.push(resolve)));
    const procedure = createAuthenticatorProcedure(authenticator, collectLog().log);
    expect(await procedure.idle(0)).toBe(true);
    const calls = [procedure.endpoint([], {}, BY_ROUTER), procedure.endpoint([], {}, BY_ROUTER)];
    expect(procedure.inFlight).toBe(2);
    expect(await procedure.idle(10)).toBe(false);
    const idle = procedure.idle(10_000);
    for (const answer of answers) answer(WELCOME_JOE);
    expect(await idle).toBe(true);
    expect(procedure.inFlight).toBe(0);
    await Promise.all(calls);
  });
});
