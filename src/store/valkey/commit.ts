// Turns a draft into the arguments of the commit script, and the script's answer into a verdict.

import { hash, randomBytes } from "node:crypto";
import { COMMIT_SCRIPT } from "./commit-script.js";
import { asBytes } from "./known-state.js";
import type { Argument, ValkeyClient } from "./valkey-client.js";
import type { Change, Expectation, ValkeyDraft } from "./valkey-draft.js";
import { clockAhead, foreignKeys, unexpectedReply } from "./valkey-errors.js";
import { expiryEntry, expiryMs, indexedAuthid, timeText, type ValkeyKeys } from "./valkey-keys.js";
import { parseClock, type StoredValues } from "./valkey-marks.js";
import type { DraftClock } from "./valkey-transaction.js";

const TOKEN_BYTES = 16;
/**
 * How much later than what a transaction has judged by the store's clock may be: machines' clocks differ, and others
 * commit while it is on its way. So the clock of a store goes back for nobody by more than this (R-13).
 */
const CLOCK_TOLERANCE_NS = 1_000_000_000n;

/** What became of a commit. */
export type Verdict =
  | { readonly is: "made" }
  /** Something that the transaction relied on is otherwise; `key` is the first. */
  | { readonly is: "conflict"; readonly key: string }
  /** Another writer has seen a later time. */
  | { readonly is: "clock"; readonly clockNs: bigint }
  /** Values are stored in the other way. */
  | { readonly is: "values" };

/** A run of a callback, ready to be committed. */
export interface CommitRequest {
  readonly draft: ValkeyDraft;
  readonly clock: DraftClock;
  readonly values: StoredValues;
}

/** Changes that the store doesn't have yet. */
export function changesOf({ changes }: ValkeyDraft): readonly (readonly [string, Change])[] {
  return [...changes].filter(
    ([, { base, cookie, isRecordNew, use }]) =>
      (isRecordNew && (base !== undefined || cookie !== undefined)) ||
      (cookie !== undefined && use !== "kept" && use !== "none"),
  );
}

/** Whether a run needs the server once more; one that only read has read at one moment. */
export function needsCommit({ draft, clock }: Pick<CommitRequest, "draft" | "clock">): boolean {
  return clock.isSeen || clock.raisedNs !== undefined || draft.changes.size > 0;
}

/**
 * Makes the transaction, or nothing of it.
 *
 * @throws what the client throws; `ERR_STORE_SERVER` for keys that aren't this store's
 */
export async function commit(
  client: ValkeyClient,
  keys: ValkeyKeys,
  request: CommitRequest,
): Promise<Verdict> {
  const { draft } = request;
  const { names, args } = toArguments(keys, request);
  const reply = await client.write(COMMIT_SCRIPT, names, args);
  if (!Array.isArray(reply)) throw unexpectedReply(COMMIT_SCRIPT.name);
  const is = asBytes(reply[0])?.toString("latin1");
  if (is === "made" || is === "values") return { is };
  if (is === "clock") return { is, clockNs: parseClock(asBytes(reply[1])?.toString("latin1")) };
  const expectation = draft.expectations[Number(reply[1]) - 1];
  if (is === "conflict" && expectation !== undefined) return { is, key: expectation.key };
  if (is === "ahead") throw clockAhead(parseClock(asBytes(reply[1])?.toString("latin1")));
  if (is === "layout") throw foreignKeys(keys, "their marks are unknown or gone");
  throw unexpectedReply(COMMIT_SCRIPT.name);
}

function toArguments(
  keys: ValkeyKeys,
  { draft, clock, values }: CommitRequest,
): { readonly names: readonly string[]; readonly args: readonly Argument[] } {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const numbers = new Map<string, string>();
  const numberOf = (key: string | undefined): string => {
    if (key === undefined) return "0";
    const number = numbers.get(key) ?? String(numbers.size + 1);
    numbers.set(key, number);
    return number;
  };
  for (const key of [keys.marks, keys.oids, keys.expiries, keys.commit(token), keys.changes]) numberOf(key);
  const { expectations } = draft;
  const changes = changesOf(draft);
  const isRaised = clock.raisedNs !== undefined;
  const isChange = changes.length > 0 || isRaised;
  const args: Argument[] = [
    keys.start,
    token,
    values,
    clock.isSeen ? timeText(clock.nowNs + CLOCK_TOLERANCE_NS) : "",
    // Also where it isn't raised: after a failover the store may have lost a time that this process has seen.
    isChange && clock.nowNs > 0n ? timeText(clock.nowNs) : "",
    String(expectations.length),
    String(changes.length),
    ...expectations.flatMap(({ kind, key, content }) => [kind, numberOf(key), digestOf(content)]),
    ...changes.flatMap(([oid, change]) => changeArguments(keys, oid, change, numberOf)),
  ];
  return { names: [...numbers.keys()], args };
}

/**
 * As the script computes it of what is there. SHA-1 tells a change by chance from none; who could make two records of one
 * digest under one key can write to the store anyway.
 */
function digestOf(content: Expectation["content"]): string {
  return content === null ? "" : hash("sha1", content);
}

function changeArguments(
  keys: ValkeyKeys,
  oid: string,
  { base, cookie, isRecordNew, use }: Change,
  numberOf: (key: string | undefined) => string,
): Argument[] {
  const keysOf = (of: typeof cookie): string[] => {
    const value = of?.value;
    const authid = of === undefined ? undefined : indexedAuthid(of);
    return [
      numberOf(value === undefined ? undefined : keys.record(value)),
      numberOf(value === undefined ? undefined : keys.use(value)),
      numberOf(authid === undefined ? undefined : keys.user(authid)),
      (of === undefined ? undefined : expiryEntry(of)) ?? "",
    ];
  };
  const expires = cookie === undefined || !isRecordNew ? undefined : expiryMs(cookie);
  return [
    oid,
    numberOf(keys.oid(oid)),
    ...keysOf(base),
    ...keysOf(cookie),
    isRecordNew && cookie !== undefined ? toBuffer(cookie.bytes) : "",
    expires === undefined ? "" : String(expires),
    use === "kept" ? "1" : "0",
    Buffer.isBuffer(use) ? use : "",
  ];
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
