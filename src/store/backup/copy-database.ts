// Copies one state of a database into an empty directory: compacted by LMDB itself where it can, else page by page.

import { CookieAuthenticatorError, type ErrorCode } from "../../errors.js";
import type { LmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import { LmdbEnvironment } from "../lmdb/environment.js";
import { copyPages } from "./copy-pages.js";
import { watchSize } from "./watch-size.js";

/** Why LMDB may not be able to open what can be read: no native build, no right to write the lock file. */
const NOT_OPENED: readonly ErrorCode[] = [
  "ERR_ENGINE_MISSING",
  "ERR_ENGINE_WRONG_VERSION",
  "ERR_STORE_ACCESS",
];

/** How it was copied: without free pages, or why with them. */
export type CopyKind = { readonly compacted: true } | { readonly compacted: false; readonly why: string };

/**
 * @param onBytes called now and then with the bytes written so far
 * @throws as `copyCompacted`, but for what copying page by page mends, and `copyPages`
 */
export async function copyDatabase(
  reader: LmdbReader,
  source: string,
  directory: string,
  onBytes: (done: number) => void,
): Promise<CopyKind> {
  const why = await compact(reader, source, directory, onBytes);
  if (why === undefined) return { compacted: true };
  copyPages(reader, source, directory);
  return { compacted: false, why };
}

/** @returns why it can't be done, or nothing */
async function compact(
  reader: LmdbReader,
  source: string,
  directory: string,
  onBytes: (done: number) => void,
): Promise<string | undefined> {
  if (reader.info().format !== "0.9") return "LMDB 1.0 can't be compacted here";
  let environment: LmdbEnvironment;
  try {
    environment = LmdbEnvironment.open({ path: source, writable: false });
  } catch (error) {
    if (hasCode(error, NOT_OPENED)) return error.message;
    throw error;
  }
  try {
    await watchSize(directory, onBytes, () => environment.copyCompacted(directory));
    return undefined;
  } catch (error) {
    if (hasCode(error, ["ERR_STORE_DAMAGED"])) return error.message;
    throw error;
  } finally {
    await environment.close();
  }
}

function hasCode(error: unknown, codes: readonly ErrorCode[]): error is CookieAuthenticatorError {
  return error instanceof CookieAuthenticatorError && codes.includes(error.code);
}
