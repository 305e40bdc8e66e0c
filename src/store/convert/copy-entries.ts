// Copies every entry of one state of a database into another, or finds that the source was written to meanwhile.

import { CookieAuthenticatorError } from "../../errors.js";
import type { LmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import type { LmdbEntry } from "../../lmdb-reader/snapshot.js";
import type { LmdbEnvironment } from "../lmdb/environment.js";
import { ALL_KEYS } from "../verify/key-range.js";
import { scanEntries } from "../verify/scan-entries.js";
import { LMDB_MAX_KEY_BYTES } from "../zlmdb-layout.js";
import { type ContentDigest, EntryDigest } from "./entry-digest.js";

export interface CopiedState {
  readonly content: ContentDigest;
  /** The source's transaction, decimal text. */
  readonly txnId: string;
}

/**
 * One chunk of entries is one write transaction. Chunks are snapshots of their own, so they are held against each other.
 *
 * @param onEntries called with the entries copied so far, and their number in all
 * @returns `undefined` if the source was written to meanwhile: what has been copied is of no use
 * @throws `ERR_STORE_KEY` if LMDB 0.9 can't hold a key; `ERR_STORE_DAMAGED`; what reader and environment throw
 */
export async function copyEntries(
  source: LmdbReader,
  target: LmdbEnvironment,
  onEntries: (done: number, total: number) => void,
): Promise<CopiedState | undefined> {
  const { txnId, generation, entries: total } = source.info();
  const digest = new EntryDigest();
  let done = 0;
  let unfitKeys = 0;
  for (const chunk of scanEntries(source, ALL_KEYS, () => undefined)) {
    if (chunk.txnId !== txnId || chunk.generation !== generation) return undefined;
    for (const entry of chunk.entries) digest.add(entry);
    unfitKeys += chunk.entries.filter(isUnfit).length;
    // With an unfit key the rest is only counted.
    if (unfitKeys === 0) {
      await target.write((transaction) => {
        for (const { key, value } of chunk.entries) transaction.put(key, value);
      });
    }
    done += chunk.entries.length;
    onEntries(done, total);
  }
  if (unfitKeys > 0) throw unfit(source.path, unfitKeys);
  if (done !== total) throw miscounted(source.path, total, done);
  return { content: digest.finish(), txnId: txnId.toString() };
}

function isUnfit({ key }: LmdbEntry): boolean {
  return key.length === 0 || key.length > LMDB_MAX_KEY_BYTES;
}

function unfit(path: string, count: number): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_KEY",
    `${path} can't be converted: ${count} of its keys are empty or longer than LMDB 0.9's ${LMDB_MAX_KEY_BYTES} bytes`,
    {
      hint: "neither Crossbar nor zlmdb makes such keys: what else writes to this database?",
      details: { path, count },
    },
  );
}

function miscounted(path: string, total: number, found: number): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_DAMAGED",
    `${path} is damaged: it should have ${total} entries, and has ${found}`,
    { hint: "`db verify` shows where; restore it from a backup", details: { path, total, found } },
  );
}
