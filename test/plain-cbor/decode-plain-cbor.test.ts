// The fast way through CBOR never says anything else than cborg.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decodePlainCbor } from "../../src/plain-cbor/decode-plain-cbor.js";
import { CBOR_MAX_DEPTH, decodeStrictMap, encodeCborMap, findPlainMap } from "../../src/record/cbor-map.js";
import { cborMapArbitrary } from "../support/cookie-arbitraries.js";

const decode = (hex: string): unknown => decodePlainCbor(Buffer.from(hex, "hex"), CBOR_MAX_DEPTH);

describe("what it decodes", () => {
  test.each<[string, string, unknown]>([
    ["an empty map", "a0", {}],
    [
      "integers of each size",
      "a16161841818190100 1a00010000 20".replaceAll(" ", ""),
      { a: [24, 256, 65_536, -1] },
    ],
    [
      "text, a double, booleans, null",
      "a1616185 62c3a4 fb3ff8000000000000 f4 f5 f6".replaceAll(" ", ""),
      { a: ["ä", 1.5, false, true, null] },
    ],
    ["integers of 8 bytes, up to 2^53 - 1", "821b00000001000000001b001fffffffffffff", [2 ** 32, 2 ** 53 - 1]],
    ["a negative integer of 8 bytes", "3b0000000100000000", -(2 ** 32) - 1],
    ["a list, text, a number by itself", "8361610a60", ["a", 10, ""]],
    ["maps and lists in each other", "a16161a1616281a0", { a: { b: [{}] } }],
  ])("%s", (_, hex, value) => {
    expect(decode(hex)).toEqual(value);
  });
});

test.each<[string, string]>([
  ["nothing", ""],
  ["rubbish after the map", "a000"],
  ["a doubled key", "a2616101616102"],
  ["the key __proto__", "a1695f5f70726f746f5f5f01"],
  ["a key that is no text", "a10101"],
  ["bytes", "a1616141ff"],
  ["a tag", "a16161c101"],
  ["indefinite length", "bf616101ff"],
  ["a half float", "a16161f93c00"],
  ["an integer of 2^53", "a161611b0020000000000000"],
  ["a negative integer of -2^53", "3b001fffffffffffff"],
  ["a head that could be shorter", "a161611801"],
  ["text that is no UTF-8", "a1616161ff"],
  ["text cut short", "a161616561"],
  ["a list longer than the input", "a161619affffffff"],
  ["nesting deeper than the limit", `a16161${"81".repeat(CBOR_MAX_DEPTH)}00`],
])("%s is left to the strict decoder", (_, hex) => {
  expect(decode(hex)).toBeUndefined();
});

test("whatever it decodes, the strict decoder decodes to the same; also after mutations", () => {
  const mutation = fc.record({ at: fc.nat(2000), byte: fc.integer({ min: 0, max: 255 }) });
  fc.assert(
    fc.property(
      cborMapArbitrary(),
      fc.array(mutation, { maxLength: 3 }),
      fc.nat(50),
      (map, mutations, cut) => {
        const bytes = Buffer.from(encodeCborMap(map, "test"));
        for (const { at, byte } of mutations) bytes[at % bytes.length] = byte;
        const input = mutations.length === 3 ? bytes.subarray(0, bytes.length - (cut % bytes.length)) : bytes;
        const plain = findPlainMap(input);
        if (plain !== undefined) expect(plain).toEqual(decodeStrictMap(input, "test"));
      },
    ),
    { numRuns: 3000 },
  );
});

test("it takes what JSON documents become in Python", () => {
  const json = fc.object({
    key: fc.string().filter((key) => key !== "__proto__"),
    values: [
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ],
    maxDepth: 4,
  });
  fc.assert(
    fc.property(json, (map) => {
      const bytes = Buffer.from(encodeCborMap(map as Record<string, unknown>, "test"));
      const isTaken = findPlainMap(bytes) !== undefined;
      // A double that is a whole number above 2^53 becomes an integer that can be of 8 bytes.
      expect(isTaken || /1b|3b/.test(bytes.toString("hex")) || bytes.includes("\ufffd")).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("a list is no map of a record", () => {
  expect(findPlainMap(Buffer.from("80", "hex"))).toBeUndefined();
});

test("keys that share a slot of the memory of keys stay apart", () => {
  // More different keys than there are slots, twice: each must come back as it is, whoever was there before it.
  const maps = Array.from({ length: 2000 }, (_, n) => ({ [`key-${n}`]: n, [`k\u00e4y-${n}`]: n + 1 }));
  for (const map of [...maps, ...maps.toReversed()]) {
    expect(decodePlainCbor(Buffer.from(encodeCborMap(map, "test")), CBOR_MAX_DEPTH)).toEqual(map);
  }
});
