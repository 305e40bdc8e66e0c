// Both ports in memory: for tests, for trying things, and as the second implementation of the contract.

import { CookieAuthenticatorError } from "../../errors.js";
import type { CookieReader, StoreInfo, UsedCookie } from "../cookie-reader.js";
import type { CookieStore } from "../cookie-store.js";
import type { CookieTransaction, CookieWriter } from "../cookie-writer.js";
import { toLookUpValue, toStoredValue } from "../stored-value.js";
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

/**
 * An empty cookie store in memory, with the contract of the LMDB one: snapshots, all-or-nothing writes, unique
 * values, the same errors; its indexes are always exact. Nothing is stored anywhere; a write copies the maps and costs
 * as many steps as there are records.
 *
 * @param options `hashValues`: store the SHA-256 of values (S-07)
 */
export function createMemoryStore(options: { readonly hashValues?: boolean } = {}): CookieStore {
  const areValuesHashed = options.hashValues === true;
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
    findByValue: (value) => findByStoredValue(current(), toLookUpValue(value, areValuesHashed)),
    findByOid: (oid) => findByOid(current(), oid),
    findUsed: (key) => findUsed(current(), key, areValuesHashed),
    list: (listOptions) => listCookies(current(), listOptions),
    marks: () => ({ clockNs: current().clockNs, areValuesHashed, areIndexesExact: true }),
    version: () => String(current().commits),
    changesSince: () => {
      current();
      return undefined;
    },
    info: () => info(current()),
    close,
  };
  const writer: CookieWriter = {
    async write<T>(change: (transaction: CookieTransaction) => T): Promise<T> {
      const draft = draftOf(current());
      const result = change(transactionOn(draft, areValuesHashed));
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

function transactionOn(draft: MemoryDraft, areValuesHashed: boolean): CookieTransaction {
  return {
    findByValue: (value) => findByStoredValue(draft, toLookUpValue(value, areValuesHashed)),
    findByOid: (oid) => findByOid(draft, oid),
    put: (fields) => putCookie(draft, fields),
    delete: (oid) => deleteCookie(draft, oid),
    toStoredValue: (value) => toStoredValue(value, areValuesHashed),
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
  areValuesHashed: boolean,
): UsedCookie | undefined {
  const cookie =
    "value" in key
      ? findByStoredValue(state, toLookUpValue(key.value, areValuesHashed))
      : findByOid(state, key.oid);
  return cookie === undefined ? undefined : { cookie, use: state.uses.get(cookie.oid) };
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
