// Makes a database ready for sessions: our tables, and the marks that the configuration asks for.

import { CookieAuthenticatorError } from "../../errors.js";
import { markKey, readAreValuesHashed, VALUES_SHA256 } from "../store-marks.js";
import { type CookieSlots, slotEnd, slotStart } from "../zlmdb-layout.js";
import { attachSessionTables, readCookieSlots } from "./cookie-tables.js";
import type { LmdbEnvironment, LmdbTransaction } from "./environment.js";
import { getSessionSlots } from "./session-writes.js";

/** Who writes to the database: we alone, or Crossbar too. */
export type SessionMode = "shared" | "exclusive";

/** What is asked of the database. */
export interface SessionStoreOptions {
  /** Keep our own tables there. `undefined`: they are kept right where they are, and not made. */
  readonly sessions?: { readonly mode: SessionMode } | undefined;
  /** Values are stored as SHA-256 (S-07). `undefined`: as the database says. */
  readonly hashValues?: boolean | undefined;
}

/**
 * One transaction, which changes nothing if nothing is to be changed.
 *
 * @throws `ERR_STORE_TABLES` if Crossbar hasn't made its tables yet; `ERR_STORE_VALUES` if `hashValues` contradicts what
 *   the database says or has
 */
export async function prepareSessions(
  environment: LmdbEnvironment,
  options: SessionStoreOptions,
): Promise<void> {
  const { sessions, hashValues } = options;
  if (sessions === undefined && hashValues === undefined) return;
  await environment.write((transaction) => {
    const { path } = environment;
    const isAnyNew =
      (sessions !== undefined || hashValues === true) && attachSessionTables(transaction, path);
    const slots = readCookieSlots(transaction, path);
    if (hashValues !== undefined) markValues(transaction, slots, hashValues, path);
    // From now on Crossbar may write cookies that our indexes don't have; and a table that was lost is empty now.
    if (sessions?.mode === "shared" || isAnyNew)
      transaction.delete(markKey(getSessionSlots(slots), "indexes"));
  });
}

/** The first cookie decides: afterwards nobody can say of a value whether it is one or a hash. */
function markValues(
  transaction: LmdbTransaction,
  slots: CookieSlots,
  hashValues: boolean,
  path: string,
): void {
  if (readAreValuesHashed(transaction, slots) === hashValues) return;
  if (!hashValues) {
    throw valuesError(
      path,
      "its cookie values are hashed",
      "set store.hashValues to true, or use another database",
    );
  }
  if (transaction.range(slotStart(slots.cookies), slotEnd(slots.cookies), 1).length > 0) {
    throw valuesError(
      path,
      "it has cookies whose values aren't hashed",
      "store.hashValues needs a new database (`db init`), or one without any cookie",
    );
  }
  transaction.put(markKey(getSessionSlots(slots), "values"), VALUES_SHA256);
}

function valuesError(path: string, why: string, hint: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_VALUES", `${path} can't be opened so: ${why}`, {
    hint,
    details: { path },
  });
}
