import { describe, expect, test } from "@jest/globals";
import { encode } from "cborg";
import { cborSerializer } from "../../src/wamp/cbor-serializer.js";
import { jsonSerializer } from "../../src/wamp/json-serializer.js";
import { toSerializers } from "../../src/wamp/serializers.js";

const MESSAGE = [
  68,
  7,
  9,
  { caller: 9007199254740991, text: "é\u0000\ud83d\ude00" },
  [null, true, 1.5, -3, [], {}],
];

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const fromCbor = (text: string): unknown => cborSerializer.unserialize(hex(text));
const fromJson = (text: string): unknown => jsonSerializer.unserialize(Buffer.from(text));

describe("toSerializers", () => {
  test("keeps the order, which is the order of preference", () => {
    expect(toSerializers(["json", "cbor"]).map((one) => one.SERIALIZER_ID)).toEqual(["json", "cbor"]);
  });
});

describe.each(toSerializers(["cbor", "json"]))("$SERIALIZER_ID", (serializer) => {
  test("carries a WAMP message there and back", () => {
    expect(serializer.unserialize(Buffer.from(serializer.serialize(MESSAGE)))).toEqual(MESSAGE);
  });

  test("leaves undefined members out", () => {
    const frame = Buffer.from(serializer.serialize([70, { a: undefined, b: 1 }]));
    expect(serializer.unserialize(frame)).toEqual([70, { b: 1 }]);
  });

  test("refuses what is not of its format", () => {
    expect(() => serializer.unserialize(hex("ff00"))).toThrow();
    expect(() => serializer.unserialize(Buffer.alloc(0))).toThrow();
  });

  test("refuses to encode functions inside lists of cycles", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => serializer.serialize(cycle)).toThrow();
  });
});

describe("cbor from strange clients", () => {
  test.each([
    ["undefined", "81f7", [undefined]],
    ["NaN", "81f97e00", [Number.NaN]],
    ["an infinity", "81f97c00", [Number.POSITIVE_INFINITY]],
    ["an integer over 2^53", "811bffffffffffffffff", [18446744073709551615n]],
    ["a tagged date", "81c074323031332d30332d32315432303a30343a30305a", ["2013-03-21T20:04:00Z"]],
    ["a tag of 64 bits", "81dbffffffffffffffff01", [1]],
    ["nested tags", "81c1c2c301", [1]],
    ["a number as key", "81a10102", [{ 1: 2 }]],
    ["a list as key", "81a1810102", [{ "[object]": 2 }]],
    ["null as key", "81a1f602", [{ null: 2 }]],
    ["unassigned simple values", "82e0f8ff", [undefined, undefined]],
    ["an unassigned simple value as key", "81a1f0f0", [{ undefined: undefined }]],
    ["lists and maps of no given length", "9fbf616101ffff", [{ a: 1 }]],
    ["a key given twice", "81a2616101616102", [{ a: 2 }]],
  ])("reads %s", (_name, bytes, value) => {
    expect(fromCbor(bytes)).toEqual(value);
  });

  test.each([
    ["plainly", "81a1695f5f70726f746f5f5fa16161f5"],
    ["beside a key that is no text", "81a2695f5f70726f746f5f5fa16161f50102"],
  ])("a `__proto__` key is an own property, %s", (_name, bytes) => {
    const [map] = fromCbor(bytes) as [object];
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
    expect(Object.hasOwn(map, "__proto__")).toBe(true);
  });

  test.each([
    ["ends early", "8201"],
    ["has a tag without content", "81c0"],
    ["goes on after its end", "8101ff"],
    ["has a break outside", "ff"],
  ])("refuses a message that %s", (_name, bytes) => {
    expect(() => fromCbor(bytes)).toThrow();
  });

  test("reads a list nested 2000 deep, strange keys included", () => {
    const depth = 2000;
    const bytes = Buffer.concat([Buffer.alloc(depth, 0x81), hex("a10102")]);
    expect(cborSerializer.unserialize(bytes)).toHaveLength(1);
  });

  test("an exception, not a crash, at 200,000 deep", () => {
    expect(() => cborSerializer.unserialize(Buffer.alloc(200_000, 0x81))).toThrow();
  });

  test("a message made by cborg's own defaults is read as it is", () => {
    expect(cborSerializer.unserialize(Buffer.from(encode(MESSAGE)))).toEqual(MESSAGE);
  });
});

describe("json from strange clients", () => {
  test("Python's NaN and infinities become null, inside strings they stay", () => {
    const text = '[NaN,-Infinity,{"NaN":Infinity,"a":"NaN \\" -Infinity","b":"\\\\"},"x"]';
    expect(fromJson(text)).toEqual([null, null, { NaN: null, a: 'NaN " -Infinity', b: "\\" }, "x"]);
  });

  test("a `__proto__` key is an own property", () => {
    const [map] = fromJson('[{"__proto__":{"a":1}}]') as [object];
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
  });

  test("a long string beside a NaN takes no more than linear time", () => {
    const text = `["${"\\\\x".repeat(2_000_000)}",NaN]`;
    const begin = performance.now();
    expect((fromJson(text) as unknown[])[1]).toBeNull();
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});
