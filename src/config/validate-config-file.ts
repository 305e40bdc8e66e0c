// The schema step: any JSON value in, a typed file with the schema's defaults out.

import { readFileSync } from "node:fs";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ConfigFile } from "./config-file.js";
import { invalidConfig } from "./config-problem.js";
import { toSchemaProblems } from "./schema-problems.js";

/** schema/config.schema.json, the same distance from src/config and from dist/config. */
const SCHEMA = new URL("../../schema/config.schema.json", import.meta.url);

let compiled: ValidateFunction<ConfigFile> | undefined;

/**
 * Checks a parsed file against the schema and fills in the schema's defaults, in place.
 *
 * @param file only for the error text
 * @throws `ERR_CONFIG_INVALID` with all wrong keys, each by its path
 */
export function validateConfigFile(content: unknown, file: string): ConfigFile {
  compiled ??= compile();
  if (compiled(content)) return content;
  throw invalidConfig(file, toSchemaProblems(compiled.errors ?? []));
}

/** Compiling takes some 50 ms, so only commands that read a configuration pay for it. */
function compile(): ValidateFunction<ConfigFile> {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, useDefaults: true, discriminator: true });
  return ajv.compile<ConfigFile>(JSON.parse(readFileSync(SCHEMA, "utf8")));
}
