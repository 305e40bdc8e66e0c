// A call in the log: who asked for what, and never with what.

import { describe, expect, test } from "@jest/globals";
import { describeCall, describeFault } from "../../src/authenticator/describe-call.js";
import { createFingerprint } from "../../src/authenticator/fingerprint.js";
import { CookieAuthenticatorError } from "../../src/errors.js";
import { anonymousArgs, policy, ROUTER, ticketArgs, VALUE } from "../support/authenticator-cases.js";

const fingerprint = createFingerprint("key");
const PRINT = fingerprint(VALUE);
const describeArgs = (args: readonly unknown[]) => describeCall(args, ROUTER, policy(), fingerprint);

describe("describeCall", () => {
  test("a ticket call", () => {
    expect(describeArgs(ticketArgs(VALUE, { authid: "joe" }))).toEqual({
      callerRole: "trusted",
      authmethod: "ticket",
      realm: "realm1",
      askedAuthid: "joe",
      peer: "tcp4:127.0.0.1:35578",
      cookie: PRINT,
    });
  });

  test("an anonymous call: with its origin, without the authid that the router made up", () => {
    expect(describeArgs(anonymousArgs({ cookie: `cbtid=${VALUE}`, origin: "https://example.com" }))).toEqual({
      callerRole: "trusted",
      authmethod: "anonymous",
      realm: "realm1",
      origin: "https://example.com",
      peer: "tcp4:127.0.0.1:35578",
      cookie: PRINT,
    });
  });

  test.each<[string, readonly unknown[]]>([
    ["no cookie", anonymousArgs({})],
    ["an ambiguous cookie", anonymousArgs({ cookie: `cbtid=${VALUE}; cbtid=other` })],
    ["a malformed ticket, which may be a password typed by mistake", ticketArgs("my pass word")],
  ])("%s: no fingerprint", (_name, args) => {
    expect(describeArgs(args)).not.toHaveProperty("cookie");
    expect(JSON.stringify(describeArgs(args))).not.toMatch(/other|pass/);
  });

  test("a malformed call: its caller only", () => {
    expect(describeArgs([])).toEqual({ callerRole: "trusted" });
  });

  test("R-55 client text is made safe", () => {
    const args = ticketArgs("t", {
      realm: "r\n",
      authid: "\u001b[31m",
      headers: { origin: "a".repeat(1000), cookie: "" },
    });
    expect(describeArgs(args)).toMatchObject({
      realm: "r\\u{a}",
      askedAuthid: "\\u{1b}[31m",
      origin: `${"a".repeat(200)}…`,
    });
  });
});

describe("describeFault", () => {
  const args = ticketArgs(VALUE);

  test("code, message and hint of our own errors", () => {
    const error = new CookieAuthenticatorError("ERR_STORE_CLOSED", "closed", { hint: "open it" });
    expect(describeFault(error, args, policy())).toEqual({
      code: "ERR_STORE_CLOSED",
      error: "closed",
      hint: "open it",
    });
  });

  test("R-47 another's error that quotes the value", () => {
    const error = Object.assign(new Error(`no row for '${VALUE}' (${VALUE})`), { code: "ER_ROW" });
    expect(describeFault(error, args, policy())).toEqual({
      code: "ER_ROW",
      error: "no row for '[cookie]' ([cookie])",
      hint: undefined,
    });
  });

  test("R-47 a value that the cut of long text would leave a piece of", () => {
    const error = new Error(`${"x".repeat(190)}${VALUE}`);
    expect(describeFault(error, args, policy()).error).toBe(`${"x".repeat(190)}[cookie]`);
  });

  test.each<[string, unknown]>([
    ["text", VALUE],
    ["nothing", undefined],
    ["a map", { message: VALUE }],
  ])("R-47 %s that was thrown says nothing", (_name, thrown) => {
    expect(describeFault(thrown, args, policy())).toEqual({
      code: undefined,
      error: "unknown",
      hint: undefined,
    });
  });

  test("R-55 another's code and text are made safe", () => {
    const error = Object.assign(new Error("a\nb"), { code: "\u001b[31m" });
    expect(describeFault(error, args, policy())).toMatchObject({ code: "\\u{1b}[31m", error: "a\\u{a}b" });
  });

  test("a fault in a malformed call", () => {
    expect(describeFault(new Error("x"), [], policy())).toMatchObject({ error: "x" });
  });
});
