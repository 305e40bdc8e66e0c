// The file that `cookies import` reads, more than once: a regular file as it is, a pipe by way of one that has no name.

import { closeSync, createReadStream, fstatSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";
import type { CliContext } from "./cli-context.js";

/** An open file and its size in bytes: what is appended meanwhile isn't read. */
export interface CookieFileInput {
  readonly file: number;
  readonly size: number;
}

/**
 * Opens the file, `-` for standard input, runs `use` and closes it.
 *
 * @throws `ERR_ARGUMENT` if it can't be read
 */
export async function withCookieFile<T>(
  path: string,
  context: Pick<CliContext, "stdin">,
  use: (input: CookieFileInput) => Promise<T>,
): Promise<T> {
  const file = path === "-" ? await spool(context.stdin) : await open(path);
  try {
    return await use({ file, size: fstatSync(file).size });
  } finally {
    closeSync(file);
  }
}

async function open(path: string): Promise<number> {
  try {
    const file = openSync(path, "r");
    if (fstatSync(file).isFile()) return file;
    return await spool(createReadStream(path, { fd: file }));
  } catch (error) {
    const code = errorCodeOf(error) ?? "unknown";
    throw new CookieAuthenticatorError("ERR_ARGUMENT", `${path} can't be read (${code})`, {
      hint: "name a file of `cookies export` or of Crossbar's file-backed store, or - for standard input",
      details: { path, cause: code },
    });
  }
}

/** It holds cookie values: its directory is private, and it has no name any more when the first byte is written. */
async function spool(input: AsyncIterable<string | Uint8Array>): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "cookies-import-"));
  const file = openSync(join(directory, "file"), "wx+", 0o600);
  rmSync(directory, { recursive: true });
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk as Uint8Array);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  }
  return file;
}
