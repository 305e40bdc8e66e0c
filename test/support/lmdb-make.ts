// LMDB environments made by LMDB itself (lmdb_make.py), in either format, and what the engine reads in them.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LmdbEntry, LmdbSnapshot } from "../../src/lmdb-reader/snapshot.js";

const here = dirname(fileURLToPath(import.meta.url));
const python = process.env.CROSSBAR_PYTHON ?? join(here, "..", "..", ".venv", "bin", "python");
const EVERY_KEY_END = Buffer.alloc(2048, 0xff);

export type FormatName = "0.9" | "1.0";

export interface LmdbToMake {
  readonly path: string;
  readonly format: FormatName;
  /** Bytes; the operating system's page size if left out. */
  readonly pageSize?: number;
  /** Random entries in several transactions, some of them deleted again. */
  readonly entries?: number;
  readonly keyBytes?: number;
  readonly valueBytes?: number;
  readonly seed?: number;
  readonly rounds?: number;
  readonly writeMap?: boolean;
  /** See `special` in lmdb_make.py; `named`: with a named database. */
  readonly special?: "megabyte" | "shortened" | "unwritten" | "named";
}

/** What the engine reads. */
export interface LmdbContent {
  readonly count: number;
  /** Over every key and value, with their lengths. */
  readonly sha256: string;
  readonly pageSize: number;
  readonly depth: number;
  readonly overflowPages: number;
  readonly lastPage: number;
  /** Major and minor version of the engine that read it. */
  readonly engine: readonly [number, number];
}

export function makeLmdb(options: LmdbToMake): LmdbContent {
  return run(options);
}

/** What the engine reads in a database that is there. */
export function describeLmdb(path: string): LmdbContent {
  return run({ path });
}

/** Every entry of a snapshot, read in small ranges. */
export function readAllEntries(snapshot: LmdbSnapshot, chunk = 100): LmdbEntry[] {
  const all: LmdbEntry[] = [];
  for (let start: Buffer = Buffer.alloc(0); ; ) {
    const entries = snapshot.range(start, EVERY_KEY_END, chunk);
    all.push(...entries);
    const last = entries.at(-1);
    if (last === undefined || entries.length < chunk) return all;
    start = Buffer.concat([last.key, Buffer.of(0)]);
  }
}

/** The same hash as the engine's side has it. */
export function hashEntries(entries: readonly LmdbEntry[]): string {
  const hash = createHash("sha256");
  for (const { key, value } of entries) {
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32LE(key.length);
    lengths.writeUInt32LE(value.length, 4);
    hash.update(lengths).update(key).update(value);
  }
  return hash.digest("hex");
}

function run(request: object): LmdbContent {
  const output = execFileSync(
    python,
    ["-B", "-W", "ignore", join(here, "lmdb_make.py"), JSON.stringify(request)],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  return JSON.parse(output) as LmdbContent;
}
