// client text in a log line.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { LOG_TEXT_MAX, toLogText } from "../../src/log/log-text.js";

describe("toLogText", () => {
  test.each<[string, unknown, string]>([
    ["plain text", "joe", "joe"],
    ["empty text", "", ""],
    ["letters of other scripts", "Zoë Ωμέγα 漢字 👍", "Zoë Ωμέγα 漢字 👍"],
    ["a line break", "a\nb\r\nc", "a\\u{a}b\\u{d}\\u{a}c"],
    ["a NUL", "\u0000", "\\u{0}"],
    ["a terminal escape", "\u001b[31mred", "\\u{1b}[31mred"],
    ["a C1 escape", "\u009b31m", "\\u{9b}31m"],
    ["DEL", "\u007f", "\\u{7f}"],
    ["text that turns its direction", "\u202egnp.exe", "\\u{202e}gnp.exe"],
    ["zero width", "a\u200bb\ufeff", "a\\u{200b}b\\u{feff}"],
    ["line separators of Unicode", "a\u2028b\u2029", "a\\u{2028}b\\u{2029}"],
    ["a lone surrogate", "a\ud800", "a\\u{d800}"],
    ["a tag character beyond 16 bits", "\u{e0041}", "\\u{e0041}"],
    ["absent", undefined, ""],
    ["null", null, "[null]"],
    ["a number", 5, "[number]"],
    ["a boolean", false, "[boolean]"],
    ["a list", ["joe"], "[array]"],
    ["a map", { toString: () => "joe" }, "[object]"],
    ["bytes", new Uint8Array([1]), "[object]"],
    ["a big integer", 1n, "[bigint]"],
  ])("%s", (_name, value, logged) => {
    expect(toLogText(value)).toBe(logged);
  });

  test("is cut at its longest, before the escapes", () => {
    expect(toLogText("a".repeat(LOG_TEXT_MAX))).toBe("a".repeat(LOG_TEXT_MAX));
    expect(toLogText("a".repeat(LOG_TEXT_MAX + 1))).toBe(`${"a".repeat(LOG_TEXT_MAX)}…`);
    expect(toLogText("\n".repeat(1_000_000))).toBe(`${"\\u{a}".repeat(LOG_TEXT_MAX)}…`);
  });

  test("a cut through a surrogate pair leaves no half of it", () => {
    const logged = toLogText(`${"a".repeat(LOG_TEXT_MAX - 1)}👍`);
    expect(logged).toBe(`${"a".repeat(LOG_TEXT_MAX - 1)}\\u{d83d}…`);
    expect(logged.isWellFormed()).toBe(true);
  });

  test("property: nothing that a terminal or a line-based log obeys is left", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.anything()), (value) => {
        expect(toLogText(value)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});
