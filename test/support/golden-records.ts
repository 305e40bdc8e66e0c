// The golden files of test/golden (made by cfxdb, see scripts/golden.py), typed.

import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CookieJson, Json } from "./cookie-json.js";

const directory = join(dirname(fileURLToPath(import.meta.url)), "..", "golden");

/**
 * What building or encoding the decoded vector again gives: the same bytes, or the same content in other bytes
 * (JavaScript has no difference between 1 and 1.0, and puts integer-like keys first).
 */
export type Rebuild = "identical" | "equal";

export interface GoldenRecord {
  readonly name: string;
  readonly about: string;
  readonly builtBy: "cfxdb" | "hand";
  readonly rebuild: Rebuild;
  /** What cfxdb itself reads in the bytes. */
  readonly fields: CookieJson;
  readonly hex: string;
}

export interface GoldenCbor {
  readonly name: string;
  readonly value: Json;
  /** `cbor2.dumps` of the value. */
  readonly hex: string;
  readonly rebuild: Rebuild;
}

export interface HostileRecord {
  readonly name: string;
  /** Whether `Cookie.cast` refuses it, or a getter. */
  readonly when: "cast" | "read";
  readonly code: "ERR_RECORD_INVALID" | "ERR_RECORD_CBOR";
  /** `details.field` of the error. */
  readonly field: string | number;
  readonly hex: string;
}

export interface GoldenRecords {
  readonly records: readonly GoldenRecord[];
  readonly cbor: readonly GoldenCbor[];
  readonly hostile: readonly HostileRecord[];
}

/** Databases of 30 cookies: LMDB 0.9; the same after other tables; LMDB 1.0. */
export type GoldenDatabase = "db-0.9" | "db-shifted" | "db-1.0";

export function readGoldenRecords(): GoldenRecords {
  return JSON.parse(readFileSync(join(directory, "records.json"), "utf8")) as GoldenRecords;
}

/** Every key and value of a golden database, hex text, in key order. */
export function readGoldenDump(name: GoldenDatabase): Map<string, string> {
  const dump = JSON.parse(readFileSync(join(directory, `${name}.json`), "utf8")) as Record<string, string>;
  return new Map(Object.entries(dump));
}

/** Copies a golden database into `target`: opening one makes a lock file beside it. */
export function copyGoldenDatabase(name: GoldenDatabase, target: string): string {
  mkdirSync(target, { recursive: true });
  cpSync(join(directory, name, "data.mdb"), join(target, "data.mdb"));
  return target;
}
