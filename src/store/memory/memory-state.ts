// What a store in memory holds: one state for each commit, and the changes that a transaction makes to its copy.

import { CookieAuthenticatorError } from "../../errors.js";
import { buildCookie } from "../../record/build-cookie.js";
import { Cookie, type CookieFields } from "../../record/cookie.js";
import { COOKIE_VALUE_MAX_BYTES } from "../../record/cookie-value.js";
import { uuidToBytes } from "../../record/uuid.js";
import type { CookieUse } from "../cookie-reader.js";
import { valueNotStorable, valueTaken } from "../value-errors.js";

/** One committed state. Never changed once it is committed, so that it is a snapshot by itself. */
export interface MemoryState {
  readonly byOid: ReadonlyMap<string, Cookie>;
  /** By the value as it is stored. */
  readonly oidByValue: ReadonlyMap<string, string>;
  readonly uses: ReadonlyMap<string, CookieUse>;
  /** The highest time that was handed to `raiseClock`, ns since 1970 UTC. */
  readonly clockNs: bigint;
  /** How many commits there were. */
  readonly commits: number;
}

/** The copy that a transaction changes. */
export interface MemoryDraft {
  readonly byOid: Map<string, Cookie>;
  readonly oidByValue: Map<string, string>;
  readonly uses: Map<string, CookieUse>;
  clockNs: bigint;
  readonly commits: number;
}

export const EMPTY_STATE: MemoryState = {
  byOid: new Map(),
  oidByValue: new Map(),
  uses: new Map(),
  clockNs: 0n,
  commits: 0,
};

/** What the next commit begins with. */
export function draftOf(state: MemoryState): MemoryDraft {
  return {
    byOid: new Map(state.byOid),
    oidByValue: new Map(state.oidByValue),
    uses: new Map(state.uses),
    clockNs: state.clockNs,
    commits: state.commits + 1,
  };
}

/** @param value as it is stored */
export function findByStoredValue(state: MemoryState, value: string): Cookie | undefined {
  const oid = state.oidByValue.get(value);
  return oid === undefined ? undefined : state.byOid.get(oid);
}

export function findByOid(state: MemoryState, oid: string): Cookie | undefined {
  return state.byOid.get(toOidKey(oid));
}

/** As `CookieTransaction.put`; the last use stays: it is the session's, whatever its value. */
export function putCookie(draft: MemoryDraft, fields: CookieFields): Cookie {
  const { value } = fields;
  if (value === undefined || value === "" || Buffer.byteLength(value, "utf8") > COOKIE_VALUE_MAX_BYTES) {
    throw valueNotStorable(fields.oid, value);
  }
  const cookie = Cookie.cast(buildCookie(fields));
  const owner = draft.oidByValue.get(value);
  if (owner !== undefined && owner !== cookie.oid) throw valueTaken(fields.oid, owner);
  removeValue(draft, draft.byOid.get(cookie.oid));
  draft.byOid.set(cookie.oid, cookie);
  draft.oidByValue.set(value, cookie.oid);
  return cookie;
}

export function deleteCookie(draft: MemoryDraft, oid: string): boolean {
  const old = draft.byOid.get(toOidKey(oid));
  if (old === undefined) return false;
  removeValue(draft, old);
  draft.uses.delete(old.oid);
  return draft.byOid.delete(old.oid);
}

export function putUse(draft: MemoryDraft, oid: string, use: CookieUse): boolean {
  const key = toOidKey(oid);
  if (!draft.byOid.has(key)) return false;
  // Clocks of several writers differ: the field is 64 bits without a sign, as in the table on disk.
  if (use.lastUsedNs < 0n || use.lastUsedNs >= 2n ** 64n) {
    throw new CookieAuthenticatorError("ERR_COOKIE_FIELD", "the last use is no unsigned 64-bit number", {
      details: { field: "lastUsedNs" },
    });
  }
  draft.uses.set(key, { lastUsedNs: use.lastUsedNs, peer: use.peer, userAgent: use.userAgent });
  return true;
}

/** Lower case, and `ERR_COOKIE_FIELD` for what is no UUID. Text order of lower-case UUIDs is their byte order. */
export function toOidKey(oid: string): string {
  uuidToBytes(oid);
  return oid.toLowerCase();
}

function removeValue(draft: MemoryDraft, cookie: Cookie | undefined): void {
  if (cookie?.value !== undefined) draft.oidByValue.delete(cookie.value);
}
