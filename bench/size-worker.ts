// One database of the bench `size` in a process of its own, with look-ups of `ours` or `raw` ones. A number of them in;
// ns out, and the memory in kB that isn't the mapped file (RssAnon).

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { CookieReader } from "../src/store/cookie-reader.js";
import { openCookieReader } from "../src/store/open-store.js";
import { createRawLook } from "./raw-look.js";
import { valueOfCookie } from "./size-database.js";

const [kind, path = "", sizeText] = process.argv.slice(2);
const size = Number(sizeText);
/** A page has at least so many cookies or index entries. */
const A_PAGE = 4;

/** What is looked up in an empty database: in vain, but with as much memory for the questions. */
const SIZE_OF_NONE = 1_000_000;

const reader = kind === "raw" ? undefined : await openCookieReader({ path });
const look = reader === undefined ? createRawLook(path) : lookWith(reader);
let random = 1;

// Maps all pages: a first touch of each costs more than the look-up.
for (let n = 0; n < size; n += A_PAGE) look(valueOfCookie(n, size));
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const of = size === 0 ? SIZE_OF_NONE : size;
  const values = Array.from({ length: Number(line) }, () => valueOfCookie(nextNumber(of), of));
  const start = process.hrtime.bigint();
  for (const value of values) look(value);
  const ns = process.hrtime.bigint() - start;
  process.stdout.write(`${ns} ${anonymousKb()}\n`);
}
await reader?.close();
setImmediate(() => process.exit());

function lookWith(reader: CookieReader): (value: string) => void {
  return (value) => {
    const cookie = reader.findByValue(value);
    const isFound = cookie !== undefined && !(cookie instanceof Promise) && cookie.authid !== "";
    if (isFound !== size > 0) throw new Error("not found");
  };
}

/** Any of so many. */
function nextNumber(of: number): number {
  random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((random / 2 ** 32) * of);
}

function anonymousKb(): number {
  global.gc?.();
  return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? Number.NaN);
}
