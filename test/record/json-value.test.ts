// Decoded CBOR as JSON.

import { expect, test } from "@jest/globals";
import { toJsonValue } from "../../src/record/json-value.js";

test.each([
  [null, null],
  ["x", "x"],
  [true, true],
  [1.5, 1.5],
  [Number.NaN, null],
  [Number.NEGATIVE_INFINITY, null],
  [2n ** 70n, "1180591620717411303424"],
  [new Uint8Array([0, 255]), "00ff"],
  [Buffer.from([1]), "01"],
  [undefined, null],
  [
    [undefined, [1n]],
    [null, ["1"]],
  ],
  [{ a: { b: new Uint8Array() } }, { a: { b: "" } }],
])("%p becomes %j", (value, json) => {
  expect(toJsonValue(value)).toEqual(json);
});

test("a __proto__ key stays a key", () => {
  const json = toJsonValue(JSON.parse('{"__proto__": {"isAdmin": true}}')) as Record<string, unknown>;
  expect(JSON.stringify(json)).toBe('{"__proto__":{"isAdmin":true}}');
  expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
  expect(json.isAdmin).toBeUndefined();
});
