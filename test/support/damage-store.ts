// Damage to the content of a 0.9 database, made deliberately, and its repair and conversion: all in a child process.
// A native environment takes address space that is never given back: one process has room for a limited number of them.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CookieAuthenticatorError, type ErrorCode, type ErrorDetails } from "../../src/errors.js";
import { openLmdbReader } from "../../src/lmdb-reader/lmdb-reader.js";
import { buildCookie } from "../../src/record/build-cookie.js";
import type { CookieFields } from "../../src/record/cookie.js";
import { uuidToBytes } from "../../src/record/uuid.js";
import type { ConvertReport } from "../../src/store/convert/convert-store.js";
import { readCookieSlots } from "../../src/store/lmdb/cookie-tables.js";
import { ALL_KEYS } from "../../src/store/verify/key-range.js";
import type { StoreRepair } from "../../src/store/verify/repair-store.js";
import { type CookieSlots, findValueKey, recordKey } from "../../src/store/zlmdb-layout.js";
import { copyGoldenDatabase } from "./golden-records.js";
import { makeTempDirectory } from "./temp-directory.js";

/** A key to store, or without a value to delete. */
interface Change {
  readonly key: Uint8Array;
  readonly value?: Uint8Array;
}

export type NativeRequest =
  | { readonly op: "change"; readonly path: string; readonly changes: readonly Change[] }
  | { readonly op: "repair"; readonly path: string }
  | { readonly op: "convert"; readonly source: string; readonly target: string; readonly force: boolean };

export interface NativeAnswer {
  readonly result?: unknown;
  readonly error?: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint: string | undefined;
    readonly details: ErrorDetails;
  };
  /** A fault that isn't one of ours. */
  readonly crash?: string;
}

/** What damage is made with. All of it is done in one write transaction. */
export interface Damage {
  readonly slots: CookieSlots;
  put(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): void;
  /** Stores a record under its oid, or under another, without an index key. */
  putRecord(fields: CookieFields, under?: string): void;
  deleteRecord(oid: string): void;
  /** Lets the index key of a value lead to an oid, or to any bytes. */
  putIndexKey(value: string, entry: string | Uint8Array): void;
  deleteIndexKey(value: string): void;
}

let child: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/** A copy of the golden 0.9 database of 30 cookies. */
export function copyGolden(): string {
  return copyGoldenDatabase("db-0.9", join(makeTempDirectory(), "cookies"));
}

/** Every key and value, hex text, read without native code. */
export function dumpStore(path: string): Map<string, string> {
  const reader = openLmdbReader(path);
  const entries = reader.range(ALL_KEYS.start, ALL_KEYS.end, 100_000);
  reader.close();
  return new Map(entries.map(({ key, value }) => [key.toString("hex"), value.toString("hex")]));
}

/** Changes a database past every check of ours. The child has it open afterwards. */
export async function damageStore(path: string, change: (damage: Damage) => void): Promise<void> {
  const reader = openLmdbReader(path);
  const slots = reader.read((snapshot) => readCookieSlots(snapshot, path));
  reader.close();
  const changes: Change[] = [];
  const keyOf = (value: string): Buffer => findValueKey(slots, value) as Buffer;
  change({
    slots,
    put: (key, value) => void changes.push({ key, value }),
    delete: (key) => void changes.push({ key }),
    putRecord: (fields, under = fields.oid) =>
      void changes.push({ key: recordKey(slots, under), value: buildCookie(fields) }),
    deleteRecord: (oid) => void changes.push({ key: recordKey(slots, oid) }),
    putIndexKey: (value, entry) =>
      void changes.push({ key: keyOf(value), value: typeof entry === "string" ? uuidToBytes(entry) : entry }),
    deleteIndexKey: (value) => void changes.push({ key: keyOf(value) }),
  });
  await ask({ op: "change", path, changes });
}

/** `repairStore` in the child. */
export async function repairInChild(path: string): Promise<StoreRepair> {
  return (await ask({ op: "repair", path })) as StoreRepair;
}

/** `convertStore` in the child. */
export async function convertInChild(source: string, target: string, force = false): Promise<ConvertReport> {
  return (await ask({ op: "convert", source, target, force })) as ConvertReport;
}

/** Ends the child, if there is one. For `afterAll`. */
export async function stopDamageProcess(): Promise<void> {
  if (child === undefined) return;
  const gone = once(child, "exit");
  child.disconnect();
  child = undefined;
  await gone;
}

/** One request at a time: an answer has no number. */
function ask(request: NativeRequest): Promise<unknown> {
  const answer = last.then(() => send(request));
  last = answer.catch(() => {});
  return answer;
}

async function send(request: NativeRequest): Promise<unknown> {
  child ??= fork(join(dirname(fileURLToPath(import.meta.url)), "damage-process.ts"), {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, NODE_OPTIONS: "" },
    serialization: "advanced",
  });
  const answered = Promise.race([
    once(child, "message"),
    once(child, "exit").then(([status, signal]) => {
      throw new Error(`the child ended with ${status ?? signal}`);
    }),
  ]);
  child.send(request);
  const [{ result, error, crash }] = (await answered) as [NativeAnswer];
  if (crash !== undefined) throw new Error(crash);
  if (error === undefined) return result;
  const { code, message, hint, details } = error;
  throw new CookieAuthenticatorError(code, message, { ...(hint === undefined ? {} : { hint }), details });
}
