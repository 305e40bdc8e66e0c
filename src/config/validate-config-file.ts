// The schema step: any JSON value in, a typed file with the schema's defaults out.

import { compileSchema, type SchemaCheck } from "../json-schema/compile-schema.js";
import type { ConfigFile } from "./config-file.js";
import { invalidConfig } from "./config-problem.js";
import { explainStoreKeys } from "./explain-store-keys.js";

/** schema/config.schema.json, the same distance from src/config and from dist/config. */
const SCHEMA = new URL("../../schema/config.schema.json", import.meta.url);

let compiled: SchemaCheck<ConfigFile> | undefined;

/**
 * Checks a parsed file against the schema and fills in the schema's defaults, in place.
 *
 * @param file only for the error text
 * @throws `ERR_CONFIG_INVALID` with all wrong keys, each by its path
 */
export function validateConfigFile(content: unknown, file: string): ConfigFile {
  // Only commands that read a configuration pay for compiling.
  compiled ??= compileSchema<ConfigFile>(SCHEMA);
  const result = compiled(content);
  if ("value" in result) return result.value;
  throw invalidConfig(file, explainStoreKeys(result.problems, content));
}
