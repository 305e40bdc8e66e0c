// The component's side of the test node: its configuration, and authenticators that need no database.

import type { Authenticator, Caller, RouterAnswer } from "../../src/authenticator/authenticator.js";
import type { RouterConfig } from "../../src/config/config.js";
import { PROCEDURE, REALM } from "./crossbar-node.js";

/** How to attach to `crossbarNode`'s transport for components; quick to try again. */
export function routerConfig(port: number, changes: Partial<RouterConfig> = {}): RouterConfig {
  return {
    name: `router-${port}`,
    url: `ws://127.0.0.1:${port}`,
    realm: REALM,
    sessionRealms: [],
    login: { method: "ticket", authid: "component", secret: "ticket-secret" },
    serializers: ["cbor", "json"],
    tls: {},
    procedure: PROCEDURE,
    invoke: "roundrobin",
    pingIntervalMs: 1000,
    pingTimeoutMs: 1000,
    joinTimeoutMs: 5000,
    reconnectMinMs: 100,
    reconnectMaxMs: 500,
    ...changes,
  };
}

/** Welcomes everybody as `joe` unless told otherwise. */
export const WELCOME_JOE: RouterAnswer = {
  reply: { realm: REALM, authid: "joe", role: "user", extra: { greeting: "hello" } },
};

export const REFUSE: RouterAnswer = {
  error: { uri: "wamp.error.not_authorized", text: "authentication failed" },
};

/** An authenticator that answers with whatever `decide` gives. */
export function fakeAuthenticator(
  decide: (args: readonly unknown[], caller: Caller) => RouterAnswer | Promise<RouterAnswer> = () =>
    WELCOME_JOE,
): Authenticator {
  return {
    answer: async (args, caller) => decide(args, caller),
    authenticate: () => Promise.reject(new Error("the tests' authenticator only answers")),
  };
}

/** The ticket in a router's call. */
export function ticketOf(args: readonly unknown[]): unknown {
  return (args[2] as { readonly ticket?: unknown }).ticket;
}
