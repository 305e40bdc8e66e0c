// Errors of the file itself: unreadable, or no JSON.

import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { findJsonError } from "../../src/config/find-json-error.js";
import { parseJson, readJsonFile } from "../../src/config/read-json-file.js";
import { temporaryDirectory, writeConfig } from "./temporary-config.js";

describe("text that is no JSON", () => {
  test.each([
    ["", 1, 1, "a value"],
    ['{"a": 1,\n}', 2, 1, "a key in double quotes"],
    ["{\n  'a': 1\n}", 2, 3, 'a key in double quotes or "}"'],
    ['{"a" 1}', 1, 6, '":" after the key'],
    ['{"a": 1 "b": 2}', 1, 9, '"," or "}"'],
    ["[1", 1, 3, '"," or "]"'],
    ["[01]", 1, 3, '"," or "]"'],
    ["[1,,2]", 1, 4, "a value"],
    ['{"a": tru}', 1, 7, "a value"],
    ['{"a": "line\nbreak"}', 1, 7, "a value"],
    ["[1] x", 1, 5, "nothing more after the end"],
    ["[1}", 1, 3, '"," or "]"'],
  ])("%j", (text, line, column, expected) => {
    expect(() => parseJson(text, "config.json")).toThrow(
      expect.objectContaining({
        code: "ERR_CONFIG_SYNTAX",
        message: `config.json is no JSON: line ${line}, column ${column}: expected ${expected}`,
        details: { file: "config.json", line, column, expected },
      }),
    );
  });

  test("isn't quoted", () => {
    try {
      parseJson('{"secret": "hunter2" oops', "config.json");
    } catch (error) {
      expect(`${(error as Error).stack} ${String((error as Error).cause)}`).not.toContain("hunter2");
    }
    expect.assertions(1);
  });

  test("is found wherever JSON is cut or gets a stray character", () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom("", "}", "]", ",", ":", '"', "x", "\\", "\n"))
      .map(([json, at, stray]) => {
        const place = at % (json.length + 1);
        return stray === "" ? json.slice(0, place) : json.slice(0, place) + stray + json.slice(place);
      })
      .filter((text) => !isJson(text));
    fc.assert(
      fc.property(damaged, (text) => {
        const { line, column, expected } = findJsonError(text);
        const lines = text.split("\n");
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? "").length + 1);
        // The scanner must not take the text for JSON: then it would blame the end.
        if (expected === "nothing more after the end") {
          expect(lines.slice(0, line).join("\n").length).toBeGreaterThan(0);
          expect((lines[line - 1] ?? "")[column - 1]).toBeDefined();
        }
      }),
    );
  });

  test("however deep it is nested", () => {
    expect(findJsonError("[".repeat(200_000))).toMatchObject({ line: 1, column: 200_001 });
  });
});

test("a file that can't be read is named with the reason", async () => {
  const file = join(temporaryDirectory(), "absent.json");
  await expect(readJsonFile(file)).rejects.toMatchObject({
    code: "ERR_CONFIG_READ",
    message: `${file} can't be read (ENOENT)`,
    hint: "check the path",
  });
});

test("a byte order mark, as Windows editors write it, is no error", async () => {
  expect(await readJsonFile(writeConfig('\ufeff{"a": 1}'))).toEqual({ a: 1 });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
