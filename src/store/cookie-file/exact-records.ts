// An exact import: which records its file has, if the file can say which ones are to go.

import type { Cookie } from "../../record/cookie.js";
import type { CookieReader } from "../cookie-reader.js";
import type { CheckedCookieFile, ReadingOptions } from "./check-cookie-file.js";
import { countOthers, isOther } from "./delete-others.js";
import { type FileRecords, readFileRecords } from "./file-records.js";
import { notExact } from "./import-errors.js";
import { findImportTarget } from "./import-line.js";
import type { Counterparts, ImportTarget } from "./judge-line.js";

export interface ExactOptions extends Pick<ReadingOptions, "signal"> {
  /**
   * Afterwards the database has the file's records and no others: the rest is deleted first. Only with `replace`, and
   * with a file that is a complete export.
   */
  readonly isExact?: boolean | undefined;
  /** Records of the database looked at so far for what the file lacks. */
  readonly onRecords?: ((done: number) => void) | undefined;
}

/**
 * The file's records; `undefined` for an import that deletes nothing.
 *
 * @throws `ERR_COOKIE_FILE` if the file may lack cookies that its store had
 */
export async function findExactRecords(
  file: CheckedCookieFile,
  { isExact, signal }: ExactOptions,
): Promise<FileRecords | undefined> {
  if (isExact !== true) return undefined;
  if (file.incomplete !== undefined) throw notExact(file.incomplete);
  // Such lines are left out, and their cookies would be taken for ended ones.
  if (file.invalid.count > 0) throw notExact({ why: "it has invalid lines", hint: "export again" });
  return readFileRecords(file, { signal });
}

/** How many records an exact import would delete now. @throws `ERR_COOKIE_FILE`, `ERR_STORE_VALUES`; what reading throws */
export async function countExactOthers(
  reader: CookieReader,
  file: CheckedCookieFile,
  options: ExactOptions & { readonly cookieName: string },
): Promise<number> {
  const target = await findImportTarget(reader, file, options.cookieName);
  const records = await findExactRecords(file, options);
  return records === undefined ? 0 : countOthers(reader, records, { ...options, ...target });
}

/** What a line's look-up would give if the others were deleted. */
export function withoutOthers(
  found: Counterparts | undefined,
  records: FileRecords | undefined,
  { areValuesHashed }: Pick<ImportTarget, "areValuesHashed">,
): Counterparts | undefined {
  if (found === undefined || records === undefined) return found;
  const keep = (cookie: Cookie | undefined): Cookie | undefined =>
    cookie !== undefined && isOther(cookie, records, areValuesHashed) ? undefined : cookie;
  return { ...found, byValue: keep(found.byValue), byOid: keep(found.byOid) };
}
