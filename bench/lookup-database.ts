// The database that the look-up bench measures on, generated once for each size and kept in .bench.

import { createHash, randomUUID } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CookieFields } from "../src/record/cookie.js";
import { initCookieStore } from "../src/store/lmdb/init-store.js";
import { openCookieStore } from "../src/store/open-store.js";

const BATCH = 5000;
/** 64 GiB: the bench isn't about the limit. */
const MAX_SIZE_BYTES = 2 ** 36;

/** Value of the n-th cookie: 144 bits that look random, the same in every process and in lookup.py. */
export function cookieValueOf(n: number): string {
  return createHash("sha256").update(String(n)).digest().subarray(0, 18).toString("base64");
}

/** Makes a database of `size` cookies in `directory` unless it is there. @returns its path */
export async function makeDatabase(directory: string, size: number): Promise<string> {
  const path = join(directory, `cookies-${size}`);
  const complete = join(directory, `cookies-${size}.complete`);
  if (existsSync(complete)) return path;
  rmSync(path, { recursive: true, force: true });
  await initCookieStore(path);
  const store = await openCookieStore({ path, maxSizeBytes: MAX_SIZE_BYTES });
  for (let first = 0; first < size; first += BATCH) {
    await store.writer.write((transaction) => {
      for (let n = first; n < Math.min(first + BATCH, size); n += 1) transaction.put(cookieOf(n));
    });
    if (first % 100_000 === 0) process.stderr.write(`\rgenerating ${first} of ${size} cookies`);
  }
  process.stderr.write(`\rgenerated ${size} cookies${" ".repeat(20)}\n`);
  await store.close();
  writeFileSync(complete, "");
  return path;
}

/** What Crossbar stores for a user that logged in, with a small authextra. */
export function cookieOf(n: number): CookieFields {
  return {
    oid: randomUUID(),
    createdNs: BigInt(Date.now()) * 1_000_000n,
    maxAgeSeconds: 31_536_000,
    name: "cbtid",
    value: cookieValueOf(n),
    authid: `user${n}@example.com`,
    authrole: "user",
    authmethod: "wampcra",
    authrealm: "realm1",
    authextra: { name: `User ${n}`, department: "sales" },
  };
}
