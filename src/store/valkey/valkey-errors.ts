// The faults that the store itself finds on a server.

import { CookieAuthenticatorError } from "../../errors.js";
import type { ValkeyKeys } from "./valkey-keys.js";

const VERIFY_HINT = "the database is damaged: `wamp-cookie-authenticator db verify` finds out how far";

/** Keys that contradict each other. */
export function inconsistent(message: string, oid?: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_INCONSISTENT", message, {
    hint: VERIFY_HINT,
    details: oid === undefined ? {} : { oid },
  });
}

/** A layout that isn't known here, or cookies without marks. */
export function foreignKeys({ start }: ValkeyKeys, why: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_SERVER", `the keys ${start}:… can't be used: ${why}`, {
    hint: "they are another program's, another version's, or damaged: choose another store.prefix, or restore a backup",
    details: { keys: start },
  });
}

/** The configuration asks for another way of storing values than the store has. */
export function wrongValues({ start }: ValkeyKeys, areHashed: boolean): CookieAuthenticatorError {
  const [has, not] = areHashed ? ["are hashed", "true"] : ["aren't hashed", "false"];
  return new CookieAuthenticatorError(
    "ERR_STORE_VALUES",
    `the store ${start} can't be used so: its cookie values ${has}`,
    { hint: `set store.hashValues to ${not}, or choose another store.prefix`, details: { keys: start } },
  );
}

/** @param limitNs the latest time that the server would have taken, ns since 1970 UTC */
export function clockAhead(limitNs: bigint): CookieAuthenticatorError {
  const limit = new Date(Number(limitNs / 1_000_000n)).toISOString();
  return new CookieAuthenticatorError(
    "ERR_STORE_CLOCK",
    `this machine's clock is more than ten minutes ahead of the server's: it would end others' sessions (latest time taken: ${limit})`,
    { hint: "set the clocks of both machines right, by NTP for instance; nothing was written" },
  );
}

export function storeReadOnly({ start }: ValkeyKeys): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_READ_ONLY", `the store ${start} was opened read-only`, {
    hint: "leave store.readOnly out where sessions are written",
  });
}

export function storeClosed({ start }: ValkeyKeys): CookieAuthenticatorError {
  return new CookieAuthenticatorError("ERR_STORE_CLOSED", `the store ${start} has been closed`);
}

/** The same cookies were changed by others in each of many tries. */
export function storeBusy(tries: number): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_BUSY",
    `a transaction found its cookies changed in each of ${tries} tries`,
    { hint: "others write the same cookies all the time: try again", details: { tries } },
  );
}

/** A transaction that took several steps, and too long for all of them. */
export function storeLate(timeoutMs: number): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_TIMEOUT",
    `a transaction didn't end within ${timeoutMs} ms`,
    {
      hint: "is the server overloaded, or a failover under way? store.timeout is the limit",
      details: { operation: "transaction", mayBeWritten: true },
    },
  );
}

/** A reply that no script of ours gives. */
export function unexpectedReply(script: string): CookieAuthenticatorError {
  return new CookieAuthenticatorError(
    "ERR_STORE_SERVER",
    `the server's answer to the script "${script}" is none`,
    {
      hint: "something between here and the server changes replies, or it is no Valkey or Redis",
      details: { script },
    },
  );
}
