// One last use: readable, and of a cookie that is there?

import type { LmdbEntry } from "../../lmdb-reader/snapshot.js";
import { type CookieSlots, findRecordOid, recordKey } from "../zlmdb-layout.js";
import type { StateReads } from "./judge-index-key.js";
import { judgeUseBytes, type MalformedUse } from "./judge-use-bytes.js";

export type UseVerdict =
  | { readonly is: "right" | "without record"; readonly oid: string }
  | ({
      readonly is: "malformed";
      /** `undefined` if the key is none. */
      readonly oid: string | undefined;
    } & MalformedUse);

export function judgeUse(reads: StateReads, slots: CookieSlots, { key, value }: LmdbEntry): UseVerdict {
  // A use has the key of its record, in another slot.
  const oid = findRecordOid(key);
  if (oid === undefined) {
    return { is: "malformed", oid, what: `a key of ${key.length} bytes`, readable: undefined };
  }
  const malformed = judgeUseBytes(value);
  if (malformed !== undefined) return { is: "malformed", oid, ...malformed };
  return { is: reads.get(recordKey(slots, oid)) === undefined ? "without record" : "right", oid };
}
