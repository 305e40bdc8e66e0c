// How to mend what keeps us from a router, by the reason of the ending.

import type { Ending } from "./join.js";

const HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/^ECONNREFUSED$/, "Nothing listens at this address: is the router up, and do host and port of `url` fit?"],
  [/^(ENOTFOUND|EAI_AGAIN)$/, "The host name of `url` can't be resolved."],
  [/^(EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/, "The network doesn't reach the host of `url`."],
  [
    /SELF_SIGNED|UNABLE_TO|CERT_UNTRUSTED|CERT_SIGNATURE/,
    "The router's certificate isn't signed by a known authority: name its CA file in `tls.ca`.",
  ],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, "Renew the router's certificate, or set this machine's clock."],
  [/ALTNAME/, "The router's certificate is for another host name than the one in `url`."],
  [
    /^join-timeout$/,
    "The port is open, but no router answers: is it a WAMP WebSocket transport, and does ws:// or wss:// fit it?",
  ],
  [
    /^ECONNRESET$/,
    "The other side hung up during the handshake: does the port want TLS (wss://), or is it no WebSocket port?",
  ],
  [
    /^(ERR_SSL|EPROTO)/,
    "TLS fails: does the port speak TLS (wss://), and does it want a client certificate?",
  ],
  [
    /^wamp\.error\.(not_authorized|no_auth_method|authentication_failed|authorization_failed|cannot_authenticate|authentication_denied)$/,
    "Compare `login` of this router with the `auth` block of the router's transport.",
  ],
  [/^wamp\.error\.no_such_realm$/, "The router has no such realm: compare `realm` with its configuration."],
  [
    /^wamp\.error\.no_such_role$/,
    "The login's role doesn't exist on the realm: add it to the realm's `roles`.",
  ],
];

/** What the reader of the log can do about this ending, or `undefined` if there is nothing to be said. */
export function findEndingHint(ending: Ending): string | undefined {
  return HINTS.find(([pattern]) => pattern.test(ending.reason))?.[1];
}
