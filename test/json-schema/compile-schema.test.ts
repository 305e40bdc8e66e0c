// Checks from schemas: problems by path, what was expected, defaults, choices, definitions.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "@jest/globals";
import { compileSchema, openDefinitions } from "../../src/json-schema/compile-schema.js";
import { toKeyPath } from "../../src/json-schema/key-problem.js";

const SCHEMA = {
  $id: "urn:wamp-cookie-authenticator:test",
  title: "an object",
  type: "object",
  additionalProperties: false,
  required: ["size"],
  properties: {
    size: { title: "a number from 1 to 9", type: "number", minimum: 1, maximum: 9 },
    color: { title: "red or blue", enum: ["red", "blue"], default: "red" },
    words: {
      title: "text or a list of words",
      oneOf: [
        { title: "text", type: "string" },
        { title: "a list", type: "array", items: { title: "a word", type: "string" } },
      ],
    },
  },
  $defs: {
    "key.one": {
      title: "exactly one of a and b",
      type: "object",
      oneOf: [{ required: ["a"] }, { required: ["b"] }],
    },
  },
};

function schemaFile(): URL {
  const file = join(mkdtempSync(join(tmpdir(), "schema-")), "schema.json");
  writeFileSync(file, JSON.stringify(SCHEMA));
  return pathToFileURL(file);
}

test("a right value comes back with its defaults", () => {
  expect(compileSchema(schemaFile())({ size: 3 })).toEqual({ value: { size: 3, color: "red" } });
});

test.each([
  [{}, [{ path: "size", message: "is missing: expected a number from 1 to 9" }]],
  [{ size: 0 }, [{ path: "size", message: "expected a number from 1 to 9" }]],
  [{ size: 1, colour: "red" }, [{ path: "colour", message: "unknown key: did you mean color?" }]],
  [{ size: 1, words: 5 }, [{ path: "words", message: "expected text or a list of words" }]],
  [{ size: 1, words: [5] }, [{ path: "words", message: "expected text or a list of words" }]],
  [7, [{ path: "", message: "expected an object" }]],
])("%j", (value, problems) => {
  expect(compileSchema(schemaFile())(value)).toEqual({ problems });
});

test("of a choice only the choice is told", () => {
  const check = openDefinitions(schemaFile())("key.one");
  const problems = [{ path: "", message: "expected exactly one of a and b" }];
  expect(check({})).toEqual({ problems });
  expect(check({ a: 1, b: 2 })).toEqual({ problems });
  expect(check({ b: 2 })).toEqual({ value: { b: 2 } });
});

test("a definition that isn't there is a mistake of the program", () => {
  expect(() => openDefinitions(schemaFile())("key.two")).toThrow("has no $defs/key.two");
});

test.each([
  [[], ""],
  [["a", 0, "b"], "a[0].b"],
  [["a", "b c"], 'a["b c"]'],
] as const)("the path of %j", (keys, path) => {
  expect(toKeyPath(keys)).toBe(path);
});
