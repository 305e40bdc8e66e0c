// cookies import: the records of a checked file into a database, in short transactions, each record whole or not at all.

import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { createBatchPace } from "../../batch-pace.js";
import type { CookieReader } from "../cookie-reader.js";
import type { CookieWriter } from "../cookie-writer.js";
import { type CheckedCookieFile, type ReadingOptions, readCookieLines } from "./check-cookie-file.js";
import { conflictFound, hashesIntoClear } from "./import-errors.js";
import { findImportTarget, isDamage, lookUp, writeLine } from "./import-line.js";
import { createImportCount, type ImportReport } from "./import-report.js";
import { type ImportTarget, judgeLine, type Verdict } from "./judge-line.js";
import type { CookieLine } from "./parse-cookie-line.js";

/** Lines looked at before others get their turn. */
const LINES_IN_TURN = 50;

/**
 * Records of one transaction at least: so many take some 2 ms, and the sync to disk, which takes longer, is one.
 */
const BATCH_MIN = 50;
/** The same while nobody else has the database open. */
const BATCH_ALONE = 2000;

/** What becomes of a record that the database has otherwise: it stays, takes the file's place, or nothing is imported. */
export type OnConflict = "skip" | "replace" | "fail";

export interface ImportOptions extends ReadingOptions {
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
 * @throws `ERR_STORE_VALUES` if the file has hashes only, and the database the values themselves; what reading throws
 */
export async function planImport(
  reader: CookieReader,
  file: CheckedCookieFile,
  options: ImportOptions,
): Promise<ImportReport> {
  const count = createImportCount(file, options.onConflict);
  for await (const found of judgeLines(reader, file, options)) count.add(found.verdict, found);
  return count.report();
}

/**
 * Imports the records. Every line is judged again inside of the transaction that writes it, so that no value ever belongs
 * to two records, whoever else writes. An abort ends it between two transactions, without an error: what is stored stays,
 * and the next import goes on from there.
 *
 * @throws `ERR_COOKIE_CONFLICT` with `fail`, before anything is written; `ERR_STORE_VALUES`; `ERR_STORE_FULL`; what
 *   reading and writing throw
 */
export async function importCookies(
  { reader, writer }: { readonly reader: CookieReader; readonly writer: CookieWriter },
  file: CheckedCookieFile,
  options: ImportOptions,
): Promise<ImportReport> {
  const { onConflict, signal, isAlone = () => false } = options;
  if (onConflict === "fail") {
    const plan = await planImport(reader, file, { ...options, onBytes: () => {} });
    if (plan.conflicts.count > 0) throw conflictFound(plan.conflicts);
  }
  const target = await findImportTarget(reader, options.cookieName);
  const count = createImportCount(file, onConflict);
  const pace = createBatchPace();
  const batchSize = (): number => (isAlone() ? BATCH_ALONE : Math.max(BATCH_MIN, pace.size));
  let waiting: Waiting[] = [];
  let size = batchSize();
  const writeBatch = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    const begin = performance.now();
    let startedMs = begin;
    const verdicts = await writer.write((transaction) => {
      startedMs = performance.now();
      return batch.map(({ number, line }) => {
        const verdict = writeLine(transaction, line, target, onConflict);
        const isConflict = verdict.is === "changed" || verdict.is === "contradiction";
        // It came up since the plan: this batch is undone, and the ones before it had no conflict.
        if (isConflict && onConflict === "fail")
          throw conflictFound({ count: 1, examples: [{ line: number }] });
        return verdict;
      });
    });
    pace.took(batch.length, performance.now() - startedMs);
    for (const [at, verdict] of verdicts.entries()) count.add(verdict, { number: batch[at]?.number ?? 0 });
    // LMDB's lock isn't fair: without a pause as long as the batch the router might never get it.
    size = batchSize();
    if (size < BATCH_ALONE) await pause(Math.ceil(performance.now() - begin));
  };
  for await (const { number, line, verdict } of judgeLines(reader, file, options)) {
    const isToWrite = verdict?.is === "new" || (verdict?.is === "changed" && onConflict === "replace");
    if (line === undefined || !isToWrite) count.add(verdict, { number });
    else waiting.push({ number, line });
    if (waiting.length >= size) await writeBatch();
    if (signal?.aborted === true) break;
  }
  if (waiting.length > 0 && signal?.aborted !== true) await writeBatch();
  return count.report();
}

/** All lines that count, with what they mean for the database now; a cookie that ended has neither line nor verdict. */
async function* judgeLines(
  reader: CookieReader,
  file: CheckedCookieFile,
  { cookieName, onBytes, signal }: ImportOptions,
): AsyncGenerator<{
  readonly number: number;
  readonly line: CookieLine | undefined;
  readonly verdict: Verdict | undefined;
}> {
  const target = await findImportTarget(reader, cookieName);
  if (file.hasHashes && !target.areValuesHashed) throw hashesIntoClear();
  let looked = 0;
  for (const { line, parsed } of readCookieLines(file)) {
    const number = line.number;
    if (parsed.is === "deleted") yield { number, line: undefined, verdict: undefined };
    else yield { number, line: parsed, verdict: await judge(reader, parsed, target) };
    looked += 1;
    if (looked % LINES_IN_TURN !== 0) continue;
    onBytes?.(line.end);
    await nextTurn();
    if (signal?.aborted === true) return;
  }
}

async function judge(reader: CookieReader, line: CookieLine, target: ImportTarget): Promise<Verdict> {
  try {
    return judgeLine(line, await lookUp(reader, line), target);
  } catch (error) {
    if (isDamage(error)) return { is: "contradiction", oids: [] };
    throw error;
  }
}
