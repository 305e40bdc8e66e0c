// The errors of the reader, worded once.

import { CookieAuthenticatorError, errorCodeOf } from "../errors.js";

/** A page contradicts itself, another page or the meta page. `page` is its number. */
export function damaged(path: string, page: number, why: string, cause?: unknown): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_DAMAGED", `${path} is damaged: page ${page} ${why}`, {
    hint: "restore it from a backup; LMDB databases are copied with mdb_copy, never with cp while in use",
    details: { path, page },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The file ends before a page that it should have. */
export function truncated(path: string, why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_TRUNCATED", `${path} is truncated: ${why}`, {
    hint: "restore it from a backup; LMDB databases are copied with mdb_copy, never with cp while in use",
    details: { path },
  });
}

export function notLmdb(path: string, why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_NOT_LMDB", `${path} is no LMDB database: ${why}`, {
    details: { path },
  });
}

/** An LMDB database with something that this reader doesn't read. */
export function unsupported(path: string, what: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_FORMAT", `${path} can't be read: ${what}`, {
    details: { path },
  });
}

export function notFound(path: string, why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_NOT_FOUND", `${path} ${why}`, {
    hint: "a database that is being made anew will be found again by itself",
    details: { path },
  });
}

export function busy(path: string, why: string, cause?: unknown): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_BUSY", `${path} can't be read just now: ${why}`, {
    hint: "try again",
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The operating system refused to open, look at or read the file. */
export function inaccessible(path: string, error: unknown): CookieAuthenticatorError {
  const code = errorCodeOf(error) ?? "unknown";
  return new CookieAuthenticatorError("ERR_STORE_ACCESS", `${path} can't be read (${code})`, {
    hint: "check owner and mode of the directory and of data.mdb",
    details: { path, cause: code },
    cause: error,
  });
}

export function readerClosed(path: string, what: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_CLOSED", `${path}: ${what}`, { details: { path } });
}
