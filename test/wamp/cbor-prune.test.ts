// Messages that are nested deeper than a stack holds: the deep part goes, the rest stays, and nothing overflows.

import { describe, expect, test } from "@jest/globals";
import { decode, encode } from "cborg";
import fc from "fast-check";
import { pruneDeepCbor } from "../../src/wamp/cbor-prune.js";
import { cborSerializer } from "../../src/wamp/cbor-serializer.js";

/** `[68, 7, <depth lists>, "after"]`, each of the lists as `open` and `close` have it. */
function deepMessage(depth: number, open = [0x81], close: readonly number[] = []): Buffer {
  const opened = Buffer.concat(Array.from({ length: depth }, () => Buffer.from(open)));
  const closed = Buffer.concat(Array.from({ length: depth }, () => Buffer.from(close)));
  return Buffer.concat([
    Buffer.from([0x84, 0x18, 68, 7]),
    opened,
    Buffer.from([0x01]),
    closed,
    Buffer.from(encode("after")),
  ]);
}

describe.each<[string, number[], number[]]>([
  ["lists", [0x81], []],
  ["maps", [0xa1, 0x61, 0x61], []],
  ["tags", [0xc1], []],
  ["lists of indefinite length", [0x9f], [0xff]],
  ["maps of indefinite length", [0xbf, 0x61, 0x61], [0xff]],
])("%s", (_, open, close) => {
  test.each([5_000, 20_000, 300_000])("%d deep: the message is still understood", (depth) => {
    const message = cborSerializer.unserialize(deepMessage(depth, open, close)) as unknown[];
    expect(message[0]).toBe(68);
    expect(message[1]).toBe(7);
    expect(message[3]).toBe("after");
  });

  test("100 deep: nothing is cut", () => {
    const bytes = deepMessage(100, open, close);
    expect(pruneDeepCbor(bytes)).toBe(bytes);
  });
});

test("only what is too deep goes", () => {
  const deep = Buffer.concat([Buffer.alloc(200, 0x81), Buffer.from([0x01])]);
  const bytes = Buffer.concat([Buffer.from([0x83]), encode({ a: [1] }), deep, encode([2, "x"])]);
  const [first, , last] = decode(pruneDeepCbor(bytes)) as unknown[];
  expect([first, last]).toEqual([{ a: [1] }, [2, "x"]]);
});

test("any bytes are borne, and any message that isn't deep comes back as it is", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      pruneDeepCbor(bytes);
    }),
  );
  fc.assert(
    fc.property(
      fc.anything({ maxDepth: 5, values: [fc.string(), fc.integer(), fc.constant(null)] }),
      (value) => {
        const bytes = encode(JSON.parse(JSON.stringify([value])));
        expect(pruneDeepCbor(bytes)).toBe(bytes);
      },
    ),
  );
});
