// Every fault that this package raises: one class, one closed list of stable codes.

/** The closed list of error codes. A code never changes its meaning; its message may be worded anew. */
export type ErrorCode =
  // configuration
  | "ERR_CONFIG_READ" // the file can't be read
  | "ERR_CONFIG_SYNTAX" // not JSON; for a node configuration, not JSON or YAML
  | "ERR_CONFIG_INVALID" // a key is unknown, missing or wrong; details.problems lists them by path
  | "ERR_CONFIG_SECRET" // a secret's environment variable or file is missing or empty
  // the native engine
  | "ERR_ENGINE_MISSING" // not built yet: run build-native
  | "ERR_ENGINE_WRONG_VERSION" // built for another LMDB data version
  | "ERR_ENGINE_BUILD" // the build failed
  // the store
  | "ERR_STORE_NOT_FOUND" // no database there
  | "ERR_STORE_EXISTS" // a database is there already
  | "ERR_STORE_ACCESS" // the directory, a file or the server doesn't let this user in
  | "ERR_STORE_NOT_LMDB" // data.mdb is no LMDB file
  | "ERR_STORE_FORMAT" // an LMDB file of a data version that can't be opened
  | "ERR_STORE_TRUNCATED" // data.mdb is shorter than its own pages
  | "ERR_STORE_DAMAGED" // a page inside the database contradicts itself or another
  | "ERR_STORE_BUSY" // no snapshot could be read in time, or the database is being replaced: try again
  | "ERR_STORE_REPLACED" // another database is in its place: the process must be started again
  | "ERR_STORE_TABLES" // the cookie tables are missing or described twice
  | "ERR_STORE_INCONSISTENT" // index and record contradict each other
  | "ERR_STORE_OPEN_TWICE" // this process has the database open already
  | "ERR_STORE_CLOSED" // used after close
  | "ERR_STORE_VALUES" // values are hashed at rest, or aren't, against the configuration
  | "ERR_STORE_READ_ONLY" // a write to a database that can only be read now
  | "ERR_STORE_FULL" // the write would pass store.maxSize, or the server's maxmemory
  | "ERR_STORE_COMMIT" // the commit failed; nothing of the transaction is stored
  | "ERR_STORE_KEY" // a value that can't be a key: empty or over LMDB's 511 bytes
  | "ERR_STORE_ASYNC_WRITE" // a write callback returned a promise
  | "ERR_STORE_UNAVAILABLE" // no server, or no primary, answers for the store: it may come back by itself
  | "ERR_STORE_TIMEOUT" // the server didn't answer in time; a write may have been made all the same
  | "ERR_STORE_REPLICAS" // too few replicas have the write, or the server refuses writes with so few; details.isWritten
  | "ERR_STORE_CLOCK" // this machine's clock is far ahead of the server's: nothing is written
  | "ERR_STORE_SERVER" // a server that is too old, or keys that aren't this store's
  // records
  | "ERR_RECORD_INVALID" // bytes that are no FlatBuffers Cookie; details.field says where
  | "ERR_RECORD_CBOR" // a CBOR field that can't be decoded, is too deep or too large
  | "ERR_COOKIE_FIELD" // a field handed to build is out of its range
  | "ERR_COOKIE_VALUE_TAKEN" // another record has this value
  | "ERR_COOKIE_FILE" // a line of a cookie file is wrong; details.problems says which
  | "ERR_COOKIE_CONFLICT" // the database has other records than a cookie file; details says which, or how many
  // sessions
  | "ERR_SESSION_ARGUMENT" // an argument of an operation is wrong; details.field says which
  | "ERR_SESSION_LIMIT" // the user has as many sessions as one may have
  | "ERR_SESSION_ROLE" // a role or realm that sessions may not have; details.field says which
  // the web door
  | "ERR_WEB_ORIGIN" // the request came from a page of another site; HTTP status 403
  | "ERR_WEB_INSECURE" // a session cookie would go over a transport that isn't secure
  | "ERR_WEB_HEADERS_SENT" // too late to set a cookie: the response has begun
  // the running service
  | "ERR_AUTHENTICATE_TIMEOUT" // the look-up took longer than the deadline
  | "ERR_AUTHENTICATE_OVERLOAD" // too many calls in flight
  | "ERR_WAMP_LOGIN" // the login to the router can't be made (no secret, wrong key)
  | "ERR_WAMP_CALL" // a call of ours to the router got no answer in time, or its link is gone
  | "ERR_HEALTH_LISTEN" // the health port can't be opened
  | "ERR_METRICS_LISTEN" // the metrics port can't be opened
  // command line
  | "ERR_ARGUMENT" // an argument or option is wrong
  | "ERR_COOKIE_NOT_FOUND" // no such cookie
  | "ERR_PID_FILE" // the pid file can't be written, is another's, or names no running process
  | "ERR_INTERRUPTED"; // ended by Ctrl-C or SIGTERM between two steps; what was done until then stays

/** Structured facts of an error. Never holds a cookie value, a ticket or a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * An error of this package.
 *
 * `code` is stable and meant for programs, `message` says what went wrong and where, `hint` how to mend it.
 * None of them ever holds a cookie value (security requirement R-47).
 *
 * @example
 * try {
 *   await openCookieStore({ path: "/var/lib/crossbar/.cookies" });
 * } catch (error) {
 *   if (error instanceof CookieAuthenticatorError && error.code === "ERR_STORE_FORMAT") { … }
 * }
 */
export class CookieAuthenticatorError extends Error {
  override readonly name = "CookieAuthenticatorError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; details?: ErrorDetails; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

/** The error's code if it is one of ours or of Node.js, else `undefined`. */
export function errorCodeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

const DAMAGE_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  "ERR_RECORD_INVALID",
  "ERR_RECORD_CBOR",
  "ERR_STORE_INCONSISTENT",
]);

/** Whether the error says that one record or its index can't be read, as opposed to the whole store. */
export function isDamage(error: unknown): boolean {
  return error instanceof CookieAuthenticatorError && DAMAGE_CODES.has(error.code);
}
