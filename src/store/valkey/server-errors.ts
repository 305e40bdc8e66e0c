// What an error of ioredis or of the server means for us: one of our own errors, and what may be tried meanwhile.

import { CookieAuthenticatorError, errorCodeOf } from "../../errors.js";
import { type Remedy, SERVER_REPLIES } from "./server-replies.js";

/** Errors of TLS that another try won't mend: a certificate or a protocol is wrong. */
const TLS_CODES =
  /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|ERR_OSSL_)/;

/** Replies of which only the text says what they are. */
const BY_TEXT: readonly (readonly [RegExp, string])[] = [
  // What a command inside a script was refused for comes out without its first word.
  [/^ERR (ACL failure in script|The user executing the script can't)/, "NOPERM"],
  // A key whose name came out of another key, while a Cluster moves the slot.
  [/^ERR Script attempted to access a non local key/, "TRYAGAIN"],
  // A node of a Cluster says "max number of clients + cluster connections".
  [/^ERR max number of clients\b.* reached/, "MAXCLIENTS"],
];

/** What may be tried after this error. */
export function remedyOf(error: unknown): Remedy {
  if (error instanceof CookieAuthenticatorError) return "reject";
  // Sent once more it would fail again, and each time take down the connection that all share.
  if (isOwnFault(error)) return "reject";
  if (!isReply(error)) return "reconnect";
  return SERVER_REPLIES[replyCode(error)]?.remedy ?? "reject";
}

/** The first word of a reply of the server, e.g. `MOVED`; of any other error the code of Node.js, if it has one. */
export function replyCode(error: unknown): string {
  if (!isReply(error)) return errorCodeOf(error) ?? "";
  for (const [text, code] of BY_TEXT) if (text.test(error.message)) return code;
  return /^[A-Z][A-Z0-9_]*(?= |$)/.exec(error.message)?.[0] ?? "";
}

/** Whether another try to connect can't help: who connects for the first time is told at once. */
export function isHopeless(error: CookieAuthenticatorError): boolean {
  return error.code === "ERR_STORE_ACCESS" || error.code === "ERR_STORE_SERVER";
}

/**
 * Our error for one of ioredis or of the server. Nothing of the original is handed on but known words and numbers:
 * ioredis hangs a command's arguments on its errors, and some of the server's messages repeat them; they hold records.
 *
 * @param what names the operation: a script's name or a command
 * @param address `host:port`, where it is known
 */
export function toStoreError(error: unknown, what: string, address?: string): CookieAuthenticatorError {
  if (error instanceof CookieAuthenticatorError) return error;
  const at = address === undefined ? "" : ` (${address})`;
  const code = replyCode(error);
  const details = { operation: what, address, reply: code === "" ? undefined : code };
  if (isReply(error)) {
    const meaning = SERVER_REPLIES[code];
    if (meaning !== undefined) {
      const more = meaning.code === "ERR_STORE_REPLICAS" ? { isWritten: false } : {};
      return new CookieAuthenticatorError(meaning.code, `${meaning.message}${at}`, {
        hint: meaning.hint,
        details: { ...details, ...more },
      });
    }
    return unknownReply(error, what, at, details);
  }
  if (TLS_CODES.test(code)) {
    return new CookieAuthenticatorError("ERR_STORE_ACCESS", `no TLS with the server${at}: ${code}`, {
      hint: "compare store.tls (ca, cert, key, servername) with the server's certificate, and whether the port is one for TLS",
      details,
    });
  }
  if (isOwnFault(error)) {
    return new CookieAuthenticatorError("ERR_STORE_SERVER", `${what} can't be sent${at}: ${error.name}`, {
      hint: "this is a fault of this program: please report it",
      details,
    });
  }
  const why = code === "" ? "the connection was lost" : code;
  return new CookieAuthenticatorError("ERR_STORE_UNAVAILABLE", `no connection to the server${at}: ${why}`, {
    hint: "is the server running, does a firewall let this machine through, and does store.tls fit the port?",
    details,
  });
}

/** A script's own fault, or a command that the server doesn't have. */
function unknownReply(
  error: Error,
  what: string,
  at: string,
  details: Readonly<Record<string, unknown>>,
): CookieAuthenticatorError {
  // A script that runs into an error of a command repeats its text, with the word for it inside.
  const inner = /\b(OOM|MISCONF|NOREPLICAS|WRONGTYPE|NOPERM|READONLY)\b/.exec(error.message)?.[0];
  const meaning = inner === undefined ? undefined : SERVER_REPLIES[inner];
  if (inner !== undefined && meaning !== undefined) {
    return new CookieAuthenticatorError(meaning.code, `${meaning.message}${at}`, {
      hint: meaning.hint,
      details: { ...details, reply: inner },
    });
  }
  const line = /user_script:(\d+)/.exec(error.message)?.[1];
  const isOld = /unknown (command|subcommand)/i.test(error.message);
  return new CookieAuthenticatorError(
    "ERR_STORE_SERVER",
    isOld ? `the server doesn't know a command of ${what}${at}` : `the server failed at ${what}${at}`,
    {
      hint: isOld
        ? 'is it a Sentinel (then store.topology is "sentinel"), or older than Redis 7.0?'
        : "the store needs Redis 7.0 or any Valkey, and keys under its prefix that nobody else writes",
      details: { ...details, line: line === undefined ? undefined : Number(line) },
    },
  );
}

/** What was asked for can't be made into a command: nothing of the connection, but for a port that is none. */
function isOwnFault(error: unknown): error is RangeError | TypeError {
  const isFault = error instanceof RangeError || error instanceof TypeError;
  return isFault && errorCodeOf(error) !== "ERR_SOCKET_BAD_PORT";
}

/** An error reply of the server, as ioredis gives it. */
function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === "ReplyError";
}
