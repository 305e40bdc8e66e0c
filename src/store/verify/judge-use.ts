// One last use: readable, and of a cookie that is there?

import { CookieAuthenticatorError } from "../../errors.js";
import type { LmdbEntry } from "../../lmdb-reader/snapshot.js";
import { decodeCborMap } from "../../record/cbor-map.js";
import { type CookieSlots, findRecordOid, recordKey } from "../zlmdb-layout.js";
import type { StateReads } from "./judge-index-key.js";

const TIME_BYTES = 8;

export type UseVerdict =
  | { readonly is: "right" | "without record"; readonly oid: string }
  | {
      readonly is: "malformed";
      /** `undefined` if the key is none. */
      readonly oid: string | undefined;
      readonly what: string;
      /** What can be read of it, and is all that readers take of it: nothing, or the time without the device. */
      readonly readable: Buffer | undefined;
    };

export function judgeUse(reads: StateReads, slots: CookieSlots, { key, value }: LmdbEntry): UseVerdict {
  // A use has the key of its record, in another slot.
  const oid = findRecordOid(key);
  if (oid === undefined) {
    return { is: "malformed", oid, what: `a key of ${key.length} bytes`, readable: undefined };
  }
  if (value.length < TIME_BYTES) {
    return { is: "malformed", oid, what: `${value.length} bytes, and no time`, readable: undefined };
  }
  if (!isDevice(value.subarray(TIME_BYTES))) {
    return {
      is: "malformed",
      oid,
      what: "its device is no CBOR map",
      readable: value.subarray(0, TIME_BYTES),
    };
  }
  return { is: reads.get(recordKey(slots, oid)) === undefined ? "without record" : "right", oid };
}

function isDevice(bytes: Buffer): boolean {
  if (bytes.length === 0) return true;
  try {
    decodeCborMap(bytes, "last use");
    return true;
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return false;
    throw error;
  }
}
