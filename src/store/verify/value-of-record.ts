// The cookie value of a record, as far as the value index is concerned.

import { CookieAuthenticatorError } from "../../errors.js";
import { Cookie } from "../../record/cookie.js";
import { type CookieSlots, findValueKey } from "../zlmdb-layout.js";

/** What a record asks of the index. Fields that the index doesn't need may be damaged. */
export type RecordValue =
  | { readonly state: "indexable"; readonly key: Buffer; readonly createdNs: bigint }
  | { readonly state: "without value" | "value too long" | "undecodable" };

/** The index key that the record's value has. */
export function valueOfRecord(slots: CookieSlots, record: Uint8Array): RecordValue {
  try {
    const cookie = Cookie.cast(record);
    const { value, createdNs } = cookie;
    if (value === undefined) return { state: "without value" };
    const key = findValueKey(slots, value);
    return key === undefined ? { state: "value too long" } : { state: "indexable", key, createdNs };
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    return { state: "undecodable" };
  }
}
