// The router's call: what is taken from it, what makes it malformed, and that nothing in it throws.

import { describe, expect, test } from "@jest/globals";
import { parseRouterCall } from "../../src/authenticator/parse-router-call.js";
import { anonymousArgs, ticketArgs, VALUE } from "../support/authenticator-cases.js";

const NO_HEADERS = {
  cookieHeader: undefined,
  origin: undefined,
  host: undefined,
  userAgent: undefined,
  peer: undefined,
  isSecure: false,
};

describe("parseRouterCall", () => {
  test("takes realm, authid, ticket and peer of a ticket call", () => {
    expect(parseRouterCall(ticketArgs(VALUE, { authid: "joe" }))).toEqual({
      ...NO_HEADERS,
      realm: "realm1",
      authid: "joe",
      authmethod: "ticket",
      ticket: VALUE,
      userAgent: "test",
      peer: "tcp4:127.0.0.1:35578",
    });
  });

  test("takes Cookie, Origin and Host of an anonymous call", () => {
    const headers = { cookie: "cbtid=a", origin: "https://example.com", host: "example.com:8080" };
    expect(parseRouterCall(anonymousArgs(headers))).toMatchObject({
      authmethod: "anonymous",
      cookieHeader: "cbtid=a",
      origin: "https://example.com",
      host: "example.com:8080",
      ticket: undefined,
    });
  });

  test.each<[string, unknown, unknown]>([
    ["null", null, null],
    ["undefined", undefined, undefined],
  ])("realm and authid of %s mean that the client has no wish", (_name, realm, authid) => {
    const details = { authmethod: "ticket", ticket: "t" };
    expect(parseRouterCall([realm, authid, details])).toMatchObject({ realm: undefined, authid: undefined });
  });

  test("an empty realm and authid are wishes", () => {
    expect(parseRouterCall(["", "", { authmethod: "ticket" }])).toMatchObject({ realm: "", authid: "" });
  });

  test.each<[string, unknown]>([
    ["no arguments", []],
    ["no details", ["realm1", "joe"]],
    ["details are null", ["realm1", "joe", null]],
    ["details are text", ["realm1", "joe", "details"]],
    ["details are a list", ["realm1", "joe", [{ authmethod: "ticket" }]]],
    ["the realm is a number", [1, "joe", { authmethod: "ticket" }]],
    ["the realm is a map", [{}, "joe", { authmethod: "ticket" }]],
    ["the authid is a list", ["realm1", ["joe"], { authmethod: "ticket" }]],
    ["the authid is a boolean", ["realm1", false, { authmethod: "ticket" }]],
    ["the arguments are a map", { 0: "realm1" }],
    ["the arguments are text", "abc"],
    ["the arguments are null", null],
  ])("malformed: %s", (_name, args) => {
    expect(parseRouterCall(args as readonly unknown[])).toMatchObject({ denied: "call-malformed" });
  });

  test.each<[string, unknown]>([
    ["wampcra", "wampcra"],
    ["cookie", "cookie"],
    ["TICKET", "none of ours in other letters"],
    ["", "empty"],
    ["a list that reads like one", ["ticket"]],
    ["nothing", undefined],
  ])("authmethod %s is not supported", (_name, authmethod) => {
    expect(parseRouterCall(["realm1", null, { authmethod }])).toMatchObject({
      denied: "authmethod-not-supported",
    });
  });

  test.each<[string, unknown]>([
    ["no transport", undefined],
    ["a transport of text", "tcp"],
    ["a transport of null", null],
    ["a transport that is a list", [1]],
    ["no headers", {}],
    ["headers of null", { http_headers_received: null }],
    ["headers that are a list", { http_headers_received: ["cookie", "cbtid=a"] }],
    ["header values that are lists", { http_headers_received: { cookie: ["cbtid=a"], origin: [], host: 1 } }],
    [
      "header names in upper case, which Crossbar never sends",
      { http_headers_received: { Cookie: "cbtid=a" } },
    ],
  ])("%s: a call without headers, no error", (_name, transport) => {
    expect(parseRouterCall(["realm1", null, { authmethod: "anonymous", transport }])).toEqual({
      ...NO_HEADERS,
      realm: "realm1",
      authid: undefined,
      authmethod: "anonymous",
      ticket: undefined,
    });
  });

  test("R-51 a __proto__ key gives the call nothing", () => {
    const details: unknown = JSON.parse('{"__proto__": {"authmethod": "ticket", "ticket": "t"}}');
    expect(parseRouterCall(["realm1", null, details])).toMatchObject({ denied: "authmethod-not-supported" });
  });

  test.each<[unknown]>([[5], [null], [["a"]], [{ a: 1 }], [true], [undefined]])(
    "the ticket %p goes on as it is",
    (ticket) => {
      expect(parseRouterCall(["realm1", null, { authmethod: "ticket", ticket }])).toMatchObject({ ticket });
    },
  );
});
