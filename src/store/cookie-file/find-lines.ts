// All lines of a file that count, with what they mean for the database now.

import { setImmediate as nextTurn } from "node:timers/promises";
import { isDamage } from "../../errors.js";
import type { CookieReader, MaybePromise } from "../cookie-reader.js";
import { type CheckedCookieFile, type ReadingOptions, readCookieLines } from "./check-cookie-file.js";
import { lookUp } from "./import-line.js";
import type { Counterparts, ImportTarget } from "./judge-line.js";
import type { CookieLine } from "./parse-cookie-line.js";

/** Lines looked at before others get their turn, where each answer costs our own time. */
const LINES_IN_TURN = 50;
/** The same where answers come over a network: their questions go out together. */
const LINES_IN_FLIGHT = 500;

/** A line, and what the database has under its value and its oid. */
export interface FoundLine {
  readonly number: number;
  /** `undefined`: a cookie that ended. */
  readonly line: CookieLine | undefined;
  /** `undefined`: there is none to look for, or a record of it can't be read. */
  readonly found: Counterparts | undefined;
}

/**
 * Looks all lines up, some at a time. An abort ends it early, without an error.
 *
 * @param options.onSuperseded called for each line before them that a later one replaces
 *
 * @throws what reading throws
 */
export async function* findLines(
  reader: CookieReader,
  file: CheckedCookieFile,
  target: ImportTarget,
  { onBytes, signal, onSuperseded }: ReadingOptions & { readonly onSuperseded?: () => void },
): AsyncGenerator<readonly FoundLine[], void, undefined> {
  const chunkSize = target.isLocal ? LINES_IN_TURN : LINES_IN_FLIGHT;
  let chunk: MaybePromise<FoundLine>[] = [];
  for (const { line, parsed } of readCookieLines(file, onSuperseded)) {
    const { number } = line;
    if (parsed.is === "deleted") chunk.push({ number, line: undefined, found: undefined });
    else chunk.push(findLine(reader, number, parsed));
    if (chunk.length < chunkSize) continue;
    yield await Promise.all(chunk);
    chunk = [];
    onBytes?.(line.end);
    await nextTurn();
    if (signal?.aborted === true) return;
  }
  if (chunk.length > 0) yield await Promise.all(chunk);
}

/** At once where the reader answers at once. */
function findLine(reader: CookieReader, number: number, line: CookieLine): MaybePromise<FoundLine> {
  const unreadable = (error: unknown): FoundLine => {
    if (isDamage(error)) return { number, line, found: undefined };
    throw error;
  };
  try {
    const found = lookUp(reader, line);
    if (!(found instanceof Promise)) return { number, line, found };
    return found.then((found) => ({ number, line, found }), unreadable);
  } catch (error) {
    return unreadable(error);
  }
}
