// The spine: what reaches the database and what doesn't, the order of the steps, and the two ways in.

import { describe, expect, test } from "@jest/globals";
import { authenticate } from "../../src/authenticator/authenticate.js";
import type { Caller } from "../../src/authenticator/authenticator.js";
import { createFailureLimiter, type FailureLimiter } from "../../src/authenticator/failure-limiter.js";
import type { AuthenticatorPolicy } from "../../src/authenticator/policy.js";
import type { CookieReader } from "../../src/store/cookie-reader.js";
import {
  anonymousArgs,
  CREATED_NS,
  cookie,
  cookieFields,
  MAX_AGE_SECONDS,
  NOW_NS,
  OID,
  policy,
  ROUTER,
  spyReader,
  storeWith,
  ticketArgs,
  VALUE,
} from "../support/authenticator-cases.js";

const JOE = {
  realm: "realm1",
  authid: "joe",
  role: "user",
  extra: { theme: "dark", groups: ["a", "b"] },
  oid: OID,
};
const fromHeader = (value: string) => anonymousArgs({ cookie: `a=1; cbtid=${value}` });

interface Changes {
  readonly reader?: CookieReader;
  readonly policy?: Partial<AuthenticatorPolicy>;
  readonly failures?: FailureLimiter;
  readonly caller?: Caller;
  readonly nowNs?: bigint;
}

async function run(args: readonly unknown[], changes: Changes = {}) {
  const reader = changes.reader ?? (await storeWith(cookieFields())).reader;
  const { caller = ROUTER, nowNs = NOW_NS } = changes;
  const rules = policy(changes.policy);
  const failures = changes.failures ?? createFailureLimiter(rules.failureLimit, () => 0);
  return authenticate(args, caller, { reader, policy: rules, failures, nowNs: () => nowNs });
}

describe("a good cookie", () => {
  test.each([
    ["as a ticket", ticketArgs(VALUE)],
    ["as a ticket with its authid", ticketArgs(VALUE, { authid: "joe" })],
    ["as a ticket without a realm", ticketArgs(VALUE, { realm: null })],
    ["in the Cookie header", fromHeader(VALUE)],
    ["in the Cookie header without a realm", anonymousArgs({ cookie: `cbtid=${VALUE}` }, { realm: null })],
    [
      "from a page of the same host",
      anonymousArgs({ cookie: `cbtid=${VALUE}`, origin: "https://example.com", host: "example.com" }),
    ],
  ])("%s gives its principal", async (_name, args) => {
    await expect(run(args)).resolves.toEqual(JOE);
  });

  test("from a reader that must wait", async () => {
    await expect(run(ticketArgs(VALUE), { reader: spyReader(async () => cookie()) })).resolves.toEqual(JOE);
  });

  test("R-32 of another realm: the client is sent to it, if that is configured", async () => {
    const args = ticketArgs(VALUE, { realm: "realm2" });
    await expect(run(args)).resolves.toEqual({ denied: "realm-mismatch", oid: OID });
    await expect(run(args, { policy: { realm: "redirect" } })).resolves.toEqual(JOE);
  });
});

describe("denials, with the record's oid once there is one", () => {
  const end = CREATED_NS + BigInt(MAX_AGE_SECONDS) * 1_000_000_000n;
  const trusted = async () => (await storeWith(cookieFields({ authrole: "trusted" }))).reader;
  const tracking = async () =>
    (await storeWith(cookieFields({ authid: undefined, authrole: undefined }))).reader;
  const bytes = async () =>
    (await storeWith(cookieFields({ authextra: { key: new Uint8Array([1]) } }))).reader;

  test.each<[string, readonly unknown[], () => Promise<Changes>, object]>([
    [
      "another caller",
      ticketArgs(VALUE),
      async () => ({ caller: { authrole: "user" } }),
      {
        denied: "caller-not-allowed",
        detail: "role user",
      },
    ],
    [
      "a malformed call",
      [],
      async () => ({}),
      {
        denied: "call-malformed",
        detail: "the third argument is no map of details",
      },
    ],
    [
      "a foreign page",
      anonymousArgs({ cookie: `cbtid=${VALUE}`, origin: "https://evil.org" }),
      async () => ({}),
      {
        denied: "origin-not-allowed",
        detail: "https://evil.org",
      },
    ],
    ["no cookie", anonymousArgs({}), async () => ({}), { denied: "no-cookie" }],
    ["an unknown cookie", ticketArgs(`${VALUE}a`), async () => ({}), { denied: "cookie-unknown" }],
    [
      "a tracking cookie",
      ticketArgs(VALUE),
      async () => ({ reader: await tracking() }),
      {
        denied: "cookie-unauthenticated",
        oid: OID,
      },
    ],
    [
      "R-10 an expired cookie",
      ticketArgs(VALUE),
      async () => ({ nowNs: end }),
      {
        denied: "cookie-expired",
        oid: OID,
      },
    ],
    [
      "another authid",
      ticketArgs(VALUE, { authid: "jane" }),
      async () => ({}),
      {
        denied: "authid-mismatch",
        oid: OID,
      },
    ],
    [
      "the role trusted",
      ticketArgs(VALUE),
      async () => ({ reader: await trusted() }),
      {
        denied: "role-not-allowed",
        oid: OID,
      },
    ],
    [
      "bytes in authextra",
      ticketArgs(VALUE),
      async () => ({ reader: await bytes() }),
      {
        denied: "extra-not-encodable",
        oid: OID,
        detail: "authextra.key",
      },
    ],
  ])("%s", async (_name, args, changes, denial) => {
    await expect(run(args, await changes())).resolves.toEqual(denial);
  });
});

describe("R-03, R-04 what the database sees", () => {
  test.each<[string, readonly unknown[], Changes]>([
    ["a call of another client", ticketArgs(VALUE), { caller: { authrole: "user" } }],
    ["a malformed call", ["realm1", 5, { authmethod: "ticket", ticket: VALUE }], {}],
    ["another authmethod", ["realm1", null, { authmethod: "scram", ticket: VALUE }], {}],
    ["a foreign page", anonymousArgs({ cookie: `cbtid=${VALUE}`, origin: "https://evil.org" }), {}],
    ["no cookie", anonymousArgs({ cookie: "a=1" }), {}],
    ["an ambiguous header", anonymousArgs({ cookie: `cbtid=${VALUE}; cbtid=x` }), {}],
    ["an empty ticket", ticketArgs(""), {}],
    ["a ticket of 510 characters", ticketArgs("a".repeat(510)), {}],
    ["a ticket with a NUL", ticketArgs(`\u0000${VALUE}`), {}],
    ["a ticket that is no text", ticketArgs([VALUE]), {}],
    ["a quoted cookie", fromHeader(`"${VALUE}"`), {}],
    ["a malformed cookie of a visitor", fromHeader("a b"), { policy: { anonymousRole: "visitor" } }],
  ])("%s: nothing", async (_name, args, changes) => {
    const reader = spyReader(() => cookie());
    await run(args, { ...changes, reader });
    expect(reader.asked).toEqual([]);
  });

  test("a value that could be one: that value, once", async () => {
    const reader = spyReader(() => undefined);
    await run(ticketArgs("unknown"), { reader });
    await run(fromHeader("a".repeat(509)), { reader });
    expect(reader.asked).toEqual(["unknown", "a".repeat(509)]);
  });

  test("R-03 an unknown value makes no record", async () => {
    const store = await storeWith(cookieFields());
    const before = await store.reader.info();
    for (const args of [ticketArgs("unknown"), fromHeader("unknown"), anonymousArgs({})]) {
      await run(args, { reader: store.reader, policy: { anonymousRole: "visitor" } });
    }
    expect(await store.reader.info()).toEqual(before);
    expect(await store.reader.findByValue("unknown")).toBeUndefined();
  });
});

describe("anonymousRole", () => {
  const visitors = { anonymousRole: "visitor" };
  const visitor = { realm: "realm1", authid: "QFG7-YMK5-3NCM-RVUN-4NCR-YKGX", role: "visitor", extra: {} };

  test.each<[string, readonly unknown[], object]>([
    ["no cookie", anonymousArgs({}), visitor],
    ["an unknown cookie", fromHeader("unknown"), visitor],
    ["a malformed cookie", fromHeader("a b"), visitor],
    [
      "a cookie of another realm",
      anonymousArgs({ cookie: `cbtid=${VALUE}` }, { realm: "realm2" }),
      {
        ...visitor,
        realm: "realm2",
      },
    ],
    ["a good cookie", fromHeader(VALUE), JOE],
    ["an unknown ticket", ticketArgs("unknown"), { denied: "cookie-unknown" }],
    ["an ambiguous header", anonymousArgs({ cookie: "cbtid=a; cbtid=b" }), { denied: "cookie-ambiguous" }],
    [
      "a foreign page",
      anonymousArgs({ origin: "https://evil.org" }),
      {
        denied: "origin-not-allowed",
        detail: "https://evil.org",
      },
    ],
  ])("%s", async (_name, args, outcome) => {
    await expect(run(args, { policy: visitors })).resolves.toEqual(outcome);
  });

  test("R-10 an expired cookie makes a visitor", async () => {
    await expect(run(fromHeader(VALUE), { policy: visitors, nowNs: 2n ** 63n })).resolves.toEqual(visitor);
  });

  test("R-50 a fault makes nobody a visitor", async () => {
    const reader = spyReader(() => {
      throw new Error("x");
    });
    await expect(run(fromHeader(VALUE), { policy: visitors, reader })).rejects.toThrow("x");
  });
});

describe("R-50 faults are exceptions", () => {
  test("of a closed store", async () => {
    const store = await storeWith(cookieFields());
    await store.close();
    await expect(run(ticketArgs(VALUE), { reader: store.reader })).rejects.toMatchObject({
      code: "ERR_STORE_CLOSED",
    });
  });

  test("of a look-up that rejects", async () => {
    const reader = spyReader(() => Promise.reject(new Error("x")));
    await expect(run(ticketArgs(VALUE), { reader })).rejects.toThrow("x");
  });

  test("R-53 of a look-up that never ends", async () => {
    const reader = spyReader(() => new Promise(() => {}));
    await expect(run(ticketArgs(VALUE), { reader, policy: { deadlineMs: 5 } })).rejects.toMatchObject({
      code: "ERR_AUTHENTICATE_TIMEOUT",
    });
  });

  test("a call that is refused before the look-up doesn't notice them", async () => {
    const store = await storeWith();
    await store.close();
    await expect(run(ticketArgs(""), { reader: store.reader })).resolves.toEqual({
      denied: "value-malformed",
    });
  });
});

describe("R-52 failed look-ups are limited", () => {
  const limitOf = (burst: number) => {
    const size = { burst, perSecond: 1 };
    return createFailureLimiter({ peer: size, total: { burst: 0, perSecond: 1 } }, () => 0);
  };
  const LIMITED = { denied: "rate-limited", detail: "this peer" };

  test.each<[string, readonly unknown[], Changes]>([
    ["an unknown ticket", ticketArgs("unknown"), { reader: spyReader(() => undefined) }],
    ["a malformed ticket", ticketArgs("a b"), {}],
    ["an ambiguous header", anonymousArgs({ cookie: "cbtid=a; cbtid=b" }), {}],
    ["an expired cookie", ticketArgs(VALUE), { nowNs: 2n ** 63n }],
    ["a cookie of another realm", ticketArgs(VALUE, { realm: "realm2" }), {}],
    ["another authid", ticketArgs(VALUE, { authid: "jane" }), {}],
    [
      "an unknown cookie of a visitor who was let in",
      fromHeader("unknown"),
      { policy: { anonymousRole: "visitor" } },
    ],
  ])("%s counts, and then not even a good cookie is looked up", async (_name, args, changes) => {
    const failures = limitOf(1);
    await run(args, { ...changes, failures });
    const reader = spyReader(() => cookie());
    await expect(run(ticketArgs(VALUE), { reader, failures })).resolves.toEqual(LIMITED);
    expect(reader.asked).toEqual([]);
  });

  test.each<[string, readonly unknown[], Changes]>([
    ["a good cookie", ticketArgs(VALUE), {}],
    ["no cookie", anonymousArgs({}), {}],
    ["a foreign page", anonymousArgs({ origin: "https://evil.org" }), {}],
    [
      "a caller that isn't the router, which could name any peer",
      ticketArgs("unknown"),
      {
        caller: { authrole: "user" },
      },
    ],
    ["a malformed call", [], {}],
  ])("%s doesn't count", async (_name, args, changes) => {
    const failures = limitOf(1);
    for (let round = 0; round < 5; round += 1) await run(args, { ...changes, failures });
    await expect(run(ticketArgs(VALUE), { failures })).resolves.toEqual(JOE);
  });

  test("a fault of ours doesn't count", async () => {
    const failures = limitOf(1);
    const reader = spyReader(() => {
      throw new Error("x");
    });
    await expect(run(ticketArgs(VALUE), { reader, failures })).rejects.toThrow("x");
    await expect(run(ticketArgs(VALUE), { failures })).resolves.toEqual(JOE);
  });

  test("anonymousRole: a limited peer is no visitor, with or without a cookie", async () => {
    const failures = limitOf(1);
    const changes = { failures, policy: { anonymousRole: "visitor" } };
    await run(fromHeader("unknown"), changes);
    for (const args of [fromHeader("unknown"), fromHeader("a b"), anonymousArgs({})]) {
      await expect(run(args, changes)).resolves.toEqual(LIMITED);
    }
  });
});

test("R-10 the clock is read after the look-up: a slow one can't outlive the cookie", async () => {
  let nowNs = NOW_NS;
  const reader = spyReader(async () => {
    nowNs = 2n ** 63n;
    return cookie();
  });
  const outcome = await authenticate(ticketArgs(VALUE), ROUTER, {
    reader,
    policy: policy(),
    failures: createFailureLimiter(policy().failureLimit, () => 0),
    nowNs: () => nowNs,
  });
  expect(outcome).toEqual({ denied: "cookie-expired", oid: OID });
});
