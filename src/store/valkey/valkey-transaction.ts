// CookieTransaction over a draft: the contract of every store, on what is known.

import { CookieAuthenticatorError } from "../../errors.js";
import { buildCookie } from "../../record/build-cookie.js";
import { Cookie, type CookieFields } from "../../record/cookie.js";
import { uuidToBytes } from "../../record/uuid.js";
import type { CookieUse } from "../cookie-reader.js";
import { decodeUse, encodeUse } from "../cookie-uses.js";
import type { CookieTransaction } from "../cookie-writer.js";
import { MAX_U64 } from "../session-index-keys.js";
import { toLookUpValue, toStoredValue } from "../stored-value.js";
import { valueNotStorable, valueTaken } from "../value-errors.js";
import type { ValkeyDraft } from "./valkey-draft.js";
import { isKeyValue } from "./valkey-keys.js";

/**
 * The clock of a run. It begins with the highest time that this process knows to be in the store: whether there is a later
 * one is seen by the commit.
 */
export class DraftClock {
  readonly seenNs: bigint;
  isSeen = false;
  raisedNs: bigint | undefined;

  constructor(seenNs: bigint) {
    this.seenNs = seenNs;
  }

  get nowNs(): bigint {
    return this.raisedNs ?? this.seenNs;
  }

  /** @throws `ERR_COOKIE_FIELD` if a later time doesn't fit into 64 bits */
  raise(timeNs: bigint): void {
    if (timeNs <= this.nowNs) return;
    if (timeNs > MAX_U64) {
      throw new CookieAuthenticatorError("ERR_COOKIE_FIELD", "the time is no unsigned 64-bit number", {
        details: { field: "clockNs" },
      });
    }
    this.raisedNs = timeNs;
  }
}

/** @param areValuesHashed as the store has them; the commit compares it with the mark */
export function transactionOn(
  draft: ValkeyDraft,
  clock: DraftClock,
  areValuesHashed: boolean,
): CookieTransaction {
  return {
    findByValue: (value) => {
      const stored = toLookUpValue(value, areValuesHashed);
      return isKeyValue(stored) ? draft.findByValue(stored) : undefined;
    },
    findByOid: (oid) => draft.findByOid(toOidKey(oid)),
    put: (fields) => putCookie(draft, fields),
    delete: (oid) => deleteCookie(draft, toOidKey(oid)),
    toStoredValue: (value) => toStoredValue(value, areValuesHashed),
    findUse: (oid) => {
      const use = draft.findUse(toOidKey(oid));
      return use === undefined ? undefined : decodeUse(use);
    },
    putUse: (oid, use) => putUse(draft, toOidKey(oid), use),
    listByAuthid: (authid) => listByAuthid(draft, authid),
    get clockNs() {
      clock.isSeen = true;
      return clock.nowNs;
    },
    raiseClock: (timeNs) => clock.raise(timeNs),
  };
}

function putCookie(draft: ValkeyDraft, fields: CookieFields): Cookie {
  if (fields.value === undefined || !isKeyValue(fields.value))
    throw valueNotStorable(fields.oid, fields.value);
  const cookie = Cookie.cast(buildCookie(fields));
  // As it is in the record: what a key is made of and what a look-up compares are the same.
  const value = cookie.value as string;
  const owner = draft.findOwner(value);
  if (owner !== undefined && owner !== cookie.oid) throw valueTaken(fields.oid, owner);
  const change = draft.changeOf(cookie.oid);
  draft.moveValue(change.cookie?.value, value, cookie.oid);
  change.cookie = cookie;
  change.isRecordNew = true;
  return cookie;
}

function deleteCookie(draft: ValkeyDraft, oid: string): boolean {
  const old = draft.findByOid(oid);
  if (old === undefined) return false;
  const change = draft.changeOf(oid);
  draft.moveValue(old.value, undefined, oid);
  change.cookie = undefined;
  change.use = "none";
  change.isRecordNew = true;
  return true;
}

function putUse(draft: ValkeyDraft, oid: string, use: CookieUse): boolean {
  if (draft.findByOid(oid) === undefined) return false;
  draft.changeOf(oid).use = encodeUse(use);
  return true;
}

/** In order of the oids; an entry whose record is gone or has another authid is passed over. */
function listByAuthid(draft: ValkeyDraft, authid: string): Cookie[] {
  const own = [...draft.changes].filter(([, { cookie }]) => cookie?.authid === authid).map(([oid]) => oid);
  const oids = new Set([...draft.findMembers(authid), ...own]);
  return [...oids].sort().flatMap((oid) => {
    const cookie = draft.findByOid(oid);
    return cookie?.authid === authid ? [cookie] : [];
  });
}

/** Lower case, and `ERR_COOKIE_FIELD` for what is no UUID. */
export function toOidKey(oid: string): string {
  uuidToBytes(oid);
  return oid.toLowerCase();
}
