// The reading port on zlmdb's layout: value -> index -> record, each call on one snapshot, without an await.

import type { Cookie } from "../record/cookie.js";
import type {
  CookiePage,
  CookieReader,
  ListOptions,
  StoreInfo,
  StoreMarks,
  UsedCookie,
} from "./cookie-reader.js";
import { findUse } from "./cookie-uses.js";
import { findCookieByOid, findCookieByValue } from "./find-cookie.js";
import { listCookies } from "./list-cookies.js";
import { readTables } from "./lmdb/cookie-tables.js";
import { hasSameTables, readStoreLayout, type StoreLayout } from "./lmdb/store-layout.js";
import type { SnapshotEngine, SnapshotReads } from "./snapshot-engine.js";
import { readMarks } from "./store-marks.js";
import { toLookUpValue } from "./stored-value.js";

export class ZlmdbCookieReader implements CookieReader {
  readonly #engine: SnapshotEngine;
  /** As it was read last: what another process has changed since is met after the next `info` or `marks`. */
  #layout: StoreLayout | undefined;
  #generation = -1;

  constructor(engine: SnapshotEngine) {
    this.#engine = engine;
  }

  findByValue(value: string): Cookie | undefined {
    return this.#read((reads, { slots, areValuesHashed }) =>
      findCookieByValue(reads, slots, toLookUpValue(value, areValuesHashed)),
    );
  }

  findByOid(oid: string): Cookie | undefined {
    return this.#read((reads, { slots }) => findCookieByOid(reads, slots, oid));
  }

  findUsed(key: { readonly value: string } | { readonly oid: string }): UsedCookie | undefined {
    return this.#read((reads, layout) => {
      const { slots, areValuesHashed } = this.#withOwnTables(reads, layout);
      const cookie =
        "value" in key
          ? findCookieByValue(reads, slots, toLookUpValue(key.value, areValuesHashed))
          : findCookieByOid(reads, slots, key.oid);
      if (cookie === undefined) return undefined;
      return { cookie, use: slots.own === undefined ? undefined : findUse(reads, slots.own, cookie.oid) };
    });
  }

  list(options: ListOptions): CookiePage {
    return this.#read((reads, layout) =>
      listCookies(reads, this.#withOwnTables(reads, layout).slots, options),
    );
  }

  marks(): StoreMarks {
    this.#layout = undefined;
    return this.#read((reads, { slots }) => readMarks(reads, slots));
  }

  version(): string {
    return this.#engine.version();
  }

  /** LMDB keeps no list of changes, and Crossbar would not write one. */
  changesSince(): undefined {
    this.#engine.version();
    return undefined;
  }

  /** Also of a database that has no cookie tables yet. */
  info(): StoreInfo {
    this.#layout = undefined;
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

  #read<T>(look: (reads: SnapshotReads, layout: StoreLayout) => T): T {
    let layout = this.#layout;
    let generation = this.#generation;
    const result = this.#engine.read((reads) => {
      if (layout === undefined || generation !== reads.generation) {
        layout = readStoreLayout(reads, this.#engine.path);
        generation = reads.generation;
      }
      return look(reads, layout);
    });
    // Only now: an engine may have run it on a state that didn't stand.
    this.#layout = layout;
    this.#generation = generation;
    return result;
  }

  /** With tables of ours that another process has attached since. */
  #withOwnTables(reads: SnapshotReads, layout: StoreLayout): StoreLayout {
    if (layout.slots.own !== undefined || hasSameTables(reads, layout)) return layout;
    return readStoreLayout(reads, this.#engine.path);
  }
}
