// A WAMP client for tests and demos: one try to join, and what became of it.

import type { RouterLogin, RouterTls } from "../../src/config/config.js";
import { createSilentLog } from "../../src/log/logger.js";
import type { Session, WelcomeDetails } from "../../src/wamp/autobahn-types.js";
import { type Ending, joinRouter } from "../../src/wamp/join.js";
import { type SessionLogin, toSessionLogin } from "../../src/wamp/login.js";
import { toSerializers } from "../../src/wamp/serializers.js";

export interface JoinAsOptions {
  readonly url: string;
  readonly realm: string;
  readonly authid?: string;
  /** Logs in with a ticket. Without this and without `wampcra`: anonymous. */
  readonly ticket?: string;
  /** Logs in with this secret by WAMP-CRA. */
  readonly wampcra?: string;
  readonly anonymous?: true;
  /** What HELLO says besides; untrusted by the router. */
  readonly authextra?: Readonly<Record<string, unknown>>;
  /** Headers of the WebSocket handshake, as `Cookie` or `Origin`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly serializers?: readonly ("cbor" | "json")[];
  readonly tls?: RouterTls;
  /** Longest time until WELCOME or ABORT, in milliseconds. */
  readonly timeoutMs?: number;
}

export type JoinOutcome =
  | {
      readonly kind: "welcome";
      readonly session: Session;
      readonly details: WelcomeDetails;
      /** How the session ended, when it has. */
      readonly ended: Promise<Ending>;
      /** Says GOODBYE and waits for the end of the link. */
      close(): Promise<Ending>;
    }
  | {
      readonly kind: "abort";
      /** URI of ABORT; or `join-timeout`, or a code of Node.js, if there was none. */
      readonly reason: string;
      readonly message: string;
      readonly details: Ending;
    };

/** Joins once. Never rejects: a refusal is a result. */
export async function joinAs(options: JoinAsOptions): Promise<JoinOutcome> {
  const attempt = joinRouter({
    url: options.url,
    realm: options.realm,
    login: toLogin(options),
    serializers: toSerializers(options.serializers ?? ["cbor", "json"]),
    tls: options.tls ?? {},
    headers: options.headers ?? {},
    pingIntervalMs: 10_000,
    pingTimeoutMs: 10_000,
    joinTimeoutMs: options.timeoutMs ?? 10_000,
    log: createSilentLog(),
  });
  const joined = await attempt.joined;
  if (joined === undefined) {
    const details = await attempt.ended;
    return { kind: "abort", reason: details.reason, message: details.text, details };
  }
  return {
    kind: "welcome",
    ...joined,
    ended: attempt.ended,
    close() {
      attempt.leave();
      return attempt.ended;
    },
  };
}

function toLogin(options: JoinAsOptions): SessionLogin {
  const { authid, ticket, wampcra, authextra } = options;
  return {
    ...toSessionLogin(toRouterLogin(authid, ticket, wampcra)),
    // A client may say no authid at all, a router login by ticket can't.
    ...(authid === undefined ? { authid: "" } : { authid }),
    ...(authextra === undefined ? {} : { authextra }),
  };
}

function toRouterLogin(authid = "", ticket?: string, wampcra?: string): RouterLogin {
  if (ticket !== undefined) return { method: "ticket", authid, secret: ticket };
  if (wampcra !== undefined) return { method: "wampcra", authid, secret: wampcra };
  return { method: "anonymous" };
}
