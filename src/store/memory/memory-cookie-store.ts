// Both ports in memory: for tests, for trying things, and as the second implementation of the contract.

import { CookieAuthenticatorError } from "../../errors.js";
import { buildCookie } from "../../record/build-cookie.js";
import { Cookie, type CookieFields } from "../../record/cookie.js";
import { COOKIE_VALUE_MAX_BYTES } from "../../record/cookie-value.js";
import { uuidToBytes } from "../../record/uuid.js";
import type { CookiePage, CookieReader, StoreInfo } from "../cookie-reader.js";
import type { CookieStore } from "../cookie-store.js";
import type { CookieTransaction, CookieWriter } from "../cookie-writer.js";
import { valueNotStorable, valueTaken } from "../value-errors.js";

/** One committed state. Never changed once it is committed, so that it is a snapshot by itself. */
interface State {
  readonly byOid: ReadonlyMap<string, Cookie>;
  readonly oidByValue: ReadonlyMap<string, string>;
}

/**
 * An empty cookie store in memory, with the contract of the LMDB one: snapshots, all-or-nothing writes, unique
 * values, the same errors. Nothing is stored anywhere; a write copies the maps and costs as many steps as there are
 * records.
 */
export function createMemoryStore(): CookieStore {
  let state: State = { byOid: new Map(), oidByValue: new Map() };
  let isClosed = false;
  const current = (): State => {
    if (isClosed)
      throw new CookieAuthenticatorError("ERR_STORE_CLOSED", "the store in memory has been closed");
    return state;
  };
  const close = async (): Promise<void> => {
    isClosed = true;
  };
  const reader: CookieReader = {
    findByValue: (value) => findByValue(current(), value),
    findByOid: (oid) => findByOid(current(), oid),
    list: (options) => list(current(), options),
    info: () => info(current()),
    close,
  };
  const writer: CookieWriter = {
    async write<T>(change: (transaction: CookieTransaction) => T): Promise<T> {
      const before = current();
      const next = { byOid: new Map(before.byOid), oidByValue: new Map(before.oidByValue) };
      const result = change({
        findByValue: (value) => findByValue(next, value),
        findByOid: (oid) => findByOid(next, oid),
        put: (fields) => put(next, fields),
        delete: (oid) => remove(next, oid),
      });
      if (result instanceof Promise) {
        result.catch(() => {}); // it is refused as a whole; its own failure changes nothing
        throw new CookieAuthenticatorError("ERR_STORE_ASYNC_WRITE", "a write callback returned a promise", {
          hint: "do what must wait before the write",
        });
      }
      state = next;
      return result;
    },
  };
  return { reader, writer, close };
}

function findByValue(state: State, value: string): Cookie | undefined {
  const oid = state.oidByValue.get(value);
  return oid === undefined ? undefined : state.byOid.get(oid);
}

function findByOid(state: State, oid: string): Cookie | undefined {
  return state.byOid.get(toKey(oid));
}

function list(
  state: State,
  options: { readonly limit: number; readonly after?: string | undefined },
): CookiePage {
  const after = options.after === undefined ? "" : toKey(options.after);
  const rest = [...state.byOid.keys()].filter((oid) => oid > after).sort();
  const oids = rest.slice(0, options.limit);
  return {
    cookies: oids.map((oid) => state.byOid.get(oid) as Cookie),
    damaged: [],
    next: rest.length > oids.length ? oids.at(-1) : undefined,
  };
}

function info(state: State): StoreInfo {
  return {
    engine: "memory",
    path: undefined,
    format: undefined,
    writable: true,
    entries: state.byOid.size + state.oidByValue.size,
    usedBytes: 0,
    maxSizeBytes: undefined,
    pageSize: 0,
    tables: [],
  };
}

function put(
  state: { byOid: Map<string, Cookie>; oidByValue: Map<string, string> },
  fields: CookieFields,
): Cookie {
  const { value } = fields;
  if (value === undefined || value === "" || Buffer.byteLength(value, "utf8") > COOKIE_VALUE_MAX_BYTES) {
    throw valueNotStorable(fields.oid, value);
  }
  const cookie = Cookie.cast(buildCookie(fields));
  const owner = state.oidByValue.get(value);
  if (owner !== undefined && owner !== cookie.oid) throw valueTaken(fields.oid, owner);
  remove(state, cookie.oid);
  state.byOid.set(cookie.oid, cookie);
  state.oidByValue.set(value, cookie.oid);
  return cookie;
}

function remove(
  state: { byOid: Map<string, Cookie>; oidByValue: Map<string, string> },
  oid: string,
): boolean {
  const old = state.byOid.get(toKey(oid));
  if (old === undefined) return false;
  state.byOid.delete(old.oid);
  if (old.value !== undefined) state.oidByValue.delete(old.value);
  return true;
}

/** Lower case, and `ERR_COOKIE_FIELD` for what is no UUID. Text order of lower-case UUIDs is their byte order. */
function toKey(oid: string): string {
  uuidToBytes(oid);
  return oid.toLowerCase();
}
