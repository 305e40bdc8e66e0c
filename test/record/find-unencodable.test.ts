// What JSON, MessagePack and CBOR clients can all be sent.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { findUnencodable } from "../../src/record/find-unencodable.js";

describe("findUnencodable", () => {
  test.each<[string, unknown]>([
    ["text", "x"],
    ["empty text", ""],
    ["a number", 1.5],
    ["0", 0],
    ["a boolean", false],
    ["null", null],
    ["an empty map", {}],
    ["an empty list", []],
    ["a map without a prototype", Object.assign(Object.create(null), { a: 1 })],
    ["all of them inside each other", { a: [1, "x", null, [{ b: { c: [true] } }]] }],
    ["a __proto__ key", JSON.parse('{"__proto__": 1}')],
  ])("%s is well", (_name, value) => {
    expect(findUnencodable(value, "authextra")).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["bytes", new Uint8Array([1])],
    ["a Buffer", Buffer.from("x")],
    ["an array buffer", new ArrayBuffer(1)],
    ["a big integer", 2n],
    ["a date", new Date(0)],
    ["a Map", new Map([["a", 1]])],
    ["a Set", new Set()],
    ["a regular expression", /x/],
    ["an error", new Error("x")],
    ["a function", () => {}],
    ["a symbol", Symbol("x")],
    ["not a number", Number.NaN],
    ["infinity", Number.NEGATIVE_INFINITY],
  ])("%s is found, alone and inside", (_name, value) => {
    expect(findUnencodable(value, "authextra")).toBe("authextra");
    expect(findUnencodable({ a: [1, value] }, "authextra")).toBe("authextra.a[1]");
    expect(findUnencodable([[{ b: value }]], "authextra")).toBe("authextra[0][0].b");
  });

  test("the first one is told", () => {
    expect(findUnencodable({ a: 1n, b: undefined }, "authextra")).toBe("authextra.a");
  });

  test("property: any JSON is well, and comes through JSON unchanged", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(findUnencodable(value, "authextra")).toBeUndefined();
      }),
    );
  });
});
