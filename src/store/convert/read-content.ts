// Count, bytes and hash of all that a database holds, read without native code.

import { openLmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import { ALL_KEYS } from "../verify/key-range.js";
import { scanEntries } from "../verify/scan-entries.js";
import { type ContentDigest, EntryDigest } from "./entry-digest.js";

/**
 * Nobody may write to the database meanwhile: its chunks are snapshots of their own.
 *
 * @param onEntries called with the entries read so far
 * @throws what `openLmdbReader` and its reads throw
 */
export function readContent(path: string, onEntries: (done: number) => void): ContentDigest {
  const reader = openLmdbReader(path);
  try {
    const digest = new EntryDigest();
    let done = 0;
    for (const { entries } of scanEntries(reader, ALL_KEYS, () => undefined)) {
      for (const entry of entries) digest.add(entry);
      done += entries.length;
      onEntries(done);
    }
    return digest.finish();
  } finally {
    reader.close();
  }
}
