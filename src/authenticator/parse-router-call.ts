// Step 2: the router's call, [realm, authid, details], from untrusted JSON or CBOR into a typed value.

import { findClient } from "../http-headers/forwarded.js";
import { type Denial, deny } from "./outcome.js";
import { toPeerAddress } from "./peer-key.js";

/** What a router asks. Everything in it but `authmethod` may be a client's words. */
export interface RouterCall {
  /** The realm asked for; `undefined`: the client has no wish. */
  readonly realm: string | undefined;
  /** The authid asked for; on the anonymous transport a random one that the router invented. */
  readonly authid: string | undefined;
  /** The authmethod of the transport. */
  readonly authmethod: "ticket" | "anonymous";
  /** The client's answer to CHALLENGE; any type. */
  readonly ticket: unknown;
  /** Headers of the WebSocket handshake that matter here; `undefined` if the client sent none. */
  readonly cookieHeader: string | undefined;
  readonly origin: string | undefined;
  readonly host: string | undefined;
  readonly userAgent: string | undefined;
  /** Where the client connects from, e.g. `tcp4:127.0.0.1:35578`; behind a trusted proxy the client's bare address. */
  readonly peer: string | undefined;
  /** The client's connection is encrypted, as the router says or a trusted proxy. */
  readonly isSecure: boolean;
}

/**
 * The call as Crossbar makes it: three positional arguments, header names in lower case below
 * `details.transport.http_headers_received`. A client can influence values, never make us throw.
 *
 * @param trustedProxies addresses and networks whose `X-Forwarded-For` and `-Proto` count; nobody's by default
 */
export function parseRouterCall(
  args: readonly unknown[],
  trustedProxies: readonly string[] = [],
): RouterCall | Denial {
  if (!Array.isArray(args)) return deny("call-malformed", { detail: "the arguments are no list" });
  const [realm, authid, details]: readonly unknown[] = args;
  if (!isMap(details)) return deny("call-malformed", { detail: "the third argument is no map of details" });
  if (!isTextOrNothing(realm)) return deny("call-malformed", { detail: "the realm is no text" });
  if (!isTextOrNothing(authid)) return deny("call-malformed", { detail: "the authid is no text" });
  const { authmethod } = details;
  if (authmethod !== "ticket" && authmethod !== "anonymous") {
    return deny("authmethod-not-supported", { detail: typeof authmethod === "string" ? authmethod : "none" });
  }
  const transport = isMap(details.transport) ? details.transport : {};
  const headers = isMap(transport.http_headers_received) ? transport.http_headers_received : {};
  const peer = textOf(transport.peer);
  const client = findClient(
    {
      host: textOf(headers.host),
      forwardedFor: textOf(headers["x-forwarded-for"]),
      forwardedProto: textOf(headers["x-forwarded-proto"]),
      // Not X-Forwarded-Host: a page may have written it. Crossbar 26.10.1 ends header lines at bytes where HTTP doesn't
      // (0x85 is one), which a neighbouring subdomain can put into a cookie, and a header after it. A second Host or
      // Origin Crossbar refuses, but this one would make a foreign page ours.
      forwardedHost: undefined,
    },
    { address: toPeerAddress(peer), isSecure: transport.is_secure === true },
    trustedProxies,
  );
  return {
    realm: realm ?? undefined,
    authid: authid ?? undefined,
    authmethod,
    ticket: details.ticket,
    cookieHeader: textOf(headers.cookie),
    origin: textOf(headers.origin),
    host: client.host,
    userAgent: textOf(headers["user-agent"]),
    peer: client.isProxied ? client.address : peer,
    isSecure: client.isSecure,
  };
}

function isMap(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextOrNothing(value: unknown): value is string | null | undefined {
  return value === null || value === undefined || typeof value === "string";
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
