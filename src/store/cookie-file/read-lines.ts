// The lines of an open file, one after the other, in memory no longer than a line.

import { isUtf8 } from "node:buffer";
import { readSync } from "node:fs";
import { LINE_MAX_BYTES } from "./cookie-file.js";

const CHUNK_BYTES = 2 ** 18;
const LINE_FEED = 0x0a;

export interface FileLine {
  /** From 1. */
  readonly number: number;
  /** Without its end; `undefined` if it is longer than 2 MiB or no UTF-8. */
  readonly text: string | undefined;
  /** Where the next line begins, in bytes. */
  readonly end: number;
  /** It has a line feed: what wrote it wasn't interrupted. */
  readonly isEnded: boolean;
}

/**
 * Lines that aren't empty. A file that grows meanwhile is read up to `size` only.
 *
 * @param file descriptor of a regular file
 * @param size in bytes
 */
export function* readLines(file: number, size: number): Generator<FileLine> {
  let parts: Buffer[] = [];
  let partBytes = 0;
  let number = 0;
  for (let at = 0; at < size; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - at));
    const bytes = readSync(file, chunk, 0, chunk.length, at);
    if (bytes === 0) break;
    let start = 0;
    for (;;) {
      const feed = chunk.subarray(0, bytes).indexOf(LINE_FEED, start);
      const end = feed === -1 ? bytes : feed;
      partBytes += end - start;
      if (partBytes <= LINE_MAX_BYTES) parts.push(chunk.subarray(start, end));
      if (feed === -1) break;
      number += 1;
      start = feed + 1;
      const line = toLine(parts, partBytes, { number, end: at + start, isEnded: true });
      [parts, partBytes] = [[], 0];
      if (line !== undefined) yield line;
    }
    at += bytes;
  }
  const last = toLine(parts, partBytes, { number: number + 1, end: size, isEnded: false });
  if (last !== undefined) yield last;
}

function toLine(parts: Buffer[], bytes: number, line: Omit<FileLine, "text">): FileLine | undefined {
  if (bytes > LINE_MAX_BYTES) return { ...line, text: undefined };
  const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  if (!isUtf8(all)) return { ...line, text: undefined };
  const text = all.toString("utf8");
  return text.trim() === "" ? undefined : { ...line, text };
}
