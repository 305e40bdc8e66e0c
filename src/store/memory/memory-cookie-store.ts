// Both ports in memory: for tests, for trying things, and as the second implementation of the contract.

import { createHash } from "node:crypto";
import { CookieAuthenticatorError } from "../../errors.js";
import type { CookieReader, StoreInfo, UsedCookie } from "../cookie-reader.js";
import type { CookieStore } from "../cookie-store.js";
import type { CookieTransaction, CookieWriter } from "../cookie-writer.js";
import { listByAuthid, listCookies } from "./memory-listing.js";
import {
  deleteCookie,
  draftOf,
  EMPTY_STATE,
  findByOid,
  findByStoredValue,
  type MemoryDraft,
  type MemoryState,
  putCookie,
  putUse,
  toOidKey,
} from "./memory-state.js";

/** Makes what is stored of the value that a client presents. */
type ToStoredValue = (value: string) => string;

/**
 * An empty cookie store in memory, with the contract of the LMDB one: snapshots, all-or-nothing writes, unique
 * values, the same errors; its indexes are always exact. Nothing is stored anywhere; a write copies the maps and costs
 * as many steps as there are records.
 *
 * @param options `hashValues`: store the SHA-256 of values (S-07)
 */
export function createMemoryStore(options: { readonly hashValues?: boolean } = {}): CookieStore {
  const areValuesHashed = options.hashValues === true;
  const toStored: ToStoredValue = areValuesHashed ? hashValue : (value) => value;
  let state: MemoryState = EMPTY_STATE;
  let isClosed = false;
  const current = (): MemoryState => {
    if (isClosed)
      throw new CookieAuthenticatorError("ERR_STORE_CLOSED", "the store in memory has been closed");
    return state;
  };
  const close = async (): Promise<void> => {
    isClosed = true;
  };
  const reader: CookieReader = {
    findByValue: (value) => findByStoredValue(current(), toStored(value)),
    findByOid: (oid) => findByOid(current(), oid),
    findUsed: (key) => findUsed(current(), key, toStored),
    list: (listOptions) => listCookies(current(), listOptions),
    marks: () => ({ clockNs: current().clockNs, areValuesHashed, areIndexesExact: true }),
    version: () => String(current().commits),
    info: () => info(current()),
    close,
  };
  const writer: CookieWriter = {
    async write<T>(change: (transaction: CookieTransaction) => T): Promise<T> {
      const draft = draftOf(current());
      const result = change(transactionOn(draft, toStored));
      if (result instanceof Promise) {
        result.catch(() => {}); // it is refused as a whole; its own failure changes nothing
        throw new CookieAuthenticatorError("ERR_STORE_ASYNC_WRITE", "a write callback returned a promise", {
          hint: "do what must wait before the write",
        });
      }
      state = draft;
      return result;
    },
  };
  const sweepIndexes = async (): Promise<{ records: number; added: number; removed: number }> => ({
    records: current().byOid.size,
    added: 0,
    removed: 0,
  });
  return { reader, writer, sweepIndexes, close };
}

function transactionOn(draft: MemoryDraft, toStoredValue: ToStoredValue): CookieTransaction {
  return {
    findByValue: (value) => findByStoredValue(draft, toStoredValue(value)),
    findByOid: (oid) => findByOid(draft, oid),
    put: (fields) => putCookie(draft, fields),
    delete: (oid) => deleteCookie(draft, oid),
    toStoredValue,
    findUse: (oid) => draft.uses.get(toOidKey(oid)),
    putUse: (oid, use) => putUse(draft, oid, use),
    listByAuthid: (authid) => listByAuthid(draft, authid),
    get clockNs() {
      return draft.clockNs;
    },
    raiseClock(timeNs) {
      if (timeNs > draft.clockNs) draft.clockNs = timeNs;
    },
  };
}

function findUsed(
  state: MemoryState,
  key: { readonly value: string } | { readonly oid: string },
  toStored: ToStoredValue,
): UsedCookie | undefined {
  const cookie = "value" in key ? findByStoredValue(state, toStored(key.value)) : findByOid(state, key.oid);
  return cookie === undefined ? undefined : { cookie, use: state.uses.get(cookie.oid) };
}

/** As the LMDB store does it: 43 characters of base64url. Values are random, so a fast hash without a salt is enough. */
function hashValue(value: string): string {
  return createHash("sha256").update(value, "utf8").digest("base64url");
}

function info(state: MemoryState): StoreInfo {
  return {
    engine: "memory",
    path: undefined,
    format: undefined,
    writable: true,
    entries: state.byOid.size + state.oidByValue.size + state.uses.size,
    usedBytes: 0,
    maxSizeBytes: undefined,
    pageSize: 0,
    tables: [],
  };
}
