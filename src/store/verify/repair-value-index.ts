// Makes the value index agree with the records again, in short write transactions. No record is changed or deleted.

import { uuidToBytes } from "../../record/uuid.js";
import { readCookieSlots } from "../lmdb/cookie-tables.js";
import { type LmdbEntry, LmdbEnvironment, type LmdbTransaction } from "../lmdb/environment.js";
import { type CookieSlots, findRecordOid, recordKey } from "../zlmdb-layout.js";
import { changeInSteps } from "./change-in-steps.js";
import { EXAMPLES_MAX } from "./findings.js";
import { judgeIndexKey } from "./judge-index-key.js";
import { judgeRecord } from "./judge-record.js";
import { valueOfRecord } from "./value-of-record.js";

/** What a repair did in the index of cookie values. */
export interface ValueIndexReport {
  /** Keys deleted: a broken entry, no record, or a record of another value. */
  readonly removedKeys: number;
  /** Keys stored for records that had none. */
  readonly addedKeys: number;
  /** Keys that now lead to the newest of several records with one value. */
  readonly movedKeys: number;
  /** Records that no key leads to, since a newer record has their value; at most 100 are listed. */
  readonly losers: {
    readonly count: number;
    readonly examples: readonly { readonly oid: string; readonly keptBy: string }[];
  };
}

/**
 * Repairs the index of a 0.9 database whose pages and tables are known to be in order. Of records with one value the
 * newest `created` keeps the key; with one time, the one that has it.
 *
 * @param options.maxSizeBytes as `openCookieStore` takes it
 * @param options.onEntries called with the index keys and records done so far
 * @throws what `LmdbEnvironment.open` and `write` throw
 */
export async function repairValueIndex(
  path: string,
  options: { readonly maxSizeBytes: number; readonly onEntries?: (done: number) => void },
): Promise<ValueIndexReport> {
  const environment = LmdbEnvironment.open({ path, writable: true, maxSizeBytes: options.maxSizeBytes });
  try {
    const slots = await environment.write((transaction) => readCookieSlots(transaction, path));
    const repair = new IndexRepair(slots);
    let done = 0;
    const count = (entries: number): void => {
      done += entries;
      options.onEntries?.(done);
    };
    // In this order: afterwards every key that a record meets is right, or nobody can say.
    await changeInSteps(environment, slots.valueIndex, (...step) => repair.checkKey(...step), count);
    await changeInSteps(environment, slots.cookies, (...step) => repair.indexRecord(...step), count);
    return repair.report();
  } finally {
    await environment.close();
  }
}

class IndexRepair {
  readonly #slots: CookieSlots;
  readonly #losers: { oid: string; keptBy: string }[] = [];
  #removedKeys = 0;
  #addedKeys = 0;
  #movedKeys = 0;
  #loserCount = 0;

  constructor(slots: CookieSlots) {
    this.#slots = slots;
  }

  report(): ValueIndexReport {
    return {
      removedKeys: this.#removedKeys,
      addedKeys: this.#addedKeys,
      movedKeys: this.#movedKeys,
      losers: { count: this.#loserCount, examples: this.#losers },
    };
  }

  /** A key of the index: away with it, unless it is right or its record can't be judged. */
  checkKey(transaction: LmdbTransaction, { key, value }: LmdbEntry): void {
    const { is } = judgeIndexKey(transaction, this.#slots, key, value);
    if (is === "right" || is === "unjudged") return;
    transaction.delete(key);
    this.#removedKeys += 1;
  }

  /** A record: the key of its value leads to it, or to a newer record with that value. */
  indexRecord(transaction: LmdbTransaction, record: LmdbEntry): void {
    const oid = findRecordOid(record.key);
    const verdict = judgeRecord(transaction, this.#slots, record);
    if (oid === undefined || !("key" in verdict)) return;
    if (verdict.is !== "taken") {
      transaction.put(verdict.key, uuidToBytes(oid));
      this.#addedKeys += 1;
      return;
    }
    const { key, owner, createdNs } = verdict;
    if (createdNs <= this.#createdNs(transaction, owner)) {
      this.#lose(oid, owner);
      return;
    }
    transaction.put(key, uuidToBytes(oid));
    this.#movedKeys += 1;
    this.#lose(owner, oid);
  }

  #createdNs(transaction: LmdbTransaction, oid: string): bigint {
    const record = transaction.get(recordKey(this.#slots, oid));
    const value = record === undefined ? undefined : valueOfRecord(this.#slots, record);
    return value?.state === "indexable" ? value.createdNs : 0n;
  }

  #lose(oid: string, keptBy: string): void {
    this.#loserCount += 1;
    if (this.#losers.length < EXAMPLES_MAX) this.#losers.push({ oid, keptBy });
  }
}
