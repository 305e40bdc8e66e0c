// The pure reader in the reader's bench, in a process of its own. As lookup.py: a count in, nanoseconds out.

import { createInterface } from "node:readline";
import { openLmdbReader } from "../src/lmdb-reader/lmdb-reader.js";
import { cookieValueOf } from "./lookup-database.js";

const [path = "", sizeText] = process.argv.slice(2);
const size = Number(sizeText);
const STEP = 7919;
/** cfxdb attaches its tables in this order: records in slot 1, the index of values in slot 2. */
const [RECORDS, INDEX] = [1, 2];

const reader = openLmdbReader(path);
let at = 0;
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const values = Array.from({ length: Number(line) }, () => {
    at = (at + STEP) % size;
    return cookieValueOf(at);
  });
  const start = process.hrtime.bigint();
  for (const value of values) look(value);
  process.stdout.write(`${process.hrtime.bigint() - start}\n`);
}

/** Value to oid to record, in one snapshot, nothing decoded. */
function look(value: string): void {
  const indexKey = Buffer.allocUnsafe(2 + value.length);
  indexKey[0] = 0;
  indexKey[1] = INDEX;
  indexKey.write(value, 2, "latin1");
  const record = reader.read((snapshot) => {
    const oid = snapshot.get(indexKey);
    if (oid === undefined) return undefined;
    const recordKey = Buffer.allocUnsafe(2 + oid.length);
    recordKey[0] = 0;
    recordKey[1] = RECORDS;
    recordKey.set(oid, 2);
    return snapshot.get(recordKey);
  });
  if (record === undefined) throw new Error("not found");
}
