// The databases of the bench `size`: up to tens of millions of cookies, written in the order of their keys and kept.

import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildCookie } from "../src/record/build-cookie.js";
import { uuidFromBytes } from "../src/record/uuid.js";
import { LmdbEnvironment, type LmdbTransaction } from "../src/store/lmdb/environment.js";
import { initCookieStore } from "../src/store/lmdb/init-store.js";
import { readStoreLayout } from "../src/store/lmdb/store-layout.js";
import { findValueKey, recordKey } from "../src/store/zlmdb-layout.js";
import { benchDirectory } from "./results.js";

/** Puts of one transaction. */
const BATCH = 50_000;
const VALID_SECONDS = 10 * 365 * 86_400;
/** Beyond any size; keys are spread over their whole range. */
const RANGE = 2 ** 40;

/** Makes the database unless it is there. @returns its path, which is not to be written to */
export async function makeSizeDatabase(size: number): Promise<string> {
  const path = join(benchDirectory(), `size-${size}`);
  const complete = `${path}.complete`;
  if (existsSync(complete)) return path;
  rmSync(path, { recursive: true, force: true });
  await initCookieStore(path);
  const environment = LmdbEnvironment.open({ path, writable: true });
  const { slots } = environment.read((reads) => readStoreLayout(reads, path));
  const createdNs = BigInt(Date.now()) * 1_000_000n;
  await putAll(environment, size, (transaction, n) =>
    transaction.put(recordKey(slots, oidOfCookie(n, size)), buildRecord(n, size, createdNs)),
  );
  await putAll(environment, size, (transaction, n) => {
    const key = findValueKey(slots, valueOfCookie(n, size));
    if (key !== undefined) transaction.put(key, oidBytesOfCookie(n, size));
  });
  await environment.close();
  process.stderr.write(`\rgenerated ${size} cookies${" ".repeat(20)}\n`);
  writeFileSync(complete, "");
  return path;
}

/** Value of the n-th cookie: 24 characters, in ascending order, so that no list of them need be sorted. */
export function valueOfCookie(n: number, size: number): string {
  const digits = spread(n, size).toString(32).toUpperCase().padStart(8, "0");
  return `${digits}${scramble(n).toString(16).padStart(16, "0")}`;
}

function oidOfCookie(n: number, size: number): string {
  return uuidFromBytes(oidBytesOfCookie(n, size));
}

function oidBytesOfCookie(n: number, size: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(spread(n, size), 0, 5);
  bytes.writeDoubleBE(scramble(n), 8);
  return bytes;
}

function spread(n: number, size: number): number {
  return Math.floor((n * RANGE) / size);
}

/** 52 bits that look random. */
function scramble(n: number): number {
  const high = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d) >>> 12;
  const low = Math.imul(n ^ (n >>> 13), 0x297a2d39) >>> 0;
  return high * 2 ** 32 + low;
}

/** What Crossbar stores for a user that logged in, with a small authextra. */
function buildRecord(n: number, size: number, createdNs: bigint): Uint8Array {
  return buildCookie({
    oid: oidOfCookie(n, size),
    createdNs,
    maxAgeSeconds: VALID_SECONDS,
    name: "cbtid",
    value: valueOfCookie(n, size),
    authid: `user${n}@example.com`,
    authrole: "user",
    authmethod: "wampcra",
    authrealm: "realm1",
    authextra: { name: `User ${n}`, department: "sales" },
  });
}

async function putAll(
  environment: LmdbEnvironment,
  size: number,
  put: (transaction: LmdbTransaction, n: number) => void,
): Promise<void> {
  for (let first = 0; first < size; first += BATCH) {
    await environment.write((transaction) => {
      for (let n = first; n < Math.min(first + BATCH, size); n += 1) put(transaction, n);
    });
    process.stderr.write(`\rgenerating: ${first} of ${size} cookies`);
  }
}
