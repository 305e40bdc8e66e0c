// Reads Crossbar's node configuration for checkCrossbarNode: JSON, or YAML by the file's name, as Crossbar does.

import { dirname, extname, resolve } from "node:path";
import { parseJson, readTextFile } from "../config/read-json-file.js";
import { parseYaml } from "./parse-yaml.js";

/** A parsed node configuration, and where it came from. */
export interface CrossbarNode {
  /** Absolute path. */
  readonly file: string;
  readonly node: unknown;
  /** The directory that its relative paths begin at. */
  readonly nodeDirectory: string;
}

/**
 * Loads a node configuration in JSON, or in YAML if its name ends in `.yaml` or `.yml`.
 *
 * @throws `ERR_CONFIG_READ` if it can't be read; `ERR_CONFIG_SYNTAX` if it is no JSON or no YAML
 */
export async function loadCrossbarNode(file: string): Promise<CrossbarNode> {
  const path = resolve(file);
  const text = await readTextFile(path);
  const node = /^\.ya?ml$/i.test(extname(path)) ? parseYaml(text, path) : parseJson(text, path);
  return { file: path, node, nodeDirectory: dirname(path) };
}
