// cookies import: the records of a checked file into a database, in short transactions, each record whole or not at all.

import type { CookieReader } from "../cookie-reader.js";
import type { CookieWriter } from "../cookie-writer.js";
import { createBatchWriter } from "./batch-writer.js";
import type { CheckedCookieFile, ReadingOptions } from "./check-cookie-file.js";
import { countOthers, deleteOthers } from "./delete-others.js";
import { type ExactOptions, findExactRecords, withoutOthers } from "./exact-records.js";
import { findLines } from "./find-lines.js";
import { carryClock, planClock } from "./import-clock.js";
import { conflictFound } from "./import-errors.js";
import { findImportTarget, judgeFound, writeLine } from "./import-line.js";
import { createImportCount, type ImportReport } from "./import-report.js";
import type { CookieLine } from "./parse-cookie-line.js";

/** What becomes of a record that the database has otherwise: it stays, takes the file's place, or nothing is imported. */
export type OnConflict = "skip" | "replace" | "fail";

export interface ImportOptions extends ReadingOptions, ExactOptions {
  readonly onConflict: OnConflict;
  /** Cookie name for lines that have none. */
  readonly cookieName: string;
  /** Whether nobody else has the database open, asked before each transaction: then no lock and no disk is shared. */
  readonly isAlone?: (() => boolean) | undefined;
}

interface Waiting {
  readonly number: number;
  readonly line: CookieLine;
}

/**
 * Counts what an import would do, and changes nothing.
 *
 * @throws `ERR_STORE_VALUES` if the file has hashes only, and the database the values themselves; `ERR_COOKIE_FILE` with
 *   `isExact` if the file isn't complete; what reading throws
 */
export async function planImport(
  reader: CookieReader,
  file: CheckedCookieFile,
  options: ImportOptions,
): Promise<ImportReport> {
  const target = await findImportTarget(reader, file, options.cookieName);
  const count = createImportCount(file, options.onConflict);
  count.setClock(await planClock(reader, file, target));
  const records = await findExactRecords(file, options);
  if (records !== undefined) count.addDeleted(await countOthers(reader, records, { ...options, ...target }));
  for await (const chunk of findLines(reader, file, target, {
    ...options,
    onSuperseded: count.addSuperseded,
  })) {
    for (const { number, line, found } of chunk)
      count.add(line && judgeFound(line, withoutOthers(found, records, target), target), { number });
  }
  return count.report();
}

/**
 * Imports the records. Every line is judged again inside of the transaction that writes it, so that no value ever belongs
 * to two records, whoever else writes. An abort ends it between two transactions, without an error: what is stored stays,
 * and the next import goes on from there.
 *
 * @throws `ERR_COOKIE_CONFLICT` with `fail`, before anything is written; `ERR_STORE_VALUES`; `ERR_STORE_FULL`;
 *   `ERR_COOKIE_FILE` with `isExact` if the file isn't complete, before anything is written; what reading and writing throw
 */
export async function importCookies(
  { reader, writer }: { readonly reader: CookieReader; readonly writer: CookieWriter },
  file: CheckedCookieFile,
  options: ImportOptions,
): Promise<ImportReport> {
  const { onConflict, signal, isAlone = () => false } = options;
  const isAborted = (): boolean => signal?.aborted === true;
  if (onConflict === "fail") {
    const plan = await planImport(reader, file, { ...options, onBytes: () => {} });
    if (plan.conflicts.count > 0) throw conflictFound(plan.conflicts);
  }
  const target = await findImportTarget(reader, file, options.cookieName);
  const count = createImportCount(file, onConflict);
  const records = await findExactRecords(file, options);
  const batches = createBatchWriter(writer, { isAlone, hasLock: target.isLocal });
  if (isAborted()) return count.report();
  // Before any record: what the old store had seen expire is at no moment alive in the new one.
  count.setClock(await carryClock({ reader, writer }, file, target));
  if (records !== undefined)
    count.addDeleted(await deleteOthers(reader, batches, records, { ...options, ...target }));
  let waiting: Waiting[] = [];
  const writeBatch = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    const verdicts = await batches.write(batch.length, (transaction) =>
      batch.map(({ number, line }) => {
        const verdict = writeLine(transaction, line, target, onConflict);
        const isConflict = verdict.is === "changed" || verdict.is === "contradiction";
        // It came up since the plan: this batch is undone, and the ones before it had no conflict.
        if (isConflict && onConflict === "fail")
          throw conflictFound({ count: 1, examples: [{ line: number }] });
        return verdict;
      }),
    );
    for (const [at, verdict] of verdicts.entries()) count.add(verdict, { number: batch[at]?.number ?? 0 });
  };
  if (isAborted()) return count.report();
  for await (const chunk of findLines(reader, file, target, {
    ...options,
    onSuperseded: count.addSuperseded,
  })) {
    for (const { number, line, found } of chunk) {
      const verdict = line && judgeFound(line, found, target);
      const isToWrite = verdict?.is === "new" || (verdict?.is === "changed" && onConflict === "replace");
      if (line === undefined || !isToWrite) count.add(verdict, { number });
      else waiting.push({ number, line });
      if (waiting.length >= batches.size) await writeBatch();
      if (isAborted()) break;
    }
    if (isAborted()) break;
  }
  if (waiting.length > 0 && !isAborted()) await writeBatch();
  return count.report();
}
