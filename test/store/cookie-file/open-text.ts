// A text as a cookie file that has been read once.

import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CheckedCookieFile, checkCookieFile } from "../../../src/store/cookie-file/check-cookie-file.js";
import { makeTempDirectory } from "../../support/temp-directory.js";

export async function withText<T>(
  text: string | Buffer,
  use: (file: CheckedCookieFile) => Promise<T> | T,
): Promise<T> {
  const path = join(makeTempDirectory(), "file");
  writeFileSync(path, text);
  const file = openSync(path, "r");
  try {
    return await use(await checkCookieFile(file, Buffer.byteLength(text)));
  } finally {
    closeSync(file);
  }
}

/** A line as Crossbar writes it. */
export function crossbarLine(changes: object): string {
  const line = {
    cbtid: "s3cret",
    status: "modified",
    created: "2026-11-22T10:11:53.891Z",
    modified: null,
    deleted: null,
    max_age: 3600,
    authid: "joe",
    authrole: "user",
    authmethod: "ticket",
    authrealm: "realm1",
    authextra: null,
  };
  return `${JSON.stringify({ ...line, ...changes })}\n`;
}
