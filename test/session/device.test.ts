// What is kept of a device, and of a scope, whoever wrote the record.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { CborMap } from "../../src/record/cbor-map.js";
import { cleanDevice, deviceOf, toTransportInfo } from "../../src/session/device.js";
import { parseScope, scopeOf, toScopeText } from "../../src/session/scope.js";
import { cookie } from "../support/authenticator-cases.js";
import { cborMapArbitrary, cborValueArbitrary } from "../support/cookie-arbitraries.js";

const recordOf = (authenticatedTransportInfo: CborMap) => cookie({ authenticatedTransportInfo });

describe("a device", () => {
  test.each<[string, unknown, string | undefined]>([
    ["a peer as it is", "tcp4:192.0.2.1:50000", "tcp4:192.0.2.1:50000"],
    ["line breaks and escapes out", "a\r\nb\u001b[31mc\u0000\u2028\u202e", "ab[31mc"],
    ["lone surrogates out, pairs in", "\ud800x\u{1f600}", "x\u{1f600}"],
    ["256 characters", "x".repeat(1_000_000), "x".repeat(256)],
    ["a pair that the cut would halve is left out", `${"x".repeat(255)}\u{1f600}`, "x".repeat(255)],
    ["nothing of empty text", "", undefined],
    ["nothing of control characters alone", "\r\n", undefined],
    ["nothing of what is no text", 7, undefined],
    ["nothing of nothing", undefined, undefined],
  ])("%s", (_, text, kept) => {
    expect(cleanDevice({ peer: text, userAgent: text } as never)).toEqual({ peer: kept, userAgent: kept });
  });

  test("is stored under these keys, and no others", () => {
    const device = { peer: "p", userAgent: "u", cookie: "cbtid=secret" };
    expect(toTransportInfo(device, "hash")).toEqual({ peer: "p", user_agent: "u", auth_code_sha256: "hash" });
    expect(toTransportInfo(undefined, undefined)).toEqual({});
  });

  test("of Crossbar's record is its peer and its user agent", () => {
    const info = { peer: "p", http_headers_received: { "user-agent": "u", cookie: "cbtid=secret" } };
    expect(deviceOf(recordOf(info))).toEqual({ peer: "p", userAgent: "u" });
  });

  test.each<[string, CborMap]>([
    ["nothing", {}],
    ["headers that are no map", { http_headers_received: "x" }],
    ["null for headers", { http_headers_received: null }],
    ["keys that objects have by nature", { http_headers_received: { __proto__: null } }],
    ["a peer that is a map", { peer: { toString: 1 } }],
  ])("%s is no device", (_, info) => {
    expect(deviceOf(recordOf(info))).toEqual({ peer: undefined, userAgent: undefined });
  });

  test("that can't be decoded is none, and no fault", () => {
    const bytes = Buffer.from(recordOf({ marker: "AAAAAAAA" }).bytes);
    bytes[bytes.indexOf("AAAAAAAA") - 1] = 0xff;
    const broken = (cookie().constructor as typeof import("../../src/record/cookie.js").Cookie).cast(bytes);
    expect(() => broken.authenticatedTransportInfo).toThrow();
    expect(deviceOf(broken)).toEqual({ peer: undefined, userAgent: undefined });
  });

  test("property: whatever a record holds, its device is short and printable", () => {
    const info = fc.oneof(
      cborMapArbitrary(),
      fc.record({ peer: cborValueArbitrary(), user_agent: cborValueArbitrary() }),
      fc.record({ http_headers_received: fc.record({ "user-agent": cborValueArbitrary() }) }),
    );
    fc.assert(
      fc.property(info, (held) => {
        for (const text of Object.values(deviceOf(recordOf(held as CborMap)))) {
          if (text === undefined) continue;
          expect(text.length).toBeLessThanOrEqual(256);
          expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
        }
      }),
    );
  });
});

describe("a scope", () => {
  test.each<[string, unknown, string[]]>([
    ["words of a text", "read write", ["read", "write"]],
    ["each word once", ["b", "a", "b"], ["b", "a"]],
    ["blanks of all kinds", " \ta\n b\u00a0c ", ["a", "b", "c"]],
    ["none", "", []],
    ["an empty list", [], []],
  ])("%s", (_, scope, words) => {
    expect(parseScope(scope)).toEqual(words);
  });

  test.each<[string, unknown]>([
    ["an empty word", [""]],
    ["a word with a blank", ["a b"]],
    ["a word with a control character", ["a\u0000"]],
    ["a word of a lone surrogate", ["\ud800"]],
    ["a text of a lone surrogate", "\ud800"],
    ["a word that is no text", [7]],
    ["null", null],
    ["a map", {}],
    ["more than 4096 characters", "x".repeat(4097)],
  ])("%s is refused", (_, scope) => {
    expect(() => parseScope(scope)).toThrow(expect.objectContaining({ code: "ERR_SESSION_ARGUMENT" }));
  });

  test("of a record that others made is the words that it holds, if any", () => {
    for (const [scope, words] of [
      ["a  b a", ["a", "b"]],
      [
        ["a b", "c", 7, null],
        ["a", "b", "c"],
      ],
      [{ a: 1 }, []],
      [7, []],
      [null, []],
    ] as const)
      expect(scopeOf(cookie({ authextra: { scope } }))).toEqual(words);
    expect(scopeOf(cookie({ authextra: {} }))).toEqual([]);
  });

  test("property: what is stored comes back, as text and as a list", () => {
    const word = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 10 })
      .filter((text) => !/[\s\p{Cc}]/u.test(text));
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 20 }), (words) => {
        const text = toScopeText(parseScope(words));
        expect(scopeOf(cookie({ authextra: { scope: text } }))).toEqual(words);
        expect(parseScope(text)).toEqual(words);
      }),
    );
  });
});
