// What a line of a cookie file means for a database: a new record, the same one, a changed one, or a contradiction.

import { buildCookie } from "../../record/build-cookie.js";
import type { Cookie, CookieFields } from "../../record/cookie.js";
import { makeOid } from "../../record/make-oid.js";
import type { CookieUse } from "../cookie-reader.js";
import { toStoredValue } from "../stored-value.js";
import type { CookieLine } from "./parse-cookie-line.js";

/** What the database has under the line's value and under its oid, of one snapshot. */
export interface Counterparts {
  readonly byValue: Cookie | undefined;
  readonly byOid: Cookie | undefined;
  /** The last use of the record that is meant. */
  readonly use: (oid: string) => CookieUse | undefined;
}

/** What a database is like, as far as it matters here. */
export interface ImportTarget {
  readonly areValuesHashed: boolean;
  /** It has a table for last uses. */
  readonly hasUses: boolean;
  /** It is a database on this machine (LMDB): answers come at once, and writers share a lock. */
  readonly isLocal: boolean;
  /** Cookie name for lines that have none. */
  readonly cookieName: string;
}

export type Verdict =
  | { readonly is: "new" | "changed"; readonly fields: CookieFields; readonly use: CookieUse | undefined }
  | { readonly is: "same" }
  /** Value and oid lead to different records: no record could take the line's place. */
  | { readonly is: "contradiction"; readonly oids: readonly string[] };

/** @throws `ERR_RECORD_INVALID`, `ERR_RECORD_CBOR` if the database's record can't be read */
export function judgeLine(line: CookieLine, found: Counterparts, target: ImportTarget): Verdict {
  const { byValue, byOid } = found;
  if (byValue !== undefined && byOid !== undefined && byValue.oid !== byOid.oid)
    return { is: "contradiction", oids: [byValue.oid, byOid.oid] };
  const old = byValue ?? byOid;
  const fields = merge(line, old, target);
  const use = target.hasUses ? line.use : undefined;
  if (old === undefined) return { is: "new", fields, use };
  const known = found.use(old.oid);
  const newerUse = use !== undefined && isOtherUse(use, known) ? use : undefined;
  const isSame = Buffer.from(buildCookie(fields)).equals(buildCookie(old.toFields()));
  return isSame && newerUse === undefined ? { is: "same" } : { is: "changed", fields, use: newerUse };
}

/** Of two uses the later one counts; of two at one time, from two devices, that of the file. */
function isOtherUse(use: CookieUse, known: CookieUse | undefined): boolean {
  if (known === undefined || use.lastUsedNs !== known.lastUsedNs)
    return use.lastUsedNs > (known?.lastUsedNs ?? -1n);
  return use.peer !== known.peer || use.userAgent !== known.userAgent;
}

/** The record as it is to be: what the line doesn't say stays as it is. The oid of a record never changes. */
function merge(
  line: CookieLine,
  old: Cookie | undefined,
  { areValuesHashed, cookieName }: ImportTarget,
): CookieFields {
  const { value } = line;
  return {
    name: cookieName,
    ...old?.toFields(),
    ...line.fields,
    oid: old?.oid ?? line.oid ?? makeOid(line.createdNs),
    createdNs: isSameMs(line, old) ? old.createdNs : line.createdNs,
    value: "clear" in value ? toStoredValue(value.clear, areValuesHashed) : value.sha256,
  };
}

/** Crossbar's file has ms, its database ns. */
function isSameMs(line: CookieLine, old: Cookie | undefined): old is Cookie {
  return (
    old !== undefined && !line.isCreatedExact && old.createdNs / 1_000_000n === line.createdNs / 1_000_000n
  );
}
