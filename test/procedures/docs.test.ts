// The schema and the pages made of it are about the procedures that there are.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { EVENT_TOPICS } from "../../src/procedures/event-message.js";
import { ERROR_URIS } from "../../src/procedures/procedure-error.js";
import { PROCEDURE_NAMES } from "../../src/procedures/procedure-names.js";

const { $defs: definitions } = JSON.parse(readFileSync("schema/procedures.schema.json", "utf8")) as {
  $defs: Record<string, Record<string, unknown>>;
};

test("each procedure has arguments and a result in the schema, in the same order", () => {
  const names = (part: string) =>
    Object.keys(definitions)
      .filter((name) => name.endsWith(part))
      .map((name) => name.slice(0, -part.length));
  expect(names(".arguments")).toEqual(PROCEDURE_NAMES);
  expect(names(".result")).toEqual(PROCEDURE_NAMES);
});

test("arguments are closed: no unknown key passes (R-33)", () => {
  for (const name of PROCEDURE_NAMES) {
    expect(definitions[`${name}.arguments`]).toMatchObject({ type: "object", additionalProperties: false });
  }
});

test("docs/procedures.md is up to date, and has every error and event", () => {
  execFileSync(process.execPath, ["scripts/generate-procedures-docs.mjs", "--check"]);
  const text = readFileSync("docs/procedures.md", "utf8");
  for (const uri of Object.values(ERROR_URIS)) expect(text).toContain(uri);
  for (const topic of Object.values(EVENT_TOPICS)) expect(text).toContain(topic);
});
