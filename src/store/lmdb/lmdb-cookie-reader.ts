// The reading port on LMDB: value -> index -> record, all in one snapshot, without an await.

import { CookieAuthenticatorError } from "../../errors.js";
import { Cookie } from "../../record/cookie.js";
import { uuidFromBytes } from "../../record/uuid.js";
import type { CookiePage, CookieReader, StoreInfo } from "../cookie-reader.js";
import {
  type CookieSlots,
  findValueKey,
  recordKey,
  recordKeyOfIndexEntry,
  slotStart,
} from "../zlmdb-layout.js";
import { readCookieSlots, readTables } from "./cookie-tables.js";
import type { LmdbEnvironment } from "./environment.js";

/** The reads that both a snapshot and a write transaction offer. */
export interface KeyReads {
  get(key: Uint8Array): Buffer | undefined;
}

export class LmdbCookieReader implements CookieReader {
  readonly #environment: LmdbEnvironment;
  #slots: CookieSlots | undefined;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
  }

  findByValue(value: string): Cookie | undefined {
    this.#environment.beginSnapshot();
    return findCookieByValue(this.#environment, this.#cookieSlots(), value);
  }

  findByOid(oid: string): Cookie | undefined {
    this.#environment.beginSnapshot();
    return findCookieByOid(this.#environment, this.#cookieSlots(), oid);
  }

  list(options: { readonly limit: number; readonly after?: string | undefined }): CookiePage {
    this.#environment.beginSnapshot();
    const slots = this.#cookieSlots();
    const start =
      options.after === undefined
        ? slotStart(slots.cookies)
        : Buffer.concat([recordKey(slots, options.after), Buffer.from([0])]);
    // One more than asked for tells whether there is a next page.
    const entries = this.#environment.range(start, slotStart(slots.cookies + 1), options.limit + 1);
    const page = entries.slice(0, options.limit);
    const cookies: Cookie[] = [];
    const damaged: { oid: string; error: CookieAuthenticatorError }[] = [];
    for (const { key, value } of page) {
      try {
        cookies.push(Cookie.cast(value));
      } catch (error) {
        if (!(error instanceof CookieAuthenticatorError)) throw error;
        damaged.push({ oid: uuidFromBytes(key, 2), error });
      }
    }
    const last = page.at(-1);
    const next =
      entries.length > options.limit && last !== undefined ? uuidFromBytes(last.key, 2) : undefined;
    return { cookies, damaged, next };
  }

  info(): StoreInfo {
    this.#environment.beginSnapshot();
    return {
      engine: "lmdb",
      path: this.#environment.path,
      format: "0.9",
      writable: this.#environment.writable,
      maxSizeBytes: this.#environment.maxSizeBytes,
      ...this.#environment.figures(),
      tables: readTables(this.#environment),
    };
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  /** Slots don't move once they are given, so they are looked up until they are found, and once. */
  #cookieSlots(): CookieSlots {
    this.#slots ??= readCookieSlots(this.#environment, this.#environment.path);
    return this.#slots;
  }
}

/** The record of a cookie value. @throws `ERR_STORE_INCONSISTENT` if index and record contradict each other */
export function findCookieByValue(reads: KeyReads, slots: CookieSlots, value: string): Cookie | undefined {
  const key = findValueKey(slots, value);
  if (key === undefined) return undefined;
  const entry = reads.get(key);
  if (entry === undefined) return undefined;
  const record = reads.get(recordKeyOfIndexEntry(slots, entry));
  if (record === undefined) throw inconsistent("an entry of the value index names a record that isn't there");
  const cookie = Cookie.cast(record);
  // An index entry that leads to another cookie's record must never log anybody in.
  if (!cookie.hasValue(value)) {
    throw inconsistent("an entry of the value index names a record with another value", cookie.oid);
  }
  return cookie;
}

export function findCookieByOid(reads: KeyReads, slots: CookieSlots, oid: string): Cookie | undefined {
  const record = reads.get(recordKey(slots, oid));
  if (record === undefined) return undefined;
  const cookie = Cookie.cast(record);
  if (cookie.oid !== oid.toLowerCase())
    throw inconsistent("a record is stored under another record's oid", oid);
  return cookie;
}

function inconsistent(message: string, oid?: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_INCONSISTENT", message, {
    hint: "the database is damaged: another writer didn't keep index and records together",
    details: oid === undefined ? {} : { oid },
  });
}
