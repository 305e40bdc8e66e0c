// A cookie value comes from a file or standard input, never from the arguments, which every user can list.

import { createReadStream } from "node:fs";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import { COOKIE_VALUE_MAX_BYTES, isCookieValue } from "../record/cookie-value.js";
import type { CliContext } from "./cli-context.js";

/** More than any value with its newline: what is longer isn't read on. */
const READ_MAX_BYTES = 4096;

/**
 * The value in a file, or on standard input for `-`. One newline at the end is dropped.
 *
 * @throws `ERR_ARGUMENT` if it can't be read or is no cookie value; the text never quotes it
 */
export async function readCookieValue(source: string, context: Pick<CliContext, "stdin">): Promise<string> {
  const text = await readText(source, source === "-" ? context.stdin : createReadStream(source));
  const value = text.replace(/\r?\n$/, "");
  if (isCookieValue(value)) return value;
  throw new CookieAuthenticatorError("ERR_ARGUMENT", `${nameOf(source)} holds no cookie value`, {
    hint:
      `expected 1 to ${COOKIE_VALUE_MAX_BYTES} ASCII characters without space, quote, comma, semicolon and ` +
      "backslash, and at most one newline after them",
  });
}

async function readText(source: string, stream: CliContext["stdin"]): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes > READ_MAX_BYTES) break;
    }
  } catch (cause) {
    const code = errorCodeOf(cause) ?? "unknown error";
    throw new CookieAuthenticatorError("ERR_ARGUMENT", `${nameOf(source)} can't be read (${code})`, {
      hint: "--value-file takes the path of a file, or - for standard input",
      cause,
    });
  }
  // latin1: a byte that is no ASCII stays one wrong character, whatever the encoding.
  return Buffer.concat(chunks).toString("latin1");
}

/** The path isn't quoted: it may be a value that was typed in the place of a file. */
function nameOf(source: string): string {
  return source === "-" ? "standard input" : "the file of --value-file";
}
