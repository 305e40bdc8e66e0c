// Reads a JSON file; errors say line and column and never quote the text, which may hold secrets.

import { readFile } from "node:fs/promises";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import { findJsonError } from "./find-json-error.js";

/**
 * The parsed content of a JSON file in UTF-8, with or without byte order mark.
 *
 * @throws `ERR_CONFIG_READ` if the file can't be read; `ERR_CONFIG_SYNTAX` if it is no JSON
 */
export async function readJsonFile(file: string): Promise<unknown> {
  return parseJson(await readTextFile(file), file);
}

/**
 * The text of a configuration file in UTF-8, without its byte order mark.
 *
 * @throws `ERR_CONFIG_READ`
 */
export async function readTextFile(file: string): Promise<string> {
  try {
    const text = await readFile(file, "utf8");
    return text.startsWith("\ufeff") ? text.slice(1) : text;
  } catch (cause) {
    const code = errorCodeOf(cause) ?? "unknown error";
    throw new CookieAuthenticatorError("ERR_CONFIG_READ", `${file} can't be read (${code})`, {
      hint: code === "ENOENT" ? "check the path" : "the user of this process must be able to read the file",
      details: { file, reason: code },
      cause,
    });
  }
}

/**
 * `JSON.parse` with an error that people can use.
 *
 * @throws `ERR_CONFIG_SYNTAX`
 */
export function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The cause is left out on purpose: its message quotes the text.
    const { line, column, expected } = findJsonError(text);
    throw new CookieAuthenticatorError(
      "ERR_CONFIG_SYNTAX",
      `${file} is no JSON: line ${line}, column ${column}: expected ${expected}`,
      {
        hint: "JSON has no comments, no comma after the last item, and double quotes only",
        details: { file, line, column, expected },
      },
    );
  }
}
