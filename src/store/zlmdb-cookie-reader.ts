// The reading port on zlmdb's layout: value -> index -> record, each call on one snapshot, without an await.

import { CookieAuthenticatorError } from "../errors.js";
import { Cookie } from "../record/cookie.js";
import { uuidFromBytes } from "../record/uuid.js";
import type { CookiePage, CookieReader, StoreInfo } from "./cookie-reader.js";
import { findCookieByOid, findCookieByValue } from "./find-cookie.js";
import { readCookieSlots, readTables } from "./lmdb/cookie-tables.js";
import type { RangeReads, SnapshotEngine, SnapshotReads } from "./snapshot-engine.js";
import { type CookieSlots, recordKey, slotEnd, slotStart } from "./zlmdb-layout.js";

export class ZlmdbCookieReader implements CookieReader {
  readonly #engine: SnapshotEngine;
  #slots: CookieSlots | undefined;
  #generation = -1;

  constructor(engine: SnapshotEngine) {
    this.#engine = engine;
  }

  findByValue(value: string): Cookie | undefined {
    return this.#engine.read((reads) => findCookieByValue(reads, this.#cookieSlots(reads), value));
  }

  findByOid(oid: string): Cookie | undefined {
    return this.#engine.read((reads) => findCookieByOid(reads, this.#cookieSlots(reads), oid));
  }

  list(options: { readonly limit: number; readonly after?: string | undefined }): CookiePage {
    return this.#engine.read((reads) => listCookies(reads, this.#cookieSlots(reads), options));
  }

  info(): StoreInfo {
    const { path, writable, format, maxSizeBytes } = this.#engine;
    return this.#engine.read((reads) => ({
      engine: this.#engine.name,
      path,
      format,
      writable,
      maxSizeBytes,
      ...this.#engine.figures(),
      tables: readTables(reads),
    }));
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  /** Slots don't move once they are given, so they are looked up once for a database. */
  #cookieSlots(reads: SnapshotReads): CookieSlots {
    if (this.#slots === undefined || this.#generation !== reads.generation) {
      this.#slots = readCookieSlots(reads, this.#engine.path);
      this.#generation = reads.generation;
    }
    return this.#slots;
  }
}

function listCookies(
  reads: RangeReads,
  slots: CookieSlots,
  options: { readonly limit: number; readonly after?: string | undefined },
): CookiePage {
  const start =
    options.after === undefined
      ? slotStart(slots.cookies)
      : Buffer.concat([recordKey(slots, options.after), Buffer.from([0])]);
  // One more than asked for tells whether there is a next page.
  const entries = reads.range(start, slotEnd(slots.cookies), options.limit + 1);
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
  const next = entries.length > options.limit && last !== undefined ? uuidFromBytes(last.key, 2) : undefined;
  return { cookies, damaged, next };
}
