// Keys of our indexes by user and by expiry. An entry is all key: its value is empty.

import { hash } from "node:crypto";
import { CookieAuthenticatorError } from "../errors.js";
import type { Cookie } from "../record/cookie.js";
import { UUID_BYTES, uuidFromBytes } from "../record/uuid.js";
import { type SessionSlots, SLOT_BYTES, slotEnd } from "./zlmdb-layout.js";

const SHA256_BYTES = 32;
const U64_BYTES = 8;
const NS_PER_SECOND = 1_000_000_000n;
export const MAX_U64 = 2n ** 64n - 1n;

/** The value of an index entry. */
export const EMPTY_VALUE = Buffer.alloc(0);

/** The index entries that a record asks for. */
export interface SessionIndexKeys {
  /** `undefined`: nobody has logged in with this cookie, or its authid can't be read. */
  readonly byAuthid: Buffer | undefined;
  /** `undefined`: it never expires by itself, or its max_age can't be read. */
  readonly byExpiry: Buffer | undefined;
}

/** A range of keys: start <= key < end. */
export interface KeyRange {
  readonly start: Buffer;
  readonly end: Buffer;
}

/** When the record's own lifetime is over, ns since 1970 UTC, or nothing. @throws `ERR_RECORD_INVALID` */
export function findOwnExpiryNs(cookie: Cookie): bigint | undefined {
  const { maxAgeSeconds } = cookie;
  return maxAgeSeconds === undefined ? undefined : cookie.createdNs + BigInt(maxAgeSeconds) * NS_PER_SECOND;
}

/** @param oid the 16 bytes under which the record is stored */
export function sessionIndexKeys(slots: SessionSlots, cookie: Cookie, oid: Uint8Array): SessionIndexKeys {
  return { byAuthid: authidKey(slots, cookie, oid), byExpiry: expiryKey(slots, cookie, oid) };
}

/** Whether a record asks for this index key: that its end is the record's oid was checked. */
export function isIndexKeyOf(slots: SessionSlots, key: Buffer, cookie: Cookie): boolean {
  const keyOf = key.readUInt16BE(0) === slots.byAuthid ? authidKey : expiryKey;
  return keyOf(slots, cookie, key.subarray(-UUID_BYTES))?.equals(key) === true;
}

/** All entries of one user. The hash gives any authid a key of one length: LMDB's keys end at 511 bytes. */
export function authidRange(slots: SessionSlots, authid: string): KeyRange {
  const start = authidPrefix(slots, authid);
  return { start, end: Buffer.concat([start, Buffer.alloc(UUID_BYTES + 1, 0xff)]) };
}

/** All entries of expiries up to and at a time. */
export function expiredRange(slots: SessionSlots, expiredAtNs: bigint): KeyRange {
  const start = expiryPrefix(slots, 0n);
  if (expiredAtNs < 0n) return { start, end: start };
  const end = expiredAtNs >= MAX_U64 ? slotEnd(slots.byExpiry) : expiryPrefix(slots, expiredAtNs + 1n);
  return { start, end };
}

/**
 * The oid at the end of an index key; `undefined` for a key of another length, which no writer of ours makes. Whoever
 * reads the index passes it over: an entry only proposes a record, and the record itself decides.
 */
export function oidOfIndexKey(slots: SessionSlots, key: Buffer): string | undefined {
  const isByAuthid = key.length >= SLOT_BYTES && key.readUInt16BE(0) === slots.byAuthid;
  const prefixBytes = SLOT_BYTES + (isByAuthid ? SHA256_BYTES : U64_BYTES);
  return key.length === prefixBytes + UUID_BYTES ? uuidFromBytes(key, prefixBytes) : undefined;
}

/** A field that can't be read has no entry: listings that must be complete meet it in the record and say so. */
function authidKey(slots: SessionSlots, cookie: Cookie, oid: Uint8Array): Buffer | undefined {
  const authid = readable(() => cookie.authid);
  return authid === undefined ? undefined : Buffer.concat([authidPrefix(slots, authid), oid]);
}

function expiryKey(slots: SessionSlots, cookie: Cookie, oid: Uint8Array): Buffer | undefined {
  const expiryNs = readable(() => findOwnExpiryNs(cookie));
  return expiryNs === undefined ? undefined : Buffer.concat([expiryPrefix(slots, expiryNs), oid]);
}

function authidPrefix(slots: SessionSlots, authid: string): Buffer {
  const key = Buffer.allocUnsafe(SLOT_BYTES + SHA256_BYTES);
  key.writeUInt16BE(slots.byAuthid);
  hash("sha256", authid, "buffer").copy(key, SLOT_BYTES);
  return key;
}

function expiryPrefix(slots: SessionSlots, expiryNs: bigint): Buffer {
  const key = Buffer.allocUnsafe(SLOT_BYTES + U64_BYTES);
  key.writeUInt16BE(slots.byExpiry);
  // A max_age of centuries passes 64 bits: such a record has the last place in the order.
  key.writeBigUInt64BE(expiryNs > MAX_U64 ? MAX_U64 : expiryNs, SLOT_BYTES);
  return key;
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return undefined;
    throw error;
  }
}
