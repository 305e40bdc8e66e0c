// The exit statuses of the executable, and which fault ends with which.

import { CommanderError } from "@commander-js/extra-typings";
import { CookieAuthenticatorError, type ErrorCode } from "../errors.js";

/** What the executable ends with; part of its interface, like the error codes. */
export const EXIT_STATUS = {
  /** Done. */
  ok: 0,
  /** A fault while doing it. */
  fault: 1,
  /** Wrong usage, or a wrong configuration. */
  usage: 2,
  /** No such cookie. */
  notFound: 3,
  /** The store can't be opened or made. */
  store: 4,
  /** Another database is in the place of the one that was open: start again. */
  replaced: 5,
  /** Ended by Ctrl-C or SIGTERM between two steps: nothing is half done. As shells have it, 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof EXIT_STATUS)[keyof typeof EXIT_STATUS];

const BY_CODE: Partial<Record<ErrorCode, ExitStatus>> = {
  ERR_ARGUMENT: EXIT_STATUS.usage,
  ERR_CONFIG_READ: EXIT_STATUS.usage,
  ERR_CONFIG_SYNTAX: EXIT_STATUS.usage,
  ERR_CONFIG_INVALID: EXIT_STATUS.usage,
  ERR_CONFIG_SECRET: EXIT_STATUS.usage,
  ERR_COOKIE_FIELD: EXIT_STATUS.usage,
  ERR_COOKIE_NOT_FOUND: EXIT_STATUS.notFound,
  ERR_ENGINE_MISSING: EXIT_STATUS.store,
  ERR_ENGINE_WRONG_VERSION: EXIT_STATUS.store,
  ERR_STORE_NOT_FOUND: EXIT_STATUS.store,
  ERR_STORE_EXISTS: EXIT_STATUS.store,
  ERR_STORE_ACCESS: EXIT_STATUS.store,
  ERR_STORE_NOT_LMDB: EXIT_STATUS.store,
  ERR_STORE_FORMAT: EXIT_STATUS.store,
  ERR_STORE_TRUNCATED: EXIT_STATUS.store,
  ERR_STORE_DAMAGED: EXIT_STATUS.store,
  ERR_STORE_BUSY: EXIT_STATUS.store,
  ERR_STORE_REPLACED: EXIT_STATUS.replaced,
  ERR_STORE_TABLES: EXIT_STATUS.store,
  ERR_STORE_OPEN_TWICE: EXIT_STATUS.store,
  ERR_STORE_UNAVAILABLE: EXIT_STATUS.store,
  ERR_STORE_TIMEOUT: EXIT_STATUS.store,
  ERR_STORE_SERVER: EXIT_STATUS.store,
  ERR_INTERRUPTED: EXIT_STATUS.interrupted,
};

/** The status for an error that ended a command; `--help` and `--version` are no faults. */
export function exitStatusOf(error: unknown): ExitStatus {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_STATUS.ok : EXIT_STATUS.usage;
  if (error instanceof CookieAuthenticatorError) return BY_CODE[error.code] ?? EXIT_STATUS.fault;
  return EXIT_STATUS.fault;
}
