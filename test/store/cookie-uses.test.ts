// The entry of a last use: any comes back as it was, and no bytes bring more than "none".

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { encodeCborMap } from "../../src/record/cbor-map.js";
import { decodeUse, encodeUse, useKey } from "../../src/store/cookie-uses.js";

const MAX_U64 = 2n ** 64n - 1n;
const TIME = Buffer.from("000000000000002a", "hex");
const text = fc.option(fc.string({ unit: "grapheme", maxLength: 300 }), { nil: undefined });

test("any use comes back as it was", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: MAX_U64 }), text, text, (lastUsedNs, peer, userAgent) => {
      const use = decodeUse(encodeUse({ lastUsedNs, peer, userAgent }));
      expect(use?.lastUsedNs).toBe(lastUsedNs);
      expect([use?.peer, use?.userAgent]).toEqual([peer, userAgent]);
    }),
  );
});

test.each([
  [-1n, undefined],
  [MAX_U64 + 1n, undefined],
  [1n, "\ud800"],
])("one that can't be stored is an error: %p %p", (lastUsedNs, peer) => {
  expect(() => encodeUse({ lastUsedNs, peer })).toThrow(
    expect.objectContaining({ code: "ERR_COOKIE_FIELD" }),
  );
});

describe("a damaged entry", () => {
  test("any bytes are a use or none, never an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const use = decodeUse(Buffer.from(bytes));
        expect(use === undefined).toBe(bytes.length < 8);
        if (use !== undefined) expect(use.lastUsedNs).toBe(Buffer.from(bytes).readBigUInt64BE(0));
      }),
    );
  });

  test.each([
    ["no CBOR", Buffer.from([0xff, 0xff])],
    ["a list", Buffer.from([0x80])],
    ["too deep", Buffer.concat([Buffer.alloc(1000, 0x81), Buffer.from([0])])],
    ["too long", Buffer.concat([Buffer.from([0xa1, 0x61, 0x78, 0x5a, 0, 2, 0, 0]), Buffer.alloc(131_072)])],
    ["numbers for texts", Buffer.from(encodeCborMap({ peer: 1, user_agent: [2] }, "test"))],
    ["texts of a prototype", Buffer.from(encodeCborMap({ ["__proto__"]: { peer: "x" } }, "test"))],
  ])("keeps its time, and its device is none: %s", (_, device) => {
    expect(decodeUse(Buffer.concat([TIME, device]))).toEqual({ lastUsedNs: 42n });
  });
});

test("its key is the slot and the oid, and of no other text", () => {
  const slots = { byAuthid: 3, byExpiry: 4, uses: 0x0105, marks: 6 };
  expect(useKey(slots, "00010203-0405-4607-8809-0A0B0C0D0E0F").toString("hex")).toBe(
    "0105000102030405460788090a0b0c0d0e0f",
  );
  expect(() => useKey(slots, "x")).toThrow(expect.objectContaining({ code: "ERR_COOKIE_FIELD" }));
});
