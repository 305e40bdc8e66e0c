// which peers share a limit.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toPeerKey } from "../../src/authenticator/peer-key.js";

describe("toPeerKey", () => {
  test.each<[string, string | undefined, string]>([
    ["IPv4 without its port", "tcp4:192.0.2.7:35578", "192.0.2.7"],
    ["a bare address, as HTTP long-poll has it", "192.0.2.7", "192.0.2.7"],
    ["IPv6 loopback", "tcp6:::1:35578", "0:0:0:0"],
    ["the first half of IPv6", "tcp6:2001:db8:1:2:3:4:5:6:443", "2001:db8:1:2"],
    ["IPv6 with its gap in the second half", "tcp6:2001:db8:1:2::6:443", "2001:db8:1:2"],
    ["IPv6 with its gap in the first half", "tcp6:2001:db8::1:443", "2001:db8:0:0"],
    ["IPv6 in another spelling", "tcp6:2001:0DB8:0001:0002::1:443", "2001:db8:1:2"],
    ["IPv6 with a zone", "tcp6:fe80::1%eth0:443", "fe80:0:0:0"],
    ["IPv4 on an IPv6 socket", "tcp6:::ffff:192.0.2.7:443", "192.0.2.7"],
    ["IPv6 that ends like IPv4", "tcp6:64:ff9b:1::192.0.2.7:443", "64:ff9b:1:0"],
    ["a Unix socket", "unix:/run/crossbar.sock", "unknown"],
    ["a pipe", "process:142092", "unknown"],
    ["a port that is missing", "tcp4:192.0.2.7", "unknown"],
    ["a name", "tcp4:localhost:80", "unknown"],
    ["nothing", undefined, "unknown"],
    ["nothing but text", "", "unknown"],
    ["too much text", `tcp4:192.0.2.7${" ".repeat(100_000)}:1`, "unknown"],
  ])("%s", (_name, peer, key) => {
    expect(toPeerKey(peer)).toBe(key);
  });

  test("property: all addresses of an IPv6 network have one key, in any spelling", () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
    const written = (part: readonly number[], isPadded: boolean) =>
      part.map((one) => (isPadded ? one.toString(16).padStart(4, "0").toUpperCase() : one.toString(16)));
    fc.assert(
      fc.property(groups(4), groups(4), fc.boolean(), (network, host, isPadded) => {
        const address = written([...network, ...host], isPadded).join(":");
        expect(toPeerKey(`tcp6:${address}:1`)).toBe(written(network, false).join(":"));
        // The URL parser writes it the short way, with `::`.
        const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
        // One that begins like a mapped IPv4 address is none of this network.
        fc.pre(!short.startsWith("::ffff:"));
        expect(toPeerKey(`tcp6:${short}:1`)).toBe(written(network, false).join(":"));
      }),
    );
  });

  test("property: any text has a key, and no long one", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.ipV4(), fc.ipV6()), (text) => {
        for (const peer of [text, `tcp4:${text}:1`, `tcp6:${text}:1`]) {
          expect(toPeerKey(peer)).toMatch(/^[0-9a-f:.]{1,40}$|^unknown$/);
        }
      }),
    );
  });
});
