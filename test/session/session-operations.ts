// The random operations of the property test.

import fc from "fast-check";

const authid = fc.constantFrom("joe", "ann", "Joe");
const authrealm = fc.constantFrom("realm1", "realm2");
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const scope = fc.subarray(["read", "write", "admin"]);
const seconds = fc.integer({ min: 1, max: 40 });
/** One of the values and oids that were ever given out, also those that lead nowhere any more. */
const pick = fc.nat(1000);
const by = fc.constantFrom("value" as const, "oid" as const);
const authCode = optional(fc.constantFrom("code-1", "code-2"));
const kind = <K extends string>(name: K) => fc.constant(name);

const login = fc.record({
  kind: kind("login"),
  authid,
  authrealm,
  scope: optional(scope),
  maxAgeSeconds: optional(fc.option(seconds)),
  presented: optional(pick),
  authCode,
  authAgeSeconds: optional(seconds),
});

/** Mostly logins and look-ups, so that there is something to change. */
export const operationArbitrary = fc.record({
  /** Which of the two instances does it: they share the store, not the clock. */
  instance: fc.constantFrom(0 as const, 1 as const),
  /** How far the wall clocks go before it, in ms. */
  stepMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 3000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -20_000, max: 20_000 }) },
  ),
  operation: fc.oneof(
    { weight: 5, arbitrary: login },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: kind("getUser"),
        pick,
        by,
        scope: optional(scope),
        maxAuthAgeSeconds: optional(seconds),
        authCode,
        authrealm: optional(authrealm),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: kind("update"),
        pick,
        by,
        scope: optional(scope),
        maxAgeSeconds: optional(fc.option(seconds)),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: kind("rotate"), pick, by, authrealm: optional(authrealm) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: kind("touch"), pick, by }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: kind("logout"), pick, by, authrealm: optional(authrealm) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: kind("logoutUser"),
        authid,
        authrealm: optional(authrealm),
        except: optional(pick),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: kind("deleteAll"), authrealm, except: optional(pick) }) },
    { weight: 1, arbitrary: fc.record({ kind: kind("purge") }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: kind("foreignPut"),
        /** Over an existing record, or a new one. */
        over: optional(pick),
        authid,
        authrealm,
        isTracking: fc.boolean(),
        aheadSeconds: fc.constantFrom(0, 0, -10, 200, 400),
        maxAgeSeconds: optional(seconds),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: kind("foreignDelete"), pick }) },
  ),
});

export type TimedOperation = typeof operationArbitrary extends fc.Arbitrary<infer T> ? T : never;
export type Operation = TimedOperation["operation"];

/** Rules under which much happens in little time. */
export const rulesArbitrary = fc.record({
  maxAgeSeconds: fc.constantFrom(20, null),
  maxLifetimeSeconds: optional(fc.constantFrom(15, 30)),
  idleSeconds: optional(fc.constantFrom(8, 12)),
  touchSeconds: fc.constantFrom(0, 2, 3),
  perUser: optional(
    fc.record({ limit: fc.constantFrom(1, 2, 3), beyond: fc.constantFrom("refuse", "end-oldest") }),
  ),
});
