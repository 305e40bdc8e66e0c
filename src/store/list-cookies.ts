// Pages of cookies: of all records in order, or of those that fit, through an index of ours or record by record.

import { CookieAuthenticatorError } from "../errors.js";
import { Cookie } from "../record/cookie.js";
import { uuidFromBytes } from "../record/uuid.js";
import type { CookieFilter, CookiePage, CookieUse, ListOptions } from "./cookie-reader.js";
import { findUse } from "./cookie-uses.js";
import {
  authidRange,
  expiredRange,
  findOwnExpiryNs,
  isIndexKeyOf,
  type KeyRange,
  oidOfIndexKey,
} from "./session-index-keys.js";
import type { SnapshotReads } from "./snapshot-engine.js";
import { readMarks } from "./store-marks.js";
import {
  type CookieSlots,
  recordKey,
  type SessionSlots,
  SLOT_BYTES,
  slotEnd,
  slotStart,
} from "./zlmdb-layout.js";

/** `next` of a page that an index gave: this, then the index key without its slot. Of other pages it is an oid. */
const INDEX_CURSOR = /^index:((?:[0-9a-f]{2}){1,508})$/;

/** A record, or the reason why it can't be read; `undefined`: it doesn't fit, or isn't there any more. */
type Found = Cookie | { readonly oid: string; readonly error: CookieAuthenticatorError } | undefined;

/**
 * One page, of one snapshot.
 *
 * @throws `ERR_COOKIE_FIELD` if `after` is no `next` of such a listing
 */
export function listCookies(reads: SnapshotReads, slots: CookieSlots, options: ListOptions): CookiePage {
  const index = findIndex(reads, slots, options);
  const page =
    index === undefined ? listRecords(reads, slots, options) : listIndex(reads, slots, index, options);
  const cookies: Cookie[] = [];
  const damaged: CookiePage["damaged"][number][] = [];
  for (const found of page.found) {
    if (found instanceof Cookie) cookies.push(found);
    else if (found !== undefined) damaged.push(found);
  }
  const uses = new Map<string, CookieUse>();
  if (options.withUse === true && slots.own !== undefined) {
    for (const { oid } of cookies) {
      const use = findUse(reads, slots.own, oid);
      if (use !== undefined) uses.set(oid, use);
    }
  }
  return { cookies, uses, damaged, next: page.next };
}

/** The index to go through, or `undefined` for the records themselves. */
function findIndex(
  reads: SnapshotReads,
  slots: CookieSlots,
  { where, isComplete, after }: ListOptions,
): { readonly own: SessionSlots; readonly range: KeyRange } | undefined {
  const { own } = slots;
  if (where === undefined || own === undefined) return undefined;
  // A listing goes on as it began. What was there then is met either way, whatever became of the mark meanwhile.
  const isIndexed =
    after !== undefined
      ? INDEX_CURSOR.test(after)
      : isComplete !== true || readMarks(reads, slots).areIndexesExact;
  if (!isIndexed) return undefined;
  const range = "authid" in where ? authidRange(own, where.authid) : expiredRange(own, where.expiredAtNs);
  return { own, range };
}

interface FoundPage {
  readonly found: readonly Found[];
  readonly next: string | undefined;
}

function listRecords(
  reads: SnapshotReads,
  slots: CookieSlots,
  { where, limit, after }: ListOptions,
): FoundPage {
  const start = after === undefined ? slotStart(slots.cookies) : keyAfter(recordKey(slots, after));
  // One more than asked for tells whether there is a next page.
  const entries = reads.range(start, slotEnd(slots.cookies), limit + 1);
  const page = entries.slice(0, limit);
  const found = page.map(({ key, value }) => judge(uuidFromBytes(key, SLOT_BYTES), value, where));
  const last = page.at(-1);
  const hasNext = entries.length > limit && last !== undefined;
  return { found, next: hasNext ? uuidFromBytes(last.key, SLOT_BYTES) : undefined };
}

function listIndex(
  reads: SnapshotReads,
  slots: CookieSlots,
  { own, range }: { readonly own: SessionSlots; readonly range: KeyRange },
  { where, limit, after }: ListOptions,
): FoundPage {
  const entries = reads.range(startAfter(range, after), range.end, limit + 1);
  const page = entries.slice(0, limit);
  const found = page.map(({ key }): Found => {
    const oid = oidOfIndexKey(own, key);
    const record = oid === undefined ? undefined : reads.get(recordKey(slots, oid));
    if (oid === undefined || record === undefined) return undefined;
    const candidate = judge(oid, record, where);
    // An entry may be older than its record: the record decides, and only the entry that it asks for now shows it.
    return candidate instanceof Cookie && !isIndexKeyOf(own, key, candidate) ? undefined : candidate;
  });
  const last = page.at(-1);
  const hasNext = entries.length > limit && last !== undefined;
  return { found, next: hasNext ? `index:${last.key.toString("hex", SLOT_BYTES)}` : undefined };
}

function judge(oid: string, record: Buffer, where: CookieFilter | undefined): Found {
  try {
    const cookie = Cookie.cast(record);
    return fits(cookie, where) ? cookie : undefined;
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    return { oid, error };
  }
}

function fits(cookie: Cookie, where: CookieFilter | undefined): boolean {
  if (where === undefined) return true;
  if ("authid" in where) return cookie.authid === where.authid;
  const expiryNs = findOwnExpiryNs(cookie);
  return expiryNs !== undefined && expiryNs <= where.expiredAtNs;
}

/** A page may be asked for by a stranger with any text: it never leads out of the range. */
function startAfter({ start, end }: KeyRange, after: string | undefined): Buffer {
  if (after === undefined) return start;
  const [, hex = ""] = INDEX_CURSOR.exec(after) ?? [];
  const key = keyAfter(Buffer.concat([start.subarray(0, SLOT_BYTES), Buffer.from(hex, "hex")]));
  if (Buffer.compare(key, start) < 0) return start;
  return Buffer.compare(key, end) > 0 ? end : key;
}

/** The first key after this one. */
function keyAfter(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.alloc(1)]);
}
