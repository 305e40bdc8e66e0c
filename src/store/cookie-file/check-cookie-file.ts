// The first reading of a cookie file: every line is checked, and which ones count is found out. Nothing is written.

import { setImmediate as nextTurn } from "node:timers/promises";
import { FileCompleteness, type Incompleteness } from "./file-completeness.js";
import { LastLines } from "./last-lines.js";
import { LineProblem, type NumberedProblem } from "./line-problem.js";
import { type CookieLine, type ParsedLine, parseCookieLine } from "./parse-cookie-line.js";
import { type FileLine, readLines } from "./read-lines.js";

/** So many problems are kept to be shown; all are counted. */
const EXAMPLES = 20;
const LINES_IN_TURN = 500;

/** A file that has been read once. */
export interface CheckedCookieFile {
  readonly file: number;
  readonly size: number;
  readonly lines: number;
  /** Valid lines about a cookie. */
  readonly about: number;
  /** There are records that have the SHA-256 of their value only. */
  readonly hasHashes: boolean;
  /** `undefined`: it has all cookies of the store that it was exported from. */
  readonly incomplete: Incompleteness | undefined;
  /** The highest time that this store had seen, ns since 1970 UTC; 0: the file doesn't say. */
  readonly clockNs: bigint;
  readonly invalid: { readonly count: number; readonly examples: readonly NumberedProblem[] };
  readonly last: LastLines;
}

/** What the work of reading tells, and what ends it. */
export interface ReadingOptions {
  readonly onBytes?: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param file descriptor of a regular file
 * @param size how far to read, in bytes
 */
export async function checkCookieFile(
  file: number,
  size: number,
  { onBytes, signal }: ReadingOptions = {},
): Promise<CheckedCookieFile> {
  const last = new LastLines();
  const examples: NumberedProblem[] = [];
  let [lines, invalid, about] = [0, 0, 0];
  let [hasHeader, hasEnd, hasHashes] = [false, false, false];
  let clockNs = 0n;
  const completeness = new FileCompleteness();
  const addProblem = (problem: NumberedProblem): void => {
    invalid += 1;
    if (examples.length < EXAMPLES) examples.push(problem);
  };
  for (const line of readLines(file, size)) {
    lines += 1;
    try {
      const parsed = parseFileLine(line);
      completeness.see(parsed);
      hasHeader ||= parsed.is === "header";
      if (parsed.is === "header" && (parsed.clockNs ?? 0n) > clockNs) clockNs = parsed.clockNs ?? 0n;
      hasEnd ||= parsed.is === "end";
      if (parsed.is === "cookie" || parsed.is === "deleted") {
        about += 1;
        hasHashes ||= "sha256" in parsed.value;
        for (const key of keysOf(parsed)) last.set(key, line.number);
      }
    } catch (error) {
      addProblem(toNumbered(line, error));
    }
    if (lines % LINES_IN_TURN === 0) {
      onBytes?.(line.end);
      await nextTurn();
      if (signal?.aborted === true) break;
    }
  }
  if (hasHeader && !hasEnd && signal?.aborted !== true) {
    const hint = "it has been cut off: export again, or --skip-invalid takes what is there";
    addProblem({ line: lines + 1, key: undefined, why: "the line that ends an export isn't there", hint });
  }
  const incomplete = completeness.whyNot();
  return {
    file,
    size,
    lines,
    about,
    hasHashes,
    incomplete,
    clockNs,
    invalid: { count: invalid, examples },
    last,
  };
}

/** The lines that count, one after the other: the last ones of their cookies. @param onSuperseded called for each other */
export function* readCookieLines(
  { file, size, last }: Pick<CheckedCookieFile, "file" | "size" | "last">,
  onSuperseded?: () => void,
): Generator<{
  readonly line: FileLine;
  readonly parsed: Extract<ParsedLine, { is: "cookie" | "deleted" }>;
}> {
  for (const line of readLines(file, size)) {
    const parsed = parseIfValid(line);
    if (parsed === undefined || parsed.is === "header" || parsed.is === "end") continue;
    if (keysOf(parsed).every((key) => last.get(key) === line.number)) yield { line, parsed };
    else onSuperseded?.();
  }
}

/** A line is the last one about a cookie if it is so by its value and by its oid. */
function keysOf(parsed: CookieLine | Extract<ParsedLine, { is: "deleted" }>): string[] {
  const value = "clear" in parsed.value ? `value:${parsed.value.clear}` : `sha256:${parsed.value.sha256}`;
  return parsed.is === "cookie" && parsed.oid !== undefined ? [value, `oid:${parsed.oid}`] : [value];
}

function parseFileLine({ text, isEnded }: FileLine): ParsedLine {
  if (text === undefined)
    throw new LineProblem(undefined, "it is longer than 2 MiB or no UTF-8", "is it a cookie file at all?");
  try {
    return parseCookieLine(text);
  } catch (error) {
    if (!(error instanceof LineProblem) || isEnded) throw error;
    throw new LineProblem(error.key, `${error.message}, and the file ends within it`, "remove the line");
  }
}

function parseIfValid(line: FileLine): ParsedLine | undefined {
  try {
    return parseFileLine(line);
  } catch (error) {
    toNumbered(line, error);
    return undefined;
  }
}

function toNumbered({ number }: FileLine, error: unknown): NumberedProblem {
  if (!(error instanceof LineProblem)) throw error;
  return { line: number, key: error.key, why: error.message, hint: error.hint };
}
