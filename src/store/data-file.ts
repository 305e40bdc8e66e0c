// Looks at data.mdb with plain file reads, before any native code maps it: a wrong file can end the process.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";

/** LMDB's magic number (MDB_MAGIC in mdb.c). */
const MAGIC = 0xbeefc0de;
/** Size of a page's header, after which the meta data begins: 16 bytes in LMDB 0.9, 24 in 1.0. */
const HEADER_BYTES_0_9 = 16;
const HEADER_BYTES_1_0 = 24;
/** From the beginning of MDB_meta: version, page size (md_pad of the free list's MDB_db), roots, last page, txn id. */
const META_VERSION = 4;
const META_PAGE_SIZE = 24;
const META_FREE_ROOT = 24 + 40;
const META_MAIN_ROOT = 72 + 40;
const META_LAST_PAGE = 120;
const META_TXN_ID = 128;
const META_BYTES = 136;
/** A root of all ones: the tree is empty. */
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/** What the first pages of a data file say. */
export interface DataFile {
  /** LMDB's data version: 1 is LMDB 0.9, 3 is LMDB 1.0, 2 the never released format of npm's prebuilt `lmdb`. */
  readonly dataVersion: 1 | 2 | 3;
  readonly pageSize: number;
  /** Device and inode: two paths with the same pair are the same database. */
  readonly identity: string;
}

/** Path of the data file in a database directory. */
export function dataFilePath(directory: string): string {
  return join(directory, "data.mdb");
}

/**
 * Reads format, page size and identity of the database in `directory`, and checks what constant time can: magic,
 * version, page size, and that the roots and the last page lie inside the file.
 *
 * @returns `undefined` if there is no data.mdb, or an empty one, which LMDB would make anew
 * @throws `ERR_STORE_ACCESS`, `ERR_STORE_NOT_LMDB`, `ERR_STORE_TRUNCATED`
 */
export function readDataFile(directory: string): DataFile | undefined {
  const path = dataFilePath(directory);
  // Only data.mdb: closing a descriptor of lock.mdb would drop LMDB's own locks of this process (fcntl).
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return undefined;
    throw accessError(path, error);
  }
  try {
    const status = fstatSync(descriptor, { bigint: true });
    if (!status.isFile()) throw notLmdb(path, "it is no regular file");
    if (status.size === 0n) return undefined;
    return inspect(path, descriptor, status.size, `${status.dev}:${status.ino}`);
  } catch (error) {
    throw error instanceof CookieAuthenticatorError ? error : accessError(path, error);
  } finally {
    closeSync(descriptor);
  }
}

function inspect(path: string, descriptor: number, size: bigint, identity: string): DataFile {
  const head = readAt(descriptor, 0, HEADER_BYTES_1_0 + META_BYTES);
  const headerBytes = [HEADER_BYTES_0_9, HEADER_BYTES_1_0].find(
    (at) => head.length >= at + META_BYTES && head.readUInt32LE(at) === MAGIC,
  );
  if (headerBytes === undefined) {
    throw head.length < HEADER_BYTES_1_0 + META_BYTES
      ? truncated(path, `it has only ${size} bytes`)
      : notLmdb(path, "it doesn't begin with LMDB's magic number");
  }
  const version = head.readUInt32LE(headerBytes + META_VERSION);
  const known = headerBytes === HEADER_BYTES_0_9 ? version === 1 || version === 2 : version === 3;
  if (!known) throw notLmdb(path, `its data version is ${version}, known are 1, 2 and 3`);
  const pageSize = head.readUInt32LE(headerBytes + META_PAGE_SIZE);
  if (pageSize < 256 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
    throw notLmdb(path, `its page size of ${pageSize} bytes is no power of two from 256 to 65536`);
  }
  const meta = newestMeta(path, descriptor, headerBytes, pageSize);
  const pages = size / BigInt(pageSize);
  for (const [tree, at] of [
    ["free list", META_FREE_ROOT],
    ["data", META_MAIN_ROOT],
  ] as const) {
    const root = meta.readBigUInt64LE(at);
    if (root !== NO_PAGE && root >= pages)
      throw truncated(path, `the root page of the ${tree} lies past its end`);
  }
  const last = meta.readBigUInt64LE(META_LAST_PAGE);
  if (last >= pages) {
    throw truncated(path, `it has ${pages} pages of ${pageSize} bytes, its meta page says ${last + 1n}`);
  }
  return { dataVersion: version as 1 | 2 | 3, pageSize, identity };
}

/** The valid meta page with the higher transaction id, as mdb_env_pick_meta chooses it. */
function newestMeta(path: string, descriptor: number, headerBytes: number, pageSize: number): Buffer {
  const metas = [0, 1]
    .map((page) => readAt(descriptor, page * pageSize + headerBytes, META_BYTES))
    .filter((meta) => meta.length === META_BYTES && meta.readUInt32LE(0) === MAGIC);
  if (metas.length < 2) throw truncated(path, "its second meta page is missing or damaged");
  return metas.reduce((a, b) => (b.readBigUInt64LE(META_TXN_ID) > a.readBigUInt64LE(META_TXN_ID) ? b : a));
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(descriptor, buffer, 0, length, position));
}

function accessError(path: string, error: unknown): CookieAuthenticatorError {
  const code = errorCodeOf(error) ?? "unknown";
  return new CookieAuthenticatorError("ERR_STORE_ACCESS", `${path} can't be read (${code})`, {
    hint: "check owner and mode of the directory and its files: this process reads data.mdb and writes lock.mdb",
    details: { path, cause: code },
    cause: error,
  });
}

function notLmdb(path: string, why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_NOT_LMDB", `${path} is no LMDB database: ${why}`, {
    hint: "store.path must be the directory of a Crossbar.io cookie database, or of one made by `db init`",
    details: { path },
  });
}

function truncated(path: string, why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_TRUNCATED", `${path} is truncated or damaged: ${why}`, {
    hint: "restore it from a backup; LMDB databases are copied with mdb_copy, never with cp while in use",
    details: { path },
  });
}
