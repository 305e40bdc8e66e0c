// What the tests of sessions begin with: a store in memory, a clock to turn, and a record of events.

import { createSteadyClock, type SteadyClock } from "../../src/lifetime/steady-clock.js";
import type { Cookie, CookieFields } from "../../src/record/cookie.js";
import { CookieSessions } from "../../src/session/cookie-sessions.js";
import type { LoginRequest, SessionEvent } from "../../src/session/session.js";
import type { SessionPolicy } from "../../src/session/session-policy.js";
import type { CookieStore } from "../../src/store/cookie-store.js";
import { createMemoryStore } from "../../src/store/memory/memory-cookie-store.js";
import { makeFields } from "../store/conformance.js";

/** The time at the beginning: whole seconds since 1970, and ns. */
export const START = 1_750_000_000;
export const NS = 1_000_000_000n;
export const START_NS = BigInt(START) * NS;

export const JOE: LoginRequest = { authid: "joe", authrole: "user", authrealm: "realm1" };

export interface Scene {
  readonly sessions: CookieSessions;
  readonly store: CookieStore;
  readonly events: SessionEvent[];
  /** How many write transactions were begun. */
  readonly writes: () => number;
  readonly clock: SteadyClock;
  /** Turns the wall clock by so many seconds; backwards too. */
  readonly pass: (seconds: number) => void;
  /** Stores a record as Crossbar would: not through `CookieSessions`. */
  readonly put: (fields?: Partial<CookieFields>) => Promise<Cookie>;
  /** Another user of the same store, with a wall clock of its own. */
  readonly another: (policy?: Partial<SessionPolicy>, aheadSeconds?: number) => CookieSessions;
}

/** A scene on a store in memory, or on the given one. */
export function setScene(
  policy: Partial<SessionPolicy> = {},
  store: CookieStore = createMemoryStore(),
): Scene {
  const events: SessionEvent[] = [];
  let [wallNs, writes] = [START_NS, 0];
  const clock = createSteadyClock(() => wallNs);
  const counted: CookieStore = {
    ...store,
    writer: {
      write(change) {
        writes += 1;
        return store.writer.write(change);
      },
    },
  };
  return {
    sessions: new CookieSessions({ store: counted, policy, clock, onChange: (event) => events.push(event) }),
    store,
    events,
    writes: () => writes,
    clock,
    pass(seconds) {
      wallNs += BigInt(Math.round(seconds * 1000)) * 1_000_000n;
    },
    put: (fields = {}) =>
      store.writer.write((transaction) => transaction.put(makeFields({ createdNs: wallNs, ...fields }))),
    another: (rules = policy, aheadSeconds = 0) =>
      new CookieSessions({
        store,
        policy: rules,
        clock: createSteadyClock(() => wallNs + BigInt(aheadSeconds) * NS),
      }),
  };
}

/** The code and the field of the error that a promise rejects with. */
export async function refusalOf(promise: Promise<unknown>): Promise<{ code: unknown; field: unknown }> {
  const error = await promise.then(
    () => ({ code: "none", details: { field: "none" } }),
    (reason: unknown) => reason as { code?: unknown; details?: { field?: unknown } },
  );
  return { code: error.code, field: error.details?.field };
}
