// Turns ajv's errors into problems that people can read: by path, what was expected, never what was found.

import type { ErrorObject } from "ajv";
import { closestKey } from "./closest-key.js";
import { type KeyProblem, toKeyPath } from "./key-problem.js";

/** A problem for each error of ajv (options `allErrors` and `verbose`), without ajv's follow-up errors. */
export function toSchemaProblems(errors: readonly ErrorObject[]): KeyProblem[] {
  // Of a choice between several shapes only the choice itself is told, not what each shape lacks.
  const choices = errors
    .filter(({ keyword }) => keyword === "oneOf")
    .map(({ schemaPath }) => `${schemaPath}/`);
  return errors
    .filter(({ schemaPath }) => !choices.some((choice) => schemaPath.startsWith(choice)))
    .filter(({ keyword }) => keyword !== "if") // only repeats that its "then" or "else" has failed
    .map(toProblem);
}

function toProblem(error: ErrorObject): KeyProblem {
  const keys = keysOf(error.instancePath);
  const params: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case "required":
    case "dependentRequired": {
      const missing = String(params.missingProperty);
      const because = error.keyword === "required" ? "" : `, since ${String(params.property)} is there`;
      return {
        path: toKeyPath([...keys, missing]),
        message: `is missing${because}: expected ${expectedOf(propertyOf(error.parentSchema, missing))}`,
      };
    }
    case "additionalProperties": {
      const unknown = String(params.additionalProperty);
      const known = Object.keys(propertiesOf(error.parentSchema));
      const meant = closestKey(unknown, known);
      return {
        path: toKeyPath([...keys, unknown]),
        message: `unknown key${meant === undefined ? `: the keys here are ${known.join(", ")}` : `: did you mean ${meant}?`}`,
      };
    }
    case "discriminator":
      return {
        path: toKeyPath([...keys, String(params.tag)]),
        message: `expected one of ${methodsOf(error.parentSchema).join(", ")}`,
      };
    case "uniqueItems":
      return {
        path: toKeyPath(keys),
        message: `has the same item twice: expected ${expectedOf(error.parentSchema)}`,
      };
    case "minProperties":
    case "maxProperties":
      return { path: toKeyPath(keys), message: "expected one key: env or file" };
    default:
      return {
        path: toKeyPath(keys),
        message: `expected ${expectedOf(error.parentSchema)}${emptyOr(error)}`,
      };
  }
}

/** Where the type is right and yet the value is not, say that it is empty, the commonest slip. */
function emptyOr({ keyword }: ErrorObject): string {
  return keyword === "minLength" || keyword === "minItems" ? ", found an empty one" : "";
}

/** JSON pointer to keys: `/routers/0/url` to `["routers", 0, "url"]`. No key of the schema is a number. */
function keysOf(pointer: string): (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll("~1", "/").replaceAll("~0", "~")));
}

/** What a part of the schema asks for: its title, which every part has. */
function expectedOf(schema: unknown): string {
  return isObject(schema) && typeof schema.title === "string" ? schema.title : "another value";
}

function propertyOf(schema: unknown, key: string): unknown {
  return propertiesOf(schema)[key];
}

function propertiesOf(schema: unknown): Record<string, unknown> {
  return isObject(schema) && isObject(schema.properties) ? schema.properties : {};
}

/** The values of `method` in the branches of `auth`. */
function methodsOf(schema: unknown): string[] {
  const branches = isObject(schema) && Array.isArray(schema.oneOf) ? schema.oneOf : [];
  return branches.map((branch) => {
    const method = propertyOf(branch, "method");
    return isObject(method) ? String(method.const) : "";
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
