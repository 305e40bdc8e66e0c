// Walks over a range of keys in chunks: each is one snapshot, small enough to succeed beside a fast writer.

import { CookieAuthenticatorError, type ErrorCode } from "../../errors.js";
import type { LmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import type { LmdbEntry, LmdbSnapshot } from "../../lmdb-reader/snapshot.js";
import { type KeyRange, keyAfter } from "./key-range.js";

const FIRST_ENTRIES = 64;
const MAX_ENTRIES = 1000;
/** A chunk's keys and values have about so many bytes, unless a single value has more. */
const CHUNK_BYTES = 2 * 2 ** 20;
/** Each chunk has so many times the entries of the one before; slower once a writer made one be read again. */
const QUIET_GROWTH = 2;
const BUSY_GROWTH = 1.1;
/** What fewer entries may mend: damage after the first of them, and a chunk of several huge values. */
const MENDED_BY_FEWER: readonly ErrorCode[] = [
  "ERR_STORE_DAMAGED",
  "ERR_STORE_TRUNCATED",
  "ERR_STORE_FORMAT",
];

export interface Chunk<T> {
  readonly entries: readonly LmdbEntry[];
  /** What `look` returned, from the entries' own snapshot. */
  readonly seen: T;
  /** The snapshot: transaction, and which file since the reader was opened. */
  readonly txnId: bigint;
  readonly generation: number;
}

/**
 * The entries of a range in order, at least one chunk of them. Chunks may be of different snapshots: the caller compares
 * `txnId` and `generation` if that matters.
 *
 * @param look called inside the chunk's snapshot, possibly several times: without side effects
 * @throws what the reader throws; everything before the damage has been yielded then
 */
export function* scanEntries<T>(
  reader: LmdbReader,
  range: KeyRange,
  look: (snapshot: LmdbSnapshot, entries: readonly LmdbEntry[]) => T,
): Generator<Chunk<T>> {
  let limit = FIRST_ENTRIES;
  let growth = QUIET_GROWTH;
  let start = range.start;
  for (;;) {
    const chunk = readChunk(reader, { start, end: range.end }, limit, look);
    yield chunk;
    const last = chunk.entries.at(-1);
    if (last === undefined || chunk.entries.length < chunk.limit) return;
    start = keyAfter(last.key);
    if (chunk.limit < limit) growth = BUSY_GROWTH;
    limit = nextLimit(Math.ceil(chunk.limit * growth), chunk.entries);
  }
}

function readChunk<T>(
  reader: LmdbReader,
  { start, end }: KeyRange,
  wanted: number,
  look: (snapshot: LmdbSnapshot, entries: readonly LmdbEntry[]) => T,
): Chunk<T> & { readonly limit: number } {
  for (let most = wanted; ; most = Math.floor(most / 2)) {
    let tries = 0;
    try {
      return reader.read((snapshot) => {
        // A writer was faster: half as many take half as long.
        const limit = Math.max(1, Math.floor(most / 2 ** tries));
        tries += 1;
        const entries = snapshot.range(start, end, limit);
        const { txnId, generation } = snapshot;
        return { entries, limit, txnId, generation, seen: look(snapshot, entries) };
      });
    } catch (error) {
      const canMend =
        error instanceof CookieAuthenticatorError && most > 1 && MENDED_BY_FEWER.includes(error.code);
      if (!canMend) throw error;
    }
  }
}

function nextLimit(wanted: number, entries: readonly LmdbEntry[]): number {
  const bytes = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  const byBytes = Math.floor(CHUNK_BYTES / (bytes / entries.length));
  return Math.max(1, Math.min(wanted, byBytes, MAX_ENTRIES));
}
