// What the store keeps about itself: three entries of the table of marks.

import { CookieAuthenticatorError } from "../errors.js";
import type { StoreMarks } from "./cookie-reader.js";
import type { KeyReads } from "./snapshot-engine.js";
import { type CookieSlots, type SessionSlots, slotStart } from "./zlmdb-layout.js";

/** The names of the marks. */
export type MarkName = "clock" | "values" | "indexes";

/** Mark `values`: what is stored is the SHA-256. */
export const VALUES_SHA256 = Buffer.from("sha256");
/** Mark `indexes`: they have every cookie. */
export const INDEXES_EXACT = Buffer.from("exact");

const U64_BYTES = 8;

/** Key of a mark: its name in ASCII. */
export function markKey(slots: SessionSlots, name: MarkName): Buffer {
  return Buffer.concat([slotStart(slots.marks), Buffer.from(name)]);
}

/** @throws `ERR_STORE_INCONSISTENT` if a mark that security hangs on can't be read */
export function readMarks(reads: KeyReads, slots: CookieSlots): StoreMarks {
  const { own } = slots;
  return {
    clockNs: own === undefined ? 0n : readClockNs(reads, own),
    areValuesHashed: readAreValuesHashed(reads, slots),
    // Anything unknown reads as "not exact": then listings look at every record, which is right and slower.
    areIndexesExact: own !== undefined && reads.get(markKey(own, "indexes"))?.equals(INDEXES_EXACT) === true,
  };
}

/** Whether values are stored as SHA-256. @throws `ERR_STORE_INCONSISTENT` if the mark says something else */
export function readAreValuesHashed(reads: KeyReads, { own }: CookieSlots): boolean {
  const mark = own === undefined ? undefined : reads.get(markKey(own, "values"));
  if (mark === undefined) return false;
  if (mark.equals(VALUES_SHA256)) return true;
  // Guessing would store a secret where a hash belongs.
  throw damagedMark("values", "it names no way of storing values that is known here");
}

/** The highest time seen by a writer, ns since 1970 UTC; 0 if none. @throws `ERR_STORE_INCONSISTENT` */
export function readClockNs(reads: KeyReads, slots: SessionSlots): bigint {
  const mark = reads.get(markKey(slots, "clock"));
  if (mark === undefined) return 0n;
  // Read as 0 it could revive what has expired.
  if (mark.length !== U64_BYTES) throw damagedMark("clock", `it has ${mark.length} bytes, not ${U64_BYTES}`);
  return mark.readBigUInt64BE(0);
}

/** The mark `clock`. @throws `ERR_COOKIE_FIELD` if the time doesn't fit into 64 bits */
export function encodeClock(timeNs: bigint): Buffer {
  if (timeNs < 0n || timeNs >= 2n ** 64n) {
    throw new CookieAuthenticatorError("ERR_COOKIE_FIELD", "the time is no unsigned 64-bit number", {
      details: { field: "clockNs" },
    });
  }
  const mark = Buffer.allocUnsafe(U64_BYTES);
  mark.writeBigUInt64BE(timeNs);
  return mark;
}

function damagedMark(name: MarkName, why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_INCONSISTENT",
    `the store's mark "${name}" is wrong: ${why}`,
    {
      hint: "another version of this program, or damage: restore the database from a backup",
      details: { mark: name },
    },
  );
}
