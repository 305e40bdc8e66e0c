// Which records a file has, by oid and by value: what a store has beyond them is found by it.

import { setImmediate as nextTurn } from "node:timers/promises";
import { isDamage } from "../../errors.js";
import type { Cookie } from "../../record/cookie.js";
import { toStoredValue } from "../stored-value.js";
import { type CheckedCookieFile, type ReadingOptions, readCookieLines } from "./check-cookie-file.js";
import { LastLines } from "./last-lines.js";
import type { CookieLine } from "./parse-cookie-line.js";

const LINES_IN_TURN = 500;

/** What a file says of a record of the store. */
export type RecordPlace =
  /** One line is about it, and about no other record. */
  | "here"
  /** Its value, or its oid, is in the file, but at another record's. */
  | "elsewhere"
  /** Nothing. */
  | "absent"
  /** The record's value can't be read. */
  | "unreadable";

/** The lines of a file that count, in 46 to 92 bytes a record (`LastLines`). */
export class FileRecords {
  readonly #lines = new LastLines();

  /** @param number of the line, from 1 */
  add({ value, oid }: CookieLine, number: number): void {
    const sha256 = "clear" in value ? toStoredValue(value.clear, true) : value.sha256;
    // Crossbar's own lines have no oid: such a line is about whichever record has the value.
    this.#lines.set(`${oid === undefined ? "any" : "value"}:${sha256}`, number);
    if (oid !== undefined) this.#lines.set(`oid:${oid}`, number);
  }

  /**
   * @param cookie a record of the store
   * @param areValuesHashed its value is a SHA-256 already
   */
  placeOf(cookie: Cookie, areValuesHashed: boolean): RecordPlace {
    const { oid } = cookie;
    const value = readValue(cookie);
    if (value === undefined) return "unreadable";
    const sha256 = areValuesHashed ? value : toStoredValue(value, true);
    if (this.#lines.get(`any:${sha256}`) > 0) return "here";
    const [byOid, byValue] = [this.#lines.get(`oid:${oid}`), this.#lines.get(`value:${sha256}`)];
    if (byOid > 0 && (byValue === 0 || byValue === byOid)) return "here";
    return byOid === 0 && byValue === 0 ? "absent" : "elsewhere";
  }

  /** Whether a line names this oid, of a record that can't be read itself. */
  hasOid(oid: string): boolean {
    return this.#lines.get(`oid:${oid}`) > 0;
  }
}

function readValue(cookie: Cookie): string | undefined {
  try {
    return cookie.value ?? "";
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** One reading of the file. An abort ends it early: nothing must be deleted by what it gives then. */
export async function readFileRecords(
  file: CheckedCookieFile,
  { onBytes, signal }: ReadingOptions,
): Promise<FileRecords> {
  const records = new FileRecords();
  let lines = 0;
  for (const { line, parsed } of readCookieLines(file)) {
    if (parsed.is === "cookie") records.add(parsed, line.number);
    lines += 1;
    if (lines % LINES_IN_TURN !== 0) continue;
    onBytes?.(line.end);
    await nextTurn();
    if (signal?.aborted === true) break;
  }
  return records;
}
