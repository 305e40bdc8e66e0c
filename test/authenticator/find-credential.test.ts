// Which value the client presents, and which never reach the database.

import { describe, expect, test } from "@jest/globals";
import { findCredential } from "../../src/authenticator/find-credential.js";
import { call, policy, VALUE } from "../support/authenticator-cases.js";

const header = (cookieHeader: string | undefined) =>
  call({ authmethod: "anonymous", ticket: undefined, cookieHeader });

describe("findCredential", () => {
  test("the ticket, on the ticket transport", () => {
    expect(findCredential(call(), policy())).toEqual({ value: VALUE });
  });

  test("the ticket only, whatever the Cookie header says", () => {
    expect(findCredential(call({ cookieHeader: "cbtid=other; cbtid=third" }), policy())).toEqual({
      value: VALUE,
    });
    expect(findCredential(call({ ticket: "", cookieHeader: `cbtid=${VALUE}` }), policy())).toEqual({
      denied: "value-malformed",
    });
  });

  test("the cookie, on the anonymous transport", () => {
    expect(findCredential(header(`a=1; cbtid=${VALUE}`), policy())).toEqual({ value: VALUE });
  });

  test("the cookie only, whatever `ticket` says", () => {
    expect(findCredential(call({ authmethod: "anonymous", ticket: VALUE }), policy())).toEqual({
      denied: "no-cookie",
    });
  });

  test("under the configured name, to the letter", () => {
    const named = policy({ cookieName: "__Host-session" });
    expect(findCredential(header("cbtid=a; __Host-session=b; __host-session=c"), named)).toEqual({
      value: "b",
    });
  });

  test.each<[string, string | undefined, string]>([
    ["no header", undefined, "no-cookie"],
    ["an empty header", "", "no-cookie"],
    ["other cookies only", "a=1; b=2", "no-cookie"],
    ["a header too long to be searched", `cbtid=${VALUE}; a=${"x".repeat(65_536)}`, "no-cookie"],
    ["an empty value", "cbtid=", "value-malformed"],
    ["a quoted value", `cbtid="${VALUE}"`, "value-malformed"],
    ["two values", "cbtid=a; cbtid=b", "cookie-ambiguous"],
    ["two values, the other way round", "cbtid=b; cbtid=a", "cookie-ambiguous"],
    ["a good value and a malformed one", `cbtid=${VALUE}; cbtid="`, "cookie-ambiguous"],
    ["a malformed value and a good one", `cbtid="; cbtid=${VALUE}`, "cookie-ambiguous"],
    ["a good value and an empty one", `cbtid=${VALUE}; cbtid=`, "cookie-ambiguous"],
  ])("R-40 %s", (_name, cookieHeader, denied) => {
    expect(findCredential(header(cookieHeader), policy())).toEqual({ denied });
  });

  test("R-40 the same value twice is not ambiguous", () => {
    expect(findCredential(header(`cbtid=${VALUE}; a=1; cbtid=${VALUE}`), policy())).toEqual({ value: VALUE });
  });

  test.each<[string, unknown]>([
    ["absent", undefined],
    ["null", null],
    ["a number", 5],
    ["bytes, which tickets with a leading NUL become", new Uint8Array([1])],
    ["a list of text", [VALUE]],
    ["a map", { value: VALUE }],
    ["empty", ""],
    ["with a blank", `${VALUE} `],
    ["with a line break", `${VALUE}\n`],
    ["with a NUL", `\u0000${VALUE}`],
    ["with a lone surrogate", `${VALUE}\ud800`],
    ["510 characters", "a".repeat(510)],
    ["a megabyte", "a".repeat(1_048_576)],
  ])("R-04 a ticket that is %s isn't worth a look-up", (_name, ticket) => {
    expect(findCredential(call({ ticket }), policy())).toEqual({ denied: "value-malformed" });
  });
});
