// What the tests of the authenticator begin with: a good cookie, a good call, the default policy, and small changes.

import type { Caller } from "../../src/authenticator/authenticator.js";
import type { RouterCall } from "../../src/authenticator/parse-router-call.js";
import { type AuthenticatorPolicy, DEFAULT_POLICY } from "../../src/authenticator/policy.js";
import { buildCookie } from "../../src/record/build-cookie.js";
import { Cookie, type CookieFields } from "../../src/record/cookie.js";
import type { CookieReader } from "../../src/store/cookie-reader.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";

export const VALUE = "Zm9vYmFy+bGlicmFyeS/iuZ4";
export const OID = "62f8c8c9-c50b-4686-bafe-38b221c64a0c";
export const CREATED_NS = 1_750_000_000_000_000_000n;
export const MAX_AGE_SECONDS = 604_800;
/** A second after the good cookie was made. */
export const NOW_NS = CREATED_NS + 1_000_000_000n;

/** The router as it calls. */
export const ROUTER: Caller = { authrole: "trusted", authid: "router", session: 1 };

/** A cookie with which somebody has logged in. */
export function cookieFields(changes: Partial<CookieFields> = {}): CookieFields {
  return {
    oid: OID,
    createdNs: CREATED_NS,
    maxAgeSeconds: MAX_AGE_SECONDS,
    name: "cbtid",
    value: VALUE,
    authid: "joe",
    authrole: "user",
    authmethod: "wampcra",
    authrealm: "realm1",
    authextra: { theme: "dark", groups: ["a", "b"] },
    ...changes,
  };
}

export function cookie(changes: Partial<CookieFields> = {}): Cookie {
  return Cookie.cast(buildCookie(cookieFields(changes)));
}

export function policy(changes: Partial<AuthenticatorPolicy> = {}): AuthenticatorPolicy {
  return { ...DEFAULT_POLICY, ...changes };
}

/** A parsed call on the ticket transport. */
export function call(changes: Partial<RouterCall> = {}): RouterCall {
  return {
    realm: "realm1",
    authid: undefined,
    authmethod: "ticket",
    ticket: VALUE,
    cookieHeader: undefined,
    origin: undefined,
    host: undefined,
    userAgent: undefined,
    peer: "tcp4:127.0.0.1:35578",
    isSecure: false,
    ...changes,
  };
}

/** What the router sends when a client presents a ticket. */
export function ticketArgs(
  ticket: unknown,
  changes: { readonly realm?: unknown; readonly authid?: unknown; readonly headers?: object } = {},
): unknown[] {
  const { realm = "realm1", authid = null, headers = {} } = changes;
  return [realm, authid, { authmethod: "ticket", ticket, transport: transport(headers), session: 42 }];
}

/** What the router sends for a client that presents nothing but the headers of its handshake. */
export function anonymousArgs(headers: object, changes: { readonly realm?: unknown } = {}): unknown[] {
  const { realm = "realm1" } = changes;
  const details = { authmethod: "anonymous", transport: transport(headers), session: 42, authextra: null };
  return [realm, "QFG7-YMK5-3NCM-RVUN-4NCR-YKGX", details];
}

function transport(headers: object): object {
  return {
    channel_framing: "websocket",
    peer: "tcp4:127.0.0.1:35578",
    is_secure: false,
    http_headers_received: { "user-agent": "test", ...headers },
    http_cbtid: null,
  };
}

/** A store in memory that holds these cookies. */
export async function storeWith(...cookies: readonly CookieFields[]): Promise<CookieStore> {
  const store = createMemoryStore();
  await store.writer.write((transaction) => {
    for (const fields of cookies) transaction.put(fields);
  });
  return store;
}

/** A reader that says which values it was asked for. */
export interface SpyReader extends CookieReader {
  readonly asked: readonly string[];
}

/** `find` answers the look-ups by value; nothing else may be used. */
export function spyReader(find: CookieReader["findByValue"]): SpyReader {
  const asked: string[] = [];
  const unexpected = (): never => {
    throw new Error("the authenticator needs findByValue only");
  };
  return {
    asked,
    findByValue(value) {
      asked.push(value);
      return find(value);
    },
    findByOid: unexpected,
    findUsed: unexpected,
    marks: unexpected,
    version: unexpected,
    changesSince: unexpected,
    list: unexpected,
    info: unexpected,
    close: async () => {},
  };
}
