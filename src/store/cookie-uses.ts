// The table of last uses: oid -> time in ns, then optionally a CBOR map of the device.

import { CookieAuthenticatorError } from "../errors.js";
import { type CborMap, decodeCborMap, encodeCborMap } from "../record/cbor-map.js";
import { UUID_BYTES, uuidToBytes } from "../record/uuid.js";
import type { CookieUse } from "./cookie-reader.js";
import { MAX_U64 } from "./session-index-keys.js";
import type { KeyReads } from "./snapshot-engine.js";
import { type SessionSlots, SLOT_BYTES } from "./zlmdb-layout.js";

const U64_BYTES = 8;

/** Key of a cookie's last use. @throws `ERR_COOKIE_FIELD` if the oid is no UUID */
export function useKey(slots: SessionSlots, oid: string): Buffer {
  const key = Buffer.allocUnsafe(SLOT_BYTES + UUID_BYTES);
  key.writeUInt16BE(slots.uses);
  uuidToBytes(oid).copy(key, SLOT_BYTES);
  return key;
}

/** @throws `ERR_COOKIE_FIELD` if the time is out of range or a text can't be encoded */
export function encodeUse({ lastUsedNs, peer, userAgent }: CookieUse): Buffer {
  if (lastUsedNs < 0n || lastUsedNs > MAX_U64) {
    throw new CookieAuthenticatorError("ERR_COOKIE_FIELD", "the last use is no unsigned 64-bit number", {
      details: { field: "lastUsedNs" },
    });
  }
  const time = Buffer.allocUnsafe(U64_BYTES);
  time.writeBigUInt64BE(lastUsedNs);
  if (peer === undefined && userAgent === undefined) return time;
  const device: CborMap = {
    ...(peer === undefined ? {} : { peer }),
    ...(userAgent === undefined ? {} : { user_agent: userAgent }),
  };
  return Buffer.concat([time, encodeCborMap(device, "last use")]);
}

/**
 * A last use. A damaged entry is as none, and a damaged device as none: without the entry a session counts as unused
 * since its login, which can only end it sooner. An error would close a user out for a text that nobody needs.
 */
export function decodeUse(entry: Buffer): CookieUse | undefined {
  if (entry.length < U64_BYTES) return undefined;
  const lastUsedNs = entry.readBigUInt64BE(0);
  const device = decodeDevice(entry.subarray(U64_BYTES));
  return { lastUsedNs, ...textOf(device, "peer", "peer"), ...textOf(device, "user_agent", "userAgent") };
}

export function findUse(reads: KeyReads, slots: SessionSlots, oid: string): CookieUse | undefined {
  const entry = reads.get(useKey(slots, oid));
  return entry === undefined ? undefined : decodeUse(entry);
}

function decodeDevice(bytes: Buffer): CborMap {
  if (bytes.length === 0) return {};
  try {
    return decodeCborMap(bytes, "last use");
  } catch (error) {
    if (error instanceof CookieAuthenticatorError) return {};
    throw error;
  }
}

function textOf<K extends string>(device: CborMap, key: string, as: K): { [key in K]?: string } {
  const text = Object.hasOwn(device, key) ? device[key] : undefined;
  return (typeof text === "string" ? { [as]: text } : {}) as { [key in K]?: string };
}
