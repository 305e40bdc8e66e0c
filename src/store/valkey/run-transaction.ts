// The optimistic loop: run the callback on what is known, read what it lacked, commit, and begin again who came too late.

import { setTimeout as pause } from "node:timers/promises";
import { CookieAuthenticatorError } from "../../errors.js";
import type { CookieTransaction } from "../cookie-writer.js";
import { type CommitRequest, commit, needsCommit } from "./commit.js";
import { type KnownState, NOTHING_KNOWN, readWants } from "./known-state.js";
import type { RetryLanes } from "./retry-lanes.js";
import type { ValkeyClient } from "./valkey-client.js";
import { ValkeyDraft } from "./valkey-draft.js";
import { storeBusy } from "./valkey-errors.js";
import type { ValkeyKeys } from "./valkey-keys.js";
import type { ValkeyMarks } from "./valkey-marks.js";
import { DraftClock, transactionOn } from "./valkey-transaction.js";

const MAX_TRIES = 50;
/** Conflicts after which a try waits first: other processes may be in the same race. */
const TRIES_AT_ONCE = 3;
const MAX_PAUSE_MS = 30;

/** What a transaction runs on. */
export interface TransactionParts {
  readonly client: ValkeyClient;
  readonly keys: ValkeyKeys;
  readonly marks: ValkeyMarks;
  readonly lanes: RetryLanes;
  /** Told of each commit that may have been made, before its result is. */
  readonly onCommit: (draft: ValkeyDraft) => void;
}

type Run<T> = CommitRequest & ({ readonly result: T } | { readonly error: unknown });

/**
 * @param checkTime throws when its time is over: no further step is begun
 * @throws what `change` throws; `ERR_STORE_BUSY` after too many conflicts; `ERR_STORE_ASYNC_WRITE`; what `checkTime`,
 *   reading and committing throw
 */
export async function runTransaction<T>(
  parts: TransactionParts,
  change: (transaction: CookieTransaction) => T,
  checkTime: () => void = () => {},
): Promise<T> {
  const { client, keys, marks, lanes } = parts;
  let known: KnownState = NOTHING_KNOWN;
  let lane: string | undefined;
  let leave = (): void => {};
  const read = async (draft: ValkeyDraft): Promise<void> => {
    const state = await readWants(client, keys, draft.asked);
    marks.seeClock(state.clockNs);
    known = state;
  };
  try {
    for (let [tries, conflicts] = [0, 0]; tries < MAX_TRIES; tries += 1) {
      checkTime();
      const run = runOnce(parts, await marks.findHashing(), known, change);
      if (run.draft.isGuess) {
        await read(run.draft);
        continue;
      }
      if ("error" in run) throw run.error;
      if (!needsCommit(run)) return run.result;
      const verdict = await commitRun(parts, run);
      if (verdict.is === "made") return run.result;
      if (verdict.is === "values") marks.forget(); // the next try reads the mark, and fails if it contradicts
      if (verdict.is === "clock") marks.seeClock(verdict.clockNs);
      if (verdict.is !== "conflict") continue;
      conflicts += 1;
      if (verdict.key !== lane) {
        leave();
        leave = await lanes.enter(verdict.key);
        lane = verdict.key;
        checkTime(); // who has waited for longer than it had must not keep the lane from others
      }
      if (conflicts > TRIES_AT_ONCE) await pause(Math.random() * Math.min(2 ** conflicts, MAX_PAUSE_MS));
      await read(run.draft);
    }
    throw storeBusy(MAX_TRIES);
  } finally {
    leave();
  }
}

function runOnce<T>(
  { keys, marks }: TransactionParts,
  areValuesHashed: boolean,
  known: KnownState,
  change: (transaction: CookieTransaction) => T,
): Run<T> {
  const draft = new ValkeyDraft(keys, known);
  const clock = new DraftClock(marks.clockNs);
  const request = { draft, clock, values: areValuesHashed ? "sha256" : "plain" } as const;
  let result: T;
  try {
    result = change(transactionOn(draft, clock, areValuesHashed));
  } catch (error) {
    return { ...request, error };
  }
  if (result instanceof Promise) {
    result.catch(() => {}); // it is refused as a whole; its own failure changes nothing
    throw new CookieAuthenticatorError("ERR_STORE_ASYNC_WRITE", "a write callback returned a promise", {
      hint: "do what must wait before the write",
    });
  }
  return { ...request, result };
}

async function commitRun({ client, keys, marks, onCommit }: TransactionParts, run: CommitRequest) {
  try {
    const verdict = await commit(client, keys, run);
    if (verdict.is !== "made") return verdict;
    marks.settle(run.values === "sha256");
    marks.seeClock(run.clock.nowNs);
    return verdict;
  } finally {
    // Also after an error: whose answer was lost may have been made.
    onCommit(run.draft);
  }
}
