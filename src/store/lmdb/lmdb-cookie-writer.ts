// The writing port on LMDB: one transaction for a record, its index entries, its last use and the store's marks.

import { findUse } from "../cookie-uses.js";
import type { CookieTransaction, CookieWriter } from "../cookie-writer.js";
import { findCookieByOid, findCookieByValue } from "../find-cookie.js";
import { readAreValuesHashed, readClockNs } from "../store-marks.js";
import { toLookUpValue, toStoredValue } from "../stored-value.js";
import type { CookieSlots } from "../zlmdb-layout.js";
import { CommitPacer } from "./commit-pacer.js";
import type { LmdbEnvironment, LmdbTransaction } from "./environment.js";
import { deleteCookie, putCookie } from "./put-cookie.js";
import { listUserCookies, putUse, raiseClock } from "./session-writes.js";
import { hasSameTables, readStoreLayout, type StoreLayout } from "./store-layout.js";

export class LmdbCookieWriter implements CookieWriter {
  readonly #environment: LmdbEnvironment;
  readonly #pacer: CommitPacer | undefined;
  #layout: StoreLayout | undefined;

  /** @param options.isShared a router writes there too: it gets its turns between our commits */
  constructor(environment: LmdbEnvironment, options: { readonly isShared?: boolean } = {}) {
    this.#environment = environment;
    this.#pacer = options.isShared === true ? new CommitPacer() : undefined;
  }

  write<T>(change: (transaction: CookieTransaction) => T): Promise<T> {
    return this.writeRaw((transaction, slots) => change(toCookieTransaction(transaction, slots)));
  }

  /** The same below the port: for the sweep. */
  writeRaw<T>(change: (transaction: LmdbTransaction, slots: CookieSlots) => T): Promise<T> {
    const write = (): Promise<T> =>
      this.#environment.write((transaction) => change(transaction, this.#slots(transaction)));
    return this.#pacer === undefined ? write() : this.#pacer.run(write);
  }

  /** With tables that another process has attached since: indexes that a writer passes over would be wrong from then on. */
  #slots(transaction: LmdbTransaction): CookieSlots {
    if (this.#layout === undefined || !hasSameTables(transaction, this.#layout)) {
      this.#layout = readStoreLayout(transaction, this.#environment.path);
    }
    return this.#layout.slots;
  }
}

function toCookieTransaction(transaction: LmdbTransaction, slots: CookieSlots): CookieTransaction {
  const { own } = slots;
  const areValuesHashed = (): boolean => readAreValuesHashed(transaction, slots);
  return {
    findByValue: (value) => findCookieByValue(transaction, slots, toLookUpValue(value, areValuesHashed())),
    findByOid: (oid) => findCookieByOid(transaction, slots, oid),
    put: (fields) => putCookie(transaction, slots, fields),
    delete: (oid) => deleteCookie(transaction, slots, oid),
    toStoredValue: (value) => toStoredValue(value, areValuesHashed()),
    findUse: (oid) => (own === undefined ? undefined : findUse(transaction, own, oid)),
    putUse: (oid, use) => putUse(transaction, slots, oid, use),
    listByAuthid: (authid) => listUserCookies(transaction, slots, authid),
    get clockNs() {
      return own === undefined ? 0n : readClockNs(transaction, own);
    },
    raiseClock: (timeNs) => raiseClock(transaction, slots, timeNs),
  };
}
