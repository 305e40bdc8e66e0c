// YAML as Crossbar reads it, with errors that never quote the text, which may hold secrets.

import { parseDocument } from "yaml";
import { CookieAuthenticatorError } from "../errors.js";

/**
 * The content of a YAML text. Crossbar uses PyYAML: version 1.1, where `yes` is true, with merge keys; of equal keys
 * the last one counts.
 *
 * @throws `ERR_CONFIG_SYNTAX` with line and column
 */
export function parseYaml(text: string, file: string): unknown {
  const document = parseDocument(text, {
    version: "1.1",
    merge: true,
    uniqueKeys: false,
    logLevel: "error",
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const [{ line, col }] = error.linePos ?? [{ line: 1, col: 1 }];
    throw syntaxError(file, `line ${line}, column ${col} (${error.code})`, { line, column: col });
  }
  try {
    return document.toJS(); // at most 100 aliases: a few lines can't fill the memory
  } catch {
    throw syntaxError(file, "an alias without its anchor, or too many of them", {});
  }
}

function syntaxError(file: string, where: string, details: object): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_CONFIG_SYNTAX", `${file} is no YAML: ${where}`, {
    hint: "`crossbar check` says more; YAML indents with blanks, never with tabs",
    details: { file, ...details },
  });
}
