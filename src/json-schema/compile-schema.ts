// A JSON schema (draft 2020-12) made into checks. The only file that runs ajv.

import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { KeyProblem } from "./key-problem.js";
import { toSchemaProblems } from "./schema-problems.js";

/** What a check says: the value, of the type that the schema describes, or all that is wrong with it. */
export type SchemaResult<T> = { readonly value: T } | { readonly problems: readonly KeyProblem[] };

/** Checks a JSON value and fills in the schema's defaults, in place. */
export type SchemaCheck<T> = (value: unknown) => SchemaResult<T>;

/**
 * Reads and compiles a schema. That takes some 50 ms: do it once, and where it is needed.
 *
 * @param file JSON; every part of the schema must have a `title`, which is what problems say was expected
 */
export function compileSchema<T>(file: URL): SchemaCheck<T> {
  return toCheck(createAjv().compile<T>(readSchema(file)));
}

/**
 * Reads a schema whose parts stand under `$defs`, and gives the check of each by its name; each is compiled when it is
 * first asked for. A name that isn't there is a mistake of the program.
 */
export function openDefinitions(file: URL): <T>(name: string) => SchemaCheck<T> {
  const ajv = createAjv();
  const schema = readSchema(file);
  ajv.addSchema(schema);
  return <T>(name: string) => {
    const validate = ajv.getSchema<T>(`${schema.$id}#/$defs/${name}`);
    if (validate === undefined) throw new Error(`${file.pathname} has no $defs/${name}`);
    return toCheck(validate as ValidateFunction<T>);
  };
}

function createAjv(): Ajv2020 {
  return new Ajv2020({ allErrors: true, verbose: true, useDefaults: true, discriminator: true });
}

function readSchema(file: URL): { readonly $id?: string } {
  return JSON.parse(readFileSync(file, "utf8"));
}

function toCheck<T>(validate: ValidateFunction<T>): SchemaCheck<T> {
  return (value) => (validate(value) ? { value } : { problems: toSchemaProblems(validate.errors ?? []) });
}
