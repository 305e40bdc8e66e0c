// The databases that the session benches measure on: made once for each size and kept in .bench, worked on as copies.

import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  existsSync,
  constants as fileConstants,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { buildCookie } from "../src/record/build-cookie.js";
import { Cookie } from "../src/record/cookie.js";
import { uuidFromBytes, uuidToBytes } from "../src/record/uuid.js";
import { attachSessionTables } from "../src/store/lmdb/cookie-tables.js";
import { LmdbEnvironment } from "../src/store/lmdb/environment.js";
import { initCookieStore } from "../src/store/lmdb/init-store.js";
import { getSessionSlots } from "../src/store/lmdb/session-writes.js";
import { readStoreLayout } from "../src/store/lmdb/store-layout.js";
import { EMPTY_VALUE, sessionIndexKeys } from "../src/store/session-index-keys.js";
import { INDEXES_EXACT, markKey } from "../src/store/store-marks.js";
import { findValueKey, recordKey } from "../src/store/zlmdb-layout.js";
import { cookieValueOf } from "./lookup-database.js";
import { benchDirectory } from "./results.js";

/** Puts of one transaction. */
const BATCH = 50_000;
const COOKIES_A_USER = 5;
const WEEK_SECONDS = 604_800;
/** Valid for so long that a database which is kept doesn't grow stale. */
const VALID_SECONDS = 10 * 365 * 86_400;

type Entry = readonly [key: Uint8Array, value: Uint8Array];

export interface SessionDatabase {
  readonly size: number;
  /** How many of them have expired; they lie anywhere among the others. */
  readonly expired: number;
  /** With our own tables, filled and marked as exact; else as Crossbar leaves it. */
  readonly hasOwnTables: boolean;
}

/** The n-th user; each has five cookies. */
export function authidOf(n: number): string {
  return `user${n}@example.com`;
}

export function userCount(size: number): number {
  return Math.ceil(size / COOKIES_A_USER);
}

/** Makes the database unless it is there. @returns its path, which is not to be written to */
export async function makeSessionDatabase(options: SessionDatabase): Promise<string> {
  const { size, expired, hasOwnTables } = options;
  const path = join(benchDirectory(), `sessions-${size}-${expired}-${hasOwnTables ? "indexed" : "plain"}`);
  const complete = `${path}.complete`;
  if (existsSync(complete)) return path;
  process.stderr.write(`generating ${size} cookies\n`);
  rmSync(path, { recursive: true, force: true });
  await initCookieStore(path);
  const environment = LmdbEnvironment.open({ path, writable: true });
  if (hasOwnTables) await environment.write((transaction) => attachSessionTables(transaction, path));
  await fill(environment, options);
  await environment.close();
  writeFileSync(complete, "");
  return path;
}

/** A copy to work on, wholly on disk: what the bench syncs later is its own. @returns its path */
export function copyDatabase(base: string, name: string): string {
  const path = join(benchDirectory(), name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const file = join(path, "data.mdb");
  copyFileSync(join(base, "data.mdb"), file, fileConstants.COPYFILE_FICLONE);
  const descriptor = openSync(file, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
  return path;
}

/** Each table in the order of its keys: the way of a B+tree to grow that touches each page once. */
async function fill(
  environment: LmdbEnvironment,
  { size, expired, hasOwnTables }: SessionDatabase,
): Promise<void> {
  const { slots } = environment.read((reads) => readStoreLayout(reads, environment.path));
  const oids = Array.from({ length: size }, () => randomBytes(16).toString("hex"))
    .sort()
    .map((hex) => uuidFromBytes(Buffer.from(hex, "hex")));
  const numbers = shuffledNumbers(size);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const own = hasOwnTables ? getSessionSlots(slots) : undefined;
  const byValue: Entry[] = [];
  const byAuthid: Entry[] = [];
  const byExpiry: Entry[] = [];
  const add = (entries: Entry[], key: Buffer | undefined, value: Buffer): void => {
    if (key !== undefined) entries.push([key, value]);
  };

  await putInOrder(environment, size, (at) => {
    const [n, oid] = [numbers[at] as number, oids[at] as string];
    const record = buildRecord(n, oid, nowSeconds, expired);
    const bytes = uuidToBytes(oid);
    add(byValue, findValueKey(slots, cookieValueOf(n)), bytes);
    if (own !== undefined) {
      const keys = sessionIndexKeys(own, Cookie.cast(record), bytes);
      add(byAuthid, keys.byAuthid, EMPTY_VALUE);
      add(byExpiry, keys.byExpiry, EMPTY_VALUE);
    }
    return [recordKey(slots, oid), record];
  });
  for (const entries of [byValue, byAuthid, byExpiry]) {
    entries.sort(([a], [b]) => Buffer.compare(a, b));
    await putInOrder(environment, entries.length, (at) => entries[at] as Entry);
  }
  if (own === undefined) return;
  await environment.write((transaction) => transaction.put(markKey(own, "indexes"), INDEXES_EXACT));
}

/** What Crossbar stores for a user that logged in, with a small authextra. The same for the same arguments. */
function buildRecord(n: number, oid: string, nowSeconds: number, expired: number): Uint8Array {
  const hasExpired = n < expired;
  // Between a minute and a week ago, to the nanosecond.
  const ago = 60 + (createHash("sha256").update(oid).digest().readUInt32BE(0) % (WEEK_SECONDS - 60));
  return buildCookie({
    oid,
    createdNs: BigInt(nowSeconds - ago - (hasExpired ? WEEK_SECONDS : 0)) * 1_000_000_000n + BigInt(n),
    maxAgeSeconds: hasExpired ? WEEK_SECONDS : VALID_SECONDS,
    name: "cbtid",
    value: cookieValueOf(n),
    authid: authidOf(Math.floor(n / COOKIES_A_USER)),
    authrole: "user",
    authmethod: "wampcra",
    authrealm: "realm1",
    authextra: { name: `User ${n}`, department: "sales" },
  });
}

async function putInOrder(
  environment: LmdbEnvironment,
  count: number,
  entryAt: (at: number) => Entry,
): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    await environment.write((transaction) => {
      for (let at = first; at < Math.min(first + BATCH, count); at += 1) transaction.put(...entryAt(at));
    });
  }
}

/** 0 to count - 1 in an order that has nothing to do with their own. */
function shuffledNumbers(count: number): Uint32Array {
  const numbers = Uint32Array.from({ length: count }, (_, n) => n);
  for (let at = count - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [numbers[at], numbers[other]] = [numbers[other] as number, numbers[at] as number];
  }
  return numbers;
}
