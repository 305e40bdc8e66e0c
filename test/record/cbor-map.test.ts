// CBOR maps: the same bytes as Python's cbor2, and limits that no input gets past.

import { describe, expect, test } from "@jest/globals";
import {
  CBOR_MAX_BYTES,
  CBOR_MAX_DEPTH,
  type CborMap,
  decodeCborMap,
  encodeCborMap,
} from "../../src/record/cbor-map.js";
import { cborFromJson } from "../support/cookie-json.js";
import { readGoldenRecords } from "../support/golden-records.js";

const { cbor } = readGoldenRecords();

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function decodeHex(text: string): CborMap {
  return decodeCborMap(Buffer.from(text, "hex"), "authextra");
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = [value];
  return value;
}

describe.each(cbor)("cbor2's $name", ({ value: json, hex: golden, rebuild }) => {
  const value = cborFromJson(json) as CborMap;

  test("decodes to the same", () => {
    // JavaScript's 0 and -0 are told apart by toEqual and by nothing that reads authextra.
    expect(decodeHex(golden)).toEqual(value);
  });

  test(
    rebuild === "identical" ? "encodes to the same bytes" : "encodes to other bytes of the same content",
    () => {
      const encoded = encodeCborMap(value, "authextra");
      if (rebuild === "identical") expect(hex(encoded)).toBe(golden);
      else expect(hex(encoded)).not.toBe(golden);
      expect(decodeCborMap(encoded, "authextra")).toEqual(value);
    },
  );
});

describe("limits", () => {
  test("exactly the greatest depth is read and written, one more isn't", () => {
    const deepest = { v: nested(CBOR_MAX_DEPTH - 1) };
    expect(decodeCborMap(encodeCborMap(deepest, "authextra"), "authextra")).toEqual(deepest);
    expect(() => encodeCborMap({ v: nested(CBOR_MAX_DEPTH) }, "authextra")).toThrow(
      expect.objectContaining({ code: "ERR_COOKIE_FIELD" }),
    );
    expect(() => decodeHex(`a16176${"81".repeat(CBOR_MAX_DEPTH)}01`)).toThrow(
      expect.objectContaining({ code: "ERR_RECORD_CBOR" }),
    );
  });

  test("exactly the greatest size is read and written, one byte more isn't", () => {
    // {"v": bytes} has 1 + 2 bytes before the byte string, and that has a head of 3.
    const largest = { v: new Uint8Array(CBOR_MAX_BYTES - 6) };
    const encoded = encodeCborMap(largest, "authextra");
    expect(encoded).toHaveLength(CBOR_MAX_BYTES);
    expect(decodeCborMap(encoded, "authextra")).toEqual(largest);
    expect(() => encodeCborMap({ v: new Uint8Array(CBOR_MAX_BYTES - 5) }, "authextra")).toThrow(
      expect.objectContaining({ code: "ERR_COOKIE_FIELD" }),
    );
    expect(() => decodeCborMap(Buffer.concat([encoded, Buffer.alloc(1)]), "authextra")).toThrow(
      expect.objectContaining({ code: "ERR_RECORD_CBOR" }),
    );
  });

  test("a map too deep for the encoder's stack is refused, not a RangeError", () => {
    expect(() => encodeCborMap({ v: nested(100_000) }, "authextra")).toThrow(
      expect.objectContaining({ code: "ERR_COOKIE_FIELD" }),
    );
  });

  test.each<[string, unknown]>([
    ["a function", () => 1],
    ["a symbol", Symbol("x")],
    ["a class instance of the host", new Date(0)],
    ["text with a lone surrogate", "a\ud800"],
    ["a key with a lone surrogate", { "\udc00": 1 }],
  ])("%s can't be encoded", (_, value) => {
    expect(() => encodeCborMap({ v: value }, "authextra")).toThrow(
      expect.objectContaining({ code: "ERR_COOKIE_FIELD" }),
    );
  });

  test("a map that holds itself can't be encoded", () => {
    const map: CborMap = {};
    map.self = map;
    expect(() => encodeCborMap(map, "authextra")).toThrow(
      expect.objectContaining({ code: "ERR_COOKIE_FIELD" }),
    );
  });
});

describe("went wrong once", () => {
  test("short lists of indefinite length side by side counted as nested", () => {
    const list = Array.from({ length: 40 }, () => [[1]]);
    expect(decodeHex(`a161619828${"819f01ff".repeat(40)}`)).toEqual({ a: list });
  });

  test("a break as a map's value became a symbol, and hid what came after it from the depth check", () => {
    const deep = `${"81".repeat(1_000)}01`;
    for (const map of [
      "a16161ff",
      `a26161ff6162${deep}`,
      `bf6161ff6162${deep}ff`,
      "bf6161ff",
      "a161619fffff",
    ]) {
      expect(() => decodeHex(map)).toThrow(expect.objectContaining({ code: "ERR_RECORD_CBOR" }));
    }
    expect(decodeHex("bf61619fff6162bfffff")).toEqual({ a: [], b: {} });
  });

  test("text that is no UTF-8 came out with replacement characters", () => {
    expect(() => decodeHex("a1616162c328")).toThrow(expect.objectContaining({ code: "ERR_RECORD_CBOR" }));
    // U+FFFD itself is text like any other.
    expect(decodeHex("a1616163efbfbd")).toEqual({ a: "\ufffd" });
  });

  test("text lost its leading byte order mark", () => {
    expect(decodeHex("a163efbbbf63efbbbf")).toEqual({ "\ufeff": "\ufeff" });
    expect(decodeHex("a1616166efbbbfefbbbf")).toEqual({ a: "\ufeff\ufeff" });
    expect(decodeHex(`a161617840efbbbf${"61".repeat(61)}`)).toEqual({ a: `\ufeff${"a".repeat(61)}` });
  });

  test("empty text before the bytes of a byte order mark changed every empty text from then on", () => {
    expect(() => decodeHex("a1616160efbbbf")).toThrow(expect.objectContaining({ code: "ERR_RECORD_CBOR" }));
    expect(() => decodeHex("a161617800efbbbf")).toThrow(expect.objectContaining({ code: "ERR_RECORD_CBOR" }));
    expect(decodeHex("a1616160")).toEqual({ a: "" });
  });

  test("integers past 64 bits could be read but not written again", () => {
    const map = { big: 2n ** 64n, negative: -(2n ** 64n) - 1n };
    expect(decodeCborMap(encodeCborMap(map, "authextra"), "authextra")).toEqual(map);
    expect(hex(encodeCborMap({ v: [5n, -5n] }, "authextra"))).toBe("a16176820524");
  });

  test("a big integer of 60 KB took half a second to decode", () => {
    const bytes = Buffer.concat([Buffer.from("a16176c259ea60", "hex"), Buffer.alloc(60_000, 0xff)]);
    const started = performance.now();
    expect(decodeCborMap(bytes, "authextra").v).toBe(2n ** 480_000n - 1n);
    expect(performance.now() - started).toBeLessThan(200);
  });

  test("a tag for a big integer on something else than bytes became a number", () => {
    for (const content of ["8101", "a0", "01", "6131", "f6"]) {
      expect(() => decodeHex(`a16176c2${content}`)).toThrow(
        expect.objectContaining({ code: "ERR_RECORD_CBOR" }),
      );
    }
  });
});
