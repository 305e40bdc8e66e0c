// The LMDB reader knows nothing of cookies; this says what its errors mean for a cookie database.

import { CookieAuthenticatorError, type ErrorCode } from "../errors.js";

const HINTS: { readonly [code in ErrorCode]?: string } = {
  ERR_STORE_NOT_FOUND:
    "check store.path; `wamp-cookie-authenticator db init PATH` makes a database that Crossbar will use",
  ERR_STORE_NOT_LMDB:
    "store.path must be the directory of a Crossbar.io cookie database, or of one made by `db init`",
  ERR_STORE_FORMAT:
    "Crossbar's databases are in LMDB 0.9 or 1.0 format (data version 1 or 3) and not encrypted; data version 2 is that of " +
    "npm's prebuilt lmdb",
};

/** Runs `open`, and adds what to do to the errors that don't say it. */
export function explainOpenError<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof CookieAuthenticatorError)) throw error;
    const hint = HINTS[error.code];
    if (hint === undefined) throw error;
    throw new CookieAuthenticatorError(error.code, error.message, {
      hint,
      details: error.details,
      cause: error,
    });
  }
}
