// what X-Forwarded headers say, and that they say nothing but from a trusted proxy.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type ForwardedHeaders, findClient } from "../../src/http-headers/forwarded.js";
import { isTrustedProxy, parseAddress } from "../../src/http-headers/trusted-proxies.js";

const NONE: ForwardedHeaders = {
  host: "inner.example",
  forwardedFor: undefined,
  forwardedProto: undefined,
  forwardedHost: undefined,
};
const PROXIES = ["10.0.0.0/8", "::1"];

function client(headers: Partial<ForwardedHeaders>, address = "10.0.0.1", isSecure = false) {
  return findClient({ ...NONE, ...headers }, { address, isSecure }, PROXIES);
}

describe("R-45 the address behind trusted proxies", () => {
  test.each<[string, string | undefined, string]>([
    ["one hop", "203.0.113.9", "203.0.113.9"],
    ["two proxies", "203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["without blanks", "203.0.113.9,10.0.0.2,10.0.0.3", "203.0.113.9"],
    ["a claim of the client", "10.0.0.9, 198.51.100.1, 203.0.113.9", "203.0.113.9"],
    ["a claim to be a proxy", "127.0.0.1, 203.0.113.9", "203.0.113.9"],
    ["all are proxies: the first", "10.0.0.7, 10.0.0.2", "10.0.0.7"],
    ["an IPv6 client", "[2001:db8::7]:4711", "2001:db8::7"],
    ["a port", "203.0.113.9:4711", "203.0.113.9"],
    ["the word unknown", "203.0.113.9, unknown", "10.0.0.1"],
    ["an empty entry", "203.0.113.9, ", "10.0.0.1"],
    ["an unreadable entry behind a proxy", "203.0.113.9, _x, 10.0.0.2", "10.0.0.2"],
    ["an empty header", "", "10.0.0.1"],
    ["a lone comma", ",", "10.0.0.1"],
    ["no header", undefined, "10.0.0.1"],
  ])("%s", (_, forwardedFor, address) => {
    expect(client({ forwardedFor })).toMatchObject({ address, isProxied: true });
  });

  test("a proxy on an IPv6 socket for both kinds is the same proxy", () => {
    expect(client({ forwardedFor: "203.0.113.9" }, "::ffff:10.0.0.1").address).toBe("203.0.113.9");
  });
});

describe("R-44 the transport", () => {
  test.each<[string | undefined, boolean, boolean]>([
    ["https", false, true],
    ["HTTPS", false, true],
    [" https ", false, true],
    ["https, https", false, true],
    ["http", true, false],
    ["https, http", false, false],
    ["http, https", false, false],
    ["https,", false, false],
    ["", true, false],
    ["wss", false, false],
    ["https;q=1", false, false],
    [undefined, true, true],
    [undefined, false, false],
  ])("X-Forwarded-Proto %p over a connection that is encrypted: %p", (forwardedProto, own, isSecure) => {
    expect(client({ forwardedProto }, "10.0.0.1", own).isSecure).toBe(isSecure);
  });
});

test.each<[string | undefined, string]>([
  ["app.example", "app.example"],
  ["evil.example, app.example", "app.example"],
  [" app.example:8443 ", "app.example:8443"],
  ["app.example,", "inner.example"],
  ["", "inner.example"],
  [undefined, "inner.example"],
])("the host of X-Forwarded-Host %p is %p", (forwardedHost, host) => {
  expect(client({ forwardedHost }).host).toBe(host);
});

const TEXT = fc.option(fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.ipV4(), fc.ipV6()), {
  nil: undefined,
});
const HEADERS = fc.record({
  host: TEXT,
  forwardedFor: fc.oneof(
    TEXT,
    fc.array(fc.oneof(fc.ipV4(), fc.string())).map((list) => list.join(", ")),
  ),
  forwardedProto: TEXT,
  forwardedHost: TEXT,
});

test("property: R-45 from anybody but a trusted proxy, the headers change nothing", () => {
  fc.assert(
    fc.property(
      HEADERS,
      fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()),
      fc.boolean(),
      (headers, address, isSecure) => {
        fc.pre(!isTrustedProxy(parseAddress(address), PROXIES));
        const direct = { address, isSecure, host: headers.host, isProxied: false };
        expect(findClient(headers, { address, isSecure }, PROXIES)).toEqual(direct);
        expect(findClient(headers, { address: "10.0.0.1", isSecure }, [])).toEqual({
          ...direct,
          address: "10.0.0.1",
        });
      },
    ),
  );
});

test("property: whatever a client claims, the address is the one that the nearest proxy saw", () => {
  fc.assert(
    fc.property(TEXT, fc.ipV4(), (claim, seen) => {
      fc.pre(!isTrustedProxy(seen, PROXIES));
      const forwardedFor = claim === undefined ? seen : `${claim}, ${seen}`;
      expect(client({ forwardedFor }).address).toBe(seen);
    }),
  );
});

test("hostile: a header of a megabyte of proxies is read in no time", () => {
  const forwardedFor = Array.from({ length: 100_000 }, () => "10.0.0.2").join(",");
  const begin = performance.now();
  expect(client({ forwardedFor }).address).toBe("10.0.0.2");
  expect(client({ forwardedFor: ",".repeat(1_000_000) }).address).toBe("10.0.0.1");
  expect(performance.now() - begin).toBeLessThan(5000);
});
