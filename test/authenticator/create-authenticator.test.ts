// The authenticator as a router sees it: one constant text for every denial, another for every fault, and the log.

import { describe, expect, test } from "@jest/globals";
import type { Caller } from "../../src/authenticator/authenticator.js";
import {
  type AcceptedUse,
  type AuthenticatorOptions,
  createAuthenticator,
} from "../../src/authenticator/create-authenticator.js";
import { createFingerprint } from "../../src/authenticator/fingerprint.js";
import { DENIED, UNAVAILABLE } from "../../src/authenticator/to-reply.js";
import { CookieAuthenticatorError } from "../../src/errors.js";
import type { CookieReader } from "../../src/store/cookie-reader.js";
import {
  anonymousArgs,
  cookie,
  cookieFields,
  NOW_NS,
  OID,
  ROUTER,
  type SpyReader,
  spyReader,
  storeWith,
  ticketArgs,
  VALUE,
} from "../support/authenticator-cases.js";
import { collectLog } from "../support/crossbar-log.js";

const fingerprint = createFingerprint("key");

function withLog(reader: CookieReader, options: Partial<AuthenticatorOptions> = {}, level = "trace") {
  const log = collectLog(level);
  const authenticator = createAuthenticator({
    reader,
    nowNs: () => NOW_NS,
    fingerprint,
    log: log.log,
    ...options,
  });
  return { ...authenticator, log };
}

const findsNothing = () => spyReader(() => undefined);
const finds = (...parameters: Parameters<typeof cookie>): SpyReader => spyReader(() => cookie(...parameters));

describe("an accepted cookie", () => {
  test("is answered with realm, authid, role and extra", async () => {
    const { answer } = withLog((await storeWith(cookieFields())).reader);
    const extra = { theme: "dark", groups: ["a", "b"], cookie_oid: OID };
    await expect(answer(ticketArgs(VALUE), ROUTER)).resolves.toEqual({
      reply: {
        realm: "realm1",
        authid: "joe",
        role: "user",
        extra,
        authrealm: "realm1",
        authrole: "user",
        authextra: extra,
      },
    });
  });

  test("is a use of the cookie; a denial is none", async () => {
    const uses: AcceptedUse[] = [];
    const { reader } = await storeWith(cookieFields());
    const { answer } = createAuthenticator({ reader, nowNs: () => NOW_NS, onUse: (use) => uses.push(use) });
    await answer(ticketArgs(VALUE), ROUTER);
    await answer(ticketArgs("another-value"), ROUTER);
    expect(uses).toEqual([
      {
        oid: OID,
        peer: "tcp4:127.0.0.1:35578",
        userAgent: "test",
        found: await reader.findUsed({ oid: OID }),
      },
    ]);
  });

  test("is a log line at debug, and none above", async () => {
    const loud = withLog(finds());
    await loud.answer(ticketArgs(VALUE, { realm: null }), ROUTER);
    expect(loud.log.lines()).toEqual([
      expect.objectContaining({
        level: "debug",
        event: "accepted",
        oid: OID,
        authid: "joe",
        authrole: "user",
        realm: "realm1",
        cookie: fingerprint(VALUE),
        msg: "accepted",
      }),
    ]);
    const quiet = withLog(finds(), {}, "info");
    await quiet.answer(ticketArgs(VALUE), ROUTER);
    expect(quiet.log.text()).toBe("");
  });

  test("authenticate gives the outcome, and logs nothing", async () => {
    const { authenticate, log } = withLog(finds());
    await expect(authenticate(ticketArgs(VALUE), ROUTER)).resolves.toMatchObject({ authid: "joe", oid: OID });
    expect(log.text()).toBe("");
  });
});

describe("R-05 every denial is answered alike", () => {
  const foreign: Caller = { authrole: "user" };
  const fromPage = anonymousArgs({
    cookie: `cbtid=${VALUE}`,
    origin: "https://evil.org",
    host: "example.com",
  });

  test.each<[string, SpyReader, readonly unknown[], Caller]>([
    ["caller-not-allowed", finds(), ticketArgs(VALUE), foreign],
    ["call-malformed", finds(), [], ROUTER],
    ["authmethod-not-supported", finds(), ["realm1", null, { authmethod: "scram" }], ROUTER],
    ["origin-not-allowed", finds(), fromPage, ROUTER],
    ["no-cookie", finds(), anonymousArgs({}), ROUTER],
    ["cookie-ambiguous", finds(), anonymousArgs({ cookie: "cbtid=a; cbtid=b" }), ROUTER],
    ["value-malformed", finds(), ticketArgs(""), ROUTER],
    ["cookie-unknown", findsNothing(), ticketArgs(VALUE), ROUTER],
    ["cookie-unauthenticated", finds({ authid: undefined }), ticketArgs(VALUE), ROUTER],
    ["cookie-expired", finds({ createdNs: 1n }), ticketArgs(VALUE), ROUTER],
    ["realm-mismatch", finds({ authrealm: "realm2" }), ticketArgs(VALUE), ROUTER],
    ["authid-mismatch", finds(), ticketArgs(VALUE, { authid: "jane" }), ROUTER],
    ["role-not-allowed", finds({ authrole: "trusted" }), ticketArgs(VALUE), ROUTER],
    ["extra-not-encodable", finds({ authextra: { n: 2n ** 60n } }), ticketArgs(VALUE), ROUTER],
  ])("%s: only the log says so", async (reason, reader, args, caller) => {
    const { answer, log } = withLog(reader);
    await expect(answer(args, caller)).resolves.toEqual(DENIED);
    expect(log.lines()).toEqual([
      expect.objectContaining({ level: "info", event: "denied", reason, msg: "authentication denied" }),
    ]);
  });

  test("rate-limited: only the log says so, and once the tokens are back a good cookie is accepted", async () => {
    const limit = { burst: 1, perSecond: 1 };
    let nowMs = 0;
    const { answer, log } = withLog(finds(), {
      policy: { failureLimit: { peer: limit, total: limit } },
      nowMs: () => nowMs,
    });
    await answer(ticketArgs("a b"), ROUTER);
    await expect(answer(ticketArgs(VALUE), ROUTER)).resolves.toEqual(DENIED);
    expect(log.lines()[1]).toMatchObject({ event: "denied", reason: "rate-limited", detail: "this peer" });
    nowMs = 1000;
    await expect(answer(ticketArgs(VALUE), ROUTER)).resolves.toHaveProperty("reply.authid", "joe");
  });

  test("realm-not-allowed: only the log says so", async () => {
    const { answer, log } = withLog(finds(), { policy: { allowedRealms: ["realm2"] } });
    await expect(answer(ticketArgs(VALUE), ROUTER)).resolves.toEqual(DENIED);
    expect(log.lines()[0]).toMatchObject({ reason: "realm-not-allowed" });
  });

  test("the line has the cookie's fingerprint and, where there is a record, its oid", async () => {
    const { answer, log } = withLog(finds({ createdNs: 1n }));
    await answer(ticketArgs(VALUE), ROUTER);
    expect(log.lines()[0]).toMatchObject({ cookie: fingerprint(VALUE), oid: OID, callerRole: "trusted" });
  });
});

describe("R-50 every fault is answered alike, and not like a denial", () => {
  const coded = new CookieAuthenticatorError("ERR_STORE_CLOSED", "the store has been closed", { hint: "h" });
  const fails = (error: unknown) =>
    spyReader(() => {
      throw error;
    });

  test.each<[string, SpyReader, object]>([
    [
      "a coded error",
      fails(coded),
      { code: "ERR_STORE_CLOSED", error: "the store has been closed", hint: "h" },
    ],
    [
      "an error of Node.js",
      fails(Object.assign(new Error("x"), { code: "EIO" })),
      { code: "EIO", error: "x" },
    ],
    ["an error without code", fails(new TypeError("x")), { error: "x" }],
    ["text that was thrown", fails("x"), { error: "unknown" }],
    ["nothing that was thrown", fails(undefined), { error: "unknown" }],
    ["a promise that rejects", spyReader(() => Promise.reject(coded)), { code: "ERR_STORE_CLOSED" }],
    [
      "a promise that never settles",
      spyReader(() => new Promise(() => {})),
      { code: "ERR_AUTHENTICATE_TIMEOUT" },
    ],
  ])("%s", async (_name, reader, fields) => {
    const { answer, log } = withLog(reader, { policy: { deadlineMs: 5 } });
    await expect(answer(ticketArgs(VALUE), ROUTER)).resolves.toEqual(UNAVAILABLE);
    expect(log.lines()).toEqual([
      expect.objectContaining({
        level: "error",
        event: "fault",
        msg: "authentication unavailable",
        cookie: fingerprint(VALUE),
        ...fields,
      }),
    ]);
  });

  test("without a log it is answered too", async () => {
    const authenticator = createAuthenticator({ reader: fails(coded) });
    await expect(authenticator.answer(ticketArgs(VALUE), ROUTER)).resolves.toEqual(UNAVAILABLE);
  });

  test("authenticate rejects with it", async () => {
    const { authenticate } = withLog(fails(coded));
    await expect(authenticate(ticketArgs(VALUE), ROUTER)).rejects.toBe(coded);
  });

  test("the next call is answered again", async () => {
    let isBroken = true;
    const reader = spyReader(() => {
      if (isBroken) throw coded;
      return cookie();
    });
    const { answer } = withLog(reader);
    await expect(answer(ticketArgs(VALUE), ROUTER)).resolves.toEqual(UNAVAILABLE);
    isBroken = false;
    await expect(answer(ticketArgs(VALUE), ROUTER)).resolves.toHaveProperty("reply.authid", "joe");
  });
});

describe("R-53 calls in flight", () => {
  /** A reader whose look-ups all wait until it is told. */
  function heldReader(): { readonly reader: SpyReader; release(): void } {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    return { reader: spyReader(() => held.then(() => cookie())), release: () => release() };
  }

  test("more than maxInFlight are answered with the fault at once, without a look-up", async () => {
    const { reader, release } = heldReader();
    const { answer, log } = withLog(reader, { policy: { maxInFlight: 3 } });
    const held = [1, 2, 3].map(() => answer(ticketArgs(VALUE), ROUTER));
    await expect(answer(ticketArgs(VALUE), ROUTER)).resolves.toEqual(UNAVAILABLE);
    expect(reader.asked).toHaveLength(3);
    expect(log.lines()).toEqual([
      expect.objectContaining({
        event: "fault",
        code: "ERR_AUTHENTICATE_OVERLOAD",
        hint: expect.any(String),
      }),
    ]);
    release();
    for (const answered of await Promise.all(held)) expect(answered).toHaveProperty("reply.authid", "joe");
  });

  test("the places are given back by answers, denials and faults alike", async () => {
    const results: (() => ReturnType<typeof cookie> | undefined)[] = [
      () => cookie(),
      () => undefined,
      () => {
        throw new Error("x");
      },
    ];
    let at = 0;
    const reader = spyReader(async () => {
      at += 1;
      return results[at % results.length]?.();
    });
    const { answer } = withLog(reader, { policy: { maxInFlight: 1 } });
    for (let round = 0; round < 9; round += 1) await answer(ticketArgs(VALUE), ROUTER);
    expect(reader.asked).toHaveLength(9);
  });
});

test("the clock is the system's if none is given", async () => {
  const now = BigInt(Date.now()) * 1_000_000n;
  const minute = 60_000_000_000n;
  const answerFor = (createdNs: bigint) =>
    createAuthenticator({ reader: finds({ createdNs, maxAgeSeconds: 60 }) }).answer(
      ticketArgs(VALUE),
      ROUTER,
    );
  await expect(answerFor(now - minute / 2n)).resolves.toHaveProperty("reply");
  await expect(answerFor(now - minute)).resolves.toEqual(DENIED);
});

test("a policy in part leaves the other defaults", async () => {
  const { answer } = withLog(finds({ authrole: "trusted" }), { policy: { cookieName: "sid" } });
  await expect(answer(anonymousArgs({ cookie: `sid=${VALUE}` }), ROUTER)).resolves.toEqual(DENIED);
  await expect(answer(ticketArgs(VALUE), { authrole: "user" })).resolves.toEqual(DENIED);
});

describe("other rules while it runs", () => {
  const repeatLimit = { limit: 1, windowMs: 60_000 };

  test("a call is judged by the rules that it began with, the next one by the new ones", async () => {
    let found = (): void => {};
    const held = new Promise<void>((resolve) => {
      found = resolve;
    });
    const reader = spyReader(async () => {
      await held;
      return cookie();
    });
    const { answer, configure, log } = withLog(reader, { policy: { allowedRoles: ["user"] } });
    const old = answer(ticketArgs(VALUE), ROUTER);
    configure({ policy: { allowedRoles: ["admin"] }, repeatLimit });
    const young = answer(ticketArgs(VALUE), ROUTER);
    found();
    expect(await old).toMatchObject({ reply: { authid: "joe" } });
    expect(await young).toEqual(DENIED);
    expect(log.saying("authentication denied")).toMatchObject([{ reason: "role-not-allowed" }]);
  });

  test("calls in flight stay counted, by the new limit", async () => {
    const reader = spyReader(() => new Promise<never>(() => {}));
    const { answer, configure } = withLog(reader, { policy: { maxInFlight: 2 } });
    void answer(ticketArgs(VALUE), ROUTER);
    configure({ policy: { maxInFlight: 1 }, repeatLimit });
    expect(await answer(ticketArgs(VALUE), ROUTER)).toEqual(UNAVAILABLE);
  });

  test("failures of a peer stay counted, and what the log owed is written", async () => {
    const failureLimit = { peer: { burst: 2, perSecond: 0.001 }, total: { burst: 0, perSecond: 1 } };
    const rules = { policy: { failureLimit }, repeatLimit };
    const { answer, configure, log } = withLog(findsNothing(), rules);
    await answer(ticketArgs("wrong-value-1"), ROUTER);
    await answer(ticketArgs("wrong-value-2"), ROUTER);
    configure(rules);
    expect(log.saying("authentication denied: more for the same reason")).toMatchObject([{ more: 1 }]);
    await answer(ticketArgs("wrong-value-3"), ROUTER);
    expect(log.saying("authentication denied").map(({ reason }) => reason)).toEqual([
      "cookie-unknown",
      "rate-limited",
    ]);
  });

  test("the fingerprint stays unless there is another", async () => {
    const { answer, configure, log } = withLog(findsNothing());
    const seen = async (): Promise<unknown> => {
      await answer(ticketArgs(VALUE), ROUTER);
      return log.saying("authentication denied").at(-1)?.cookie;
    };
    const first = await seen();
    configure({ policy: {}, repeatLimit });
    expect(await seen()).toBe(first);
    configure({ policy: {}, repeatLimit, fingerprint: () => "another" });
    expect(await seen()).toBe("another");
  });
});
