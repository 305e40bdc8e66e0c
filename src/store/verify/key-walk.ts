// Goes over ranges of keys: notices that the database changed, outlives damage, lets the event loop breathe.

import { setImmediate } from "node:timers/promises";
import { CookieAuthenticatorError } from "../../errors.js";
import type { LmdbReader } from "../../lmdb-reader/lmdb-reader.js";
import type { LmdbEntry, LmdbSnapshot } from "../../lmdb-reader/snapshot.js";
import type { Findings } from "./findings.js";
import { type KeyRange, slotOf } from "./key-range.js";
import { scanEntries } from "./scan-entries.js";

/** What was seen beside an entry; `undefined` if damage was in the way. */
export type Look<T> = (snapshot: LmdbSnapshot, entry: LmdbEntry) => T;

/** A committed state: transaction, and which file since the reader was opened. */
interface StateId {
  readonly txnId: bigint;
  readonly generation: number;
}

export class KeyWalk {
  readonly #reader: LmdbReader;
  readonly #findings: Findings;
  readonly #onEntries: (done: number) => void;
  #done = 0;
  readonly #begin: StateId;
  #hasChanged = false;

  /**
   * @param begin the state at the beginning of the verification
   * @param onEntries called with the entries done so far, in all ranges
   */
  constructor(reader: LmdbReader, begin: StateId, findings: Findings, onEntries: (done: number) => void) {
    this.#reader = reader;
    this.#begin = begin;
    this.#findings = findings;
    this.#onEntries = onEntries;
  }

  /** Whether a transaction was committed since the beginning. @throws what the reader throws */
  hasChanged(): boolean {
    this.#notice(this.#reader.read(({ txnId, generation }) => ({ txnId, generation })));
    return this.#hasChanged;
  }

  /**
   * Visits every entry of the range. Damage ends the range early and is a finding.
   *
   * @param look called in the entry's own snapshot, possibly several times: without side effects
   * @throws `ERR_STORE_BUSY` if the database is being made anew, or writers are faster than the smallest step
   */
  async over<T>(
    range: KeyRange,
    look: Look<T>,
    visit: (entry: LmdbEntry, seen: T | undefined) => void,
  ): Promise<void> {
    const lookAtAll = (snapshot: LmdbSnapshot, entries: readonly LmdbEntry[]): (T | undefined)[] =>
      entries.map((entry) => unlessDamaged(() => look(snapshot, entry)));
    let last: LmdbEntry | undefined;
    try {
      for (const chunk of scanEntries(this.#reader, range, lookAtAll)) {
        this.#notice(chunk);
        for (const [index, entry] of chunk.entries.entries()) visit(entry, chunk.seen[index]);
        last = chunk.entries.at(-1) ?? last;
        this.#done += chunk.entries.length;
        this.#onEntries(this.#done);
        await setImmediate();
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      const slot = slotOf(last?.key ?? Buffer.from(range.start));
      const where = last === undefined ? "none of the keys" : "the keys after these";
      this.#findings.add({
        kind: "keys-unreadable",
        ...(slot === undefined ? {} : { slot }),
        what: `${where} could be checked: ${error.message}`,
      });
    }
  }

  #notice({ txnId, generation }: StateId): void {
    if (generation !== this.#begin.generation) {
      throw new CookieAuthenticatorError(
        "ERR_STORE_BUSY",
        `${this.#reader.path} was made anew during the verification`,
        { hint: "verify the new database: run the command again", details: { path: this.#reader.path } },
      );
    }
    this.#hasChanged ||= txnId !== this.#begin.txnId;
  }
}

/** Inside a snapshot an error may also come from a page that was used again: then all of this is done anew. */
function unlessDamaged<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (!isDamage(error)) throw error;
    return undefined;
  }
}

function isDamage(error: unknown): error is CookieAuthenticatorError {
  return (
    error instanceof CookieAuthenticatorError &&
    (error.code === "ERR_STORE_DAMAGED" ||
      error.code === "ERR_STORE_TRUNCATED" ||
      error.code === "ERR_STORE_FORMAT")
  );
}
