// Look-ups and logins at a steady rate, whatever becomes of those before, and what came of each.

import { errorCodeOf } from "../src/errors.js";
import { CookieSessions } from "../src/session/cookie-sessions.js";
import type { CookieStore } from "../src/store/cookie-store.js";
import { cookieValueOf } from "./lookup-database.js";

/** A cookie that is there wasn't found: its client would be denied. */
export const NOT_FOUND = "not found";

/** One operation. Times by `performance.now()`. */
export interface Operation {
  readonly beganMs: number;
  readonly endedMs: number;
  /** Code of the error; `undefined`: it was answered as it should be. */
  readonly code: string | undefined;
}

export interface FailoverLoad {
  readonly lookups: readonly Operation[];
  readonly logins: readonly Operation[];
  /** Lets no more begin, and waits for those under way. */
  stop(): Promise<void>;
  /** How many logins that were answered aren't in the store. */
  countLost(): Promise<number>;
}

export interface FailoverRates {
  readonly lookupsASecond: number;
  readonly loginsASecond: number;
}

/** @param size how many cookies the store has */
export function startFailoverLoad(store: CookieStore, size: number, rates: FailoverRates): FailoverLoad {
  const sessions = new CookieSessions({ store });
  const values: string[] = [];
  const lookups = startSteadily(rates.lookupsASecond, async (n) => {
    const cookie = await store.reader.findByValue(cookieValueOf(n % size));
    if (cookie === undefined) throw new Error(NOT_FOUND);
  });
  const logins = startSteadily(rates.loginsASecond, async (n) => {
    const { value } = await sessions.login({
      authid: `new${n}@example.com`,
      authrole: "user",
      authrealm: "realm1",
    });
    values.push(value);
  });
  return {
    lookups: lookups.operations,
    logins: logins.operations,
    async stop() {
      await Promise.all([lookups.stop(), logins.stop()]);
    },
    async countLost() {
      const found = await Promise.all(values.map((value) => store.reader.findByValue(value)));
      return found.filter((cookie) => cookie === undefined).length;
    },
  };
}

interface Steady {
  readonly operations: readonly Operation[];
  stop(): Promise<void>;
}

function startSteadily(aSecond: number, operate: (n: number) => Promise<void>): Steady {
  const operations: Operation[] = [];
  const underWay = new Set<Promise<void>>();
  const everyMs = 1000 / aSecond;
  let dueMs = performance.now();
  let n = 0;
  const begin = async (): Promise<void> => {
    const beganMs = performance.now();
    const code = await operate(n++).then(
      () => undefined,
      (error: unknown) => errorCodeOf(error) ?? (error instanceof Error ? error.message : String(error)),
    );
    operations.push({ beganMs, endedMs: performance.now(), code });
  };
  // A timer alone would be late again and again, and the rate lower.
  const timer = setInterval(
    () => {
      for (; dueMs <= performance.now(); dueMs += everyMs) {
        const operation = begin().finally(() => underWay.delete(operation));
        underWay.add(operation);
      }
    },
    Math.min(everyMs, 5),
  );
  return {
    operations,
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}
