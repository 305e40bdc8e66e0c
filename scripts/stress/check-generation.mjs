// What one read of the stress database must find: a whole generation, and none older than the writer has announced.

import { crc32 } from "./crc32.mjs";

/** Records of a generation; stress_writer.py has the same number. */
const KEYS = 40;
const GENERATION_KEY = Buffer.from("generation");
const RANGE_START = Buffer.from("record-");
const RANGE_END = Buffer.from("record.");
const recordKeys = Array.from({ length: KEYS }, (_, n) =>
  Buffer.from(`record-${String(n).padStart(4, "0")}`),
);

/**
 * One read, by look-ups or by a range.
 *
 * @param before the generations that the writer announced, and that an earlier read found, before this read began
 * @param dwellMs how long the read lasts at least: over two commits, only the snapshot rule can save it
 * @returns what is wrong with the answer, `undefined` if nothing is; and how many look-ups it took
 */
export function checkGeneration(reader, before, byRange, dwellMs) {
  const { generation, values, lookups } = reader.read((snapshot) =>
    readGeneration(snapshot, byRange, dwellMs),
  );
  if (generation === undefined) return { wrong: "missing", generation: 0n, lookups };
  const wrong = values.map((value, n) => checkValue(recordKeys[n], value, generation)).find(Boolean);
  const isStale = generation < before.announced || generation < before.newest;
  return { wrong: wrong ?? (isStale ? "stale" : undefined), generation, lookups };
}

function readGeneration(snapshot, byRange, dwellMs) {
  const found = snapshot.get(GENERATION_KEY);
  if (found === undefined) return { values: [], lookups: 1 };
  for (const start = performance.now(); performance.now() - start < dwellMs; );
  const values = byRange
    ? snapshot.range(RANGE_START, RANGE_END, KEYS + 1).map(({ value }) => value)
    : recordKeys.map((key) => snapshot.get(key));
  if (values.length !== KEYS) values.push(undefined);
  return { generation: found.readBigUInt64LE(), values, lookups: 1 + (byRange ? 1 : KEYS) };
}

function checkValue(key, value, generation) {
  if (key === undefined || value === undefined) return "missing";
  if (value.length < 16 || value.readUInt32LE() !== crc32(Buffer.concat([key, value.subarray(4)])))
    return "torn";
  return value.readBigUInt64LE(4) === generation ? undefined : "mixed";
}
