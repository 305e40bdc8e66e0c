// What goes back to the router: the reply's keys, and the two constant errors.

import { describe, expect, test } from "@jest/globals";
import { DENIED, toReply, UNAVAILABLE } from "../../src/authenticator/to-reply.js";
import { OID } from "../support/authenticator-cases.js";

describe("toReply", () => {
  test("sets all that Crossbar reads, and the same under WAMP's names; the oid goes along", () => {
    const extra = { theme: "dark" };
    expect(toReply({ realm: "realm1", authid: "joe", role: "user", extra, oid: OID })).toEqual({
      reply: {
        realm: "realm1",
        authid: "joe",
        role: "user",
        extra: { theme: "dark", cookie_oid: OID },
        authrealm: "realm1",
        authrole: "user",
        authextra: { theme: "dark", cookie_oid: OID },
      },
    });
  });

  test("what is stored under the oid's key isn't given out", () => {
    const principal = { realm: "realm1", authid: "joe", role: "user", extra: { cookie_oid: "another" } };
    expect(toReply({ ...principal, oid: OID })).toMatchObject({ reply: { extra: { cookie_oid: OID } } });
  });

  test("a visitor has no oid", () => {
    expect(toReply({ realm: "realm1", authid: "A", role: "visitor", extra: {} })).toMatchObject({
      reply: { extra: {} },
    });
  });
});

describe("the two errors", () => {
  test("R-05 a denial says nothing but that it is one", () => {
    expect(DENIED).toEqual({
      error: { uri: "wamp.error.authentication_failed", text: "authentication failed" },
    });
  });

  test("R-50 a fault differs from bad credentials", () => {
    expect(UNAVAILABLE).toEqual({
      error: {
        uri: "wamp.error.unavailable",
        text: "authentication is not available at the moment, try again later",
      },
    });
  });
});
