// The writing port on Valkey: transactions on what is known, committed by one script.

import type { CookieTransaction, CookieWriter } from "../cookie-writer.js";
import { RetryLanes } from "./retry-lanes.js";
import { runTransaction, type TransactionParts } from "./run-transaction.js";
import type { ValkeyDraft } from "./valkey-draft.js";
import { storeClosed, storeLate, storeReadOnly } from "./valkey-errors.js";

/** Told of a stored value whose record or last use a commit of this process may have changed. */
export type OnCommitted = (storedValue: string, part: "record" | "use") => void;

export interface ValkeyWriterParts extends Pick<TransactionParts, "client" | "keys" | "marks"> {
  readonly isReadOnly: boolean;
  /** Longest time of a transaction, however many steps and tries it takes. */
  readonly timeoutMs: number;
  /** Before the write's own promise resolves: from then on nobody may be answered from memory. */
  readonly onCommitted?: OnCommitted | undefined;
}

/** The client's own limit is as long, and knows better why a step is late: it has the first word. */
const LAST_WORD_MS = 10;

export class ValkeyCookieWriter implements CookieWriter {
  readonly #parts: TransactionParts;
  readonly #isReadOnly: boolean;
  readonly #timeoutMs: number;
  readonly #underWay = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor({ isReadOnly, timeoutMs, onCommitted, ...parts }: ValkeyWriterParts) {
    this.#isReadOnly = isReadOnly;
    this.#timeoutMs = timeoutMs;
    this.#parts = {
      ...parts,
      lanes: new RetryLanes(),
      onCommit: (draft) => {
        if (onCommitted !== undefined) tellChanges(draft, onCommitted);
      },
    };
  }

  async write<T>(change: (transaction: CookieTransaction) => T): Promise<T> {
    if (this.#isClosed) throw storeClosed(this.#parts.keys);
    if (this.#isReadOnly) throw storeReadOnly(this.#parts.keys);
    const late = this.#timeoutMs + LAST_WORD_MS;
    const endsAt = performance.now() + late;
    const work = runTransaction(this.#parts, change, () => {
      if (performance.now() > endsAt) throw storeLate(this.#timeoutMs);
    });
    this.#underWay.add(work);
    work.finally(() => this.#underWay.delete(work)).catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => setImmediate(() => reject(storeLate(this.#timeoutMs))), late);
    });
    try {
      return await Promise.race([work, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Refuses new writes, and waits for those under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underWay);
  }
}

function tellChanges({ changes }: ValkeyDraft, onCommitted: OnCommitted): void {
  for (const { base, cookie, isRecordNew } of changes.values()) {
    for (const value of new Set([base?.value, cookie?.value])) {
      if (value === undefined) continue;
      if (isRecordNew) onCommitted(value, "record");
      onCommitted(value, "use");
    }
  }
}
