// which addresses count as our proxies, and what an address looks like in sockets and headers.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isProxyEntry, isTrustedProxy, parseAddress } from "../../src/http-headers/trusted-proxies.js";

describe("parseAddress", () => {
  test.each<[string | undefined, string | undefined]>([
    ["192.0.2.7", "192.0.2.7"],
    [" 192.0.2.7\t", "192.0.2.7"],
    ["192.0.2.7:4711", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::FFFF:192.0.2.7", "192.0.2.7"],
    ["2001:DB8::1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["[::ffff:192.0.2.7]:80", "192.0.2.7"],
    ["unknown", undefined],
    ["_hidden", undefined],
    ["", undefined],
    ["192.0.2", undefined],
    ["192.0.2.256", undefined],
    ["192.0.2.7:4711:1", undefined],
    ["192.0.2.7, 192.0.2.8", undefined],
    ["[2001:db8::1", undefined],
    ["192.0.2.7\r\nX: y", undefined],
    ["example.com", undefined],
    [`${"0".repeat(200)}`, undefined],
    [undefined, undefined],
  ])("%p is %p", (text, address) => {
    expect(parseAddress(text)).toBe(address);
  });
});

describe("isProxyEntry", () => {
  test.each(["127.0.0.1", "10.0.0.0/8", "192.0.2.7/32", "::1", "2001:db8::/32", "fd00::/8"])(
    "%s is one",
    (text) => {
      expect(isProxyEntry(text)).toBe(true);
    },
  );

  test.each([
    "",
    "localhost",
    "10.0.0.0/33",
    "::/129",
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/-1",
    "10.0.0/8",
    "*",
    "loopback",
    "fe80::1%eth0",
    " 127.0.0.1",
  ])("%p is none", (text) => {
    expect(isProxyEntry(text)).toBe(false);
  });
});

describe("isTrustedProxy", () => {
  test.each<[string | undefined, string[], boolean]>([
    ["127.0.0.1", ["127.0.0.1"], true],
    ["127.0.0.2", ["127.0.0.1"], false],
    ["10.1.2.3", ["10.0.0.0/8"], true],
    ["11.1.2.3", ["10.0.0.0/8"], false],
    ["::1", ["::1"], true],
    ["0:0:0:0:0:0:0:1", ["::1"], true],
    ["2001:db8:1::1", ["2001:db8::/32"], true],
    ["2001:db9::1", ["2001:db8::/32"], false],
    ["10.1.2.3", ["2001:db8::/32", "10.0.0.0/8"], true],
    ["10.1.2.3", [], false],
    [undefined, ["10.0.0.0/8"], false],
    ["10.1.2.3", ["0.0.0.0/0", "no address"], false],
  ])("%p in %p: %p", (address, proxies, isTrusted) => {
    expect(isTrustedProxy(address, proxies)).toBe(isTrusted);
    expect(isTrustedProxy(address, proxies)).toBe(isTrusted); // from the list that was made ready
  });

  test("property: an address is in its own network and not in one that differs in its first bit", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), (address, prefix) => {
        const first = Number(address.split(".", 1)[0]);
        const other = address.replace(/^\d+/, String(first ^ 0x80));
        expect(isTrustedProxy(address, [`${address}/${prefix}`])).toBe(true);
        expect(isTrustedProxy(address, [`${other}/${prefix}`])).toBe(false);
      }),
    );
  });
});
