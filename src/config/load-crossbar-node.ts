// Reads Crossbar's node configuration for checkCrossbarNode.

import { dirname, extname, resolve } from "node:path";
import { CookieAuthenticatorError } from "../errors.js";
import { readJsonFile } from "./read-json-file.js";

/** A parsed node configuration, and the directory that its relative paths begin at. */
export interface CrossbarNode {
  readonly node: unknown;
  readonly nodeDirectory: string;
}

/**
 * Loads a node configuration in JSON.
 *
 * @throws `ERR_CONFIG_READ` if it can't be read or is YAML; `ERR_CONFIG_SYNTAX` if it is no JSON
 */
export async function loadCrossbarNode(file: string): Promise<CrossbarNode> {
  const path = resolve(file);
  if (/^\.ya?ml$/i.test(extname(path))) {
    throw new CookieAuthenticatorError("ERR_CONFIG_READ", `${path} is YAML: only a JSON one can be checked`, {
      hint: "`crossbar convert` makes JSON of it; or leave out crossbarNode and --node",
      details: { file: path },
    });
  }
  return { node: await readJsonFile(path), nodeDirectory: dirname(path) };
}
