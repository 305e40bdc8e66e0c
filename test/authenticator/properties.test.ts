// Whatever comes over the wire: an answer, never a rejection, and a log that gives nothing away.

import { describe, expect, test } from "@jest/globals";
import fc, { type Arbitrary } from "fast-check";
import type { Caller } from "../../src/authenticator/authenticator.js";
import { createAuthenticator } from "../../src/authenticator/create-authenticator.js";
import type { AuthenticatorPolicy } from "../../src/authenticator/policy.js";
import { DENIED, UNAVAILABLE } from "../../src/authenticator/to-reply.js";
import { createLog } from "../../src/log/logger.js";
import type { Cookie } from "../../src/record/cookie.js";
import type { CookieReader } from "../../src/store/cookie-reader.js";
import {
  anonymousArgs,
  cookie,
  NOW_NS,
  ROUTER,
  spyReader,
  ticketArgs,
  VALUE,
} from "../support/authenticator-cases.js";

/** Mostly the right thing, sometimes anything that JSON can say. */
function nearly<T>(right: Arbitrary<T>): Arbitrary<unknown> {
  return fc.oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue() });
}

/** Text that terminals, logs and parsers trip over. */
const nasty = fc.constantFrom(
  "\u0000",
  "\r\nlevel=error",
  "\u001b]0;title\u0007\u001b[31m",
  "\u009b31m",
  "\u202eevil",
  "\u2028",
  "\ufeff",
  "\ud800",
  "__proto__",
  "a".repeat(100_000),
);
const text = fc.oneof(fc.string({ unit: "binary" }), nasty);

const value = fc.oneof(fc.constant(VALUE), fc.base64String({ minLength: 1 }), text);
const cookieHeader = fc
  .array(
    fc.oneof(
      value.map((one) => `cbtid=${one}`),
      text,
    ),
    { maxLength: 4 },
  )
  .map((pairs) => pairs.join("; "));
const origin = fc.oneof(
  fc.webUrl(),
  fc.constantFrom("null", "https://example.com", "https://[::1]:99999"),
  text,
);
const host = fc.oneof(fc.domain(), fc.constantFrom("example.com", "[::1]:8080"), text);

const headers = fc.record(
  { cookie: nearly(cookieHeader), origin: nearly(origin), host: nearly(host), "user-agent": nearly(text) },
  { requiredKeys: [] },
);
const transport = fc.record(
  {
    http_headers_received: nearly(headers),
    peer: nearly(text),
    is_secure: fc.boolean(),
    http_cbtid: nearly(text),
  },
  { requiredKeys: [] },
);
const details = fc.record(
  {
    authmethod: nearly(fc.constantFrom("ticket", "anonymous")),
    ticket: nearly(value),
    transport: nearly(transport),
    session: nearly(fc.maxSafeNat()),
    authextra: fc.jsonValue(),
  },
  { requiredKeys: ["authmethod"] },
);
const realm = nearly(fc.oneof(fc.constantFrom("realm1", "realm2", null), text));
const authid = nearly(fc.oneof(fc.constantFrom("joe", "jane", null), text));

const args: Arbitrary<readonly unknown[]> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(realm, authid, nearly(details)) },
  { weight: 2, arbitrary: fc.constantFrom(ticketArgs(VALUE), anonymousArgs({ cookie: `cbtid=${VALUE}` })) },
  { weight: 1, arbitrary: fc.array(fc.jsonValue()) },
  // No list at all: no router sends it, and it must not make us throw.
  { weight: 1, arbitrary: fc.jsonValue() as Arbitrary<readonly unknown[]> },
);
const anyCaller = fc.record(
  { authrole: nearly(fc.constantFrom("trusted", "user")), authid: nearly(text), session: nearly(fc.nat()) },
  { requiredKeys: [] },
) as Arbitrary<Caller>;
const caller = fc.oneof(fc.constant(ROUTER), anyCaller);

/** Finds the good cookie by any value; now and then something else happens. */
const reader: Arbitrary<CookieReader> = fc
  .constantFrom<CookieReader["findByValue"]>(
    () => cookie(),
    async () => cookie(),
    () => undefined,
    () => cookie({ authid: undefined }),
    () => cookie({ authextra: { bytes: new Uint8Array([1]) } }),
    (asked) => {
      throw new Error(`no luck with ${asked}\n\u001b[31m`);
    },
    (asked) => Promise.reject(Object.assign(new Error(asked), { code: "\u001b[31m" })),
    () => ({ authid: null }) as unknown as Cookie,
  )
  .map(spyReader);
const policy: Arbitrary<Partial<AuthenticatorPolicy>> = fc.record(
  {
    realm: fc.constantFrom("match" as const, "redirect" as const),
    anonymousRole: fc.constantFrom("visitor", undefined),
    origin: fc.constantFrom({ sameHost: true, allow: ["https://*.example.com", "null"], allowAbsent: true }),
    maxInFlight: fc.constantFrom(0, 1000),
  },
  { requiredKeys: [] },
);

test("any call of any caller is answered with a principal or one of the two constant errors", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(args, caller, reader, policy, async (callArgs, from, cookies, rules) => {
      const options = { reader: cookies, policy: rules, nowNs: () => NOW_NS };
      const answer = await createAuthenticator(options).answer(callArgs, from);
      if ("error" in answer) {
        expect([DENIED, UNAVAILABLE]).toContainEqual(answer);
        seen.add(answer.error.uri);
        return;
      }
      expect(answer.reply).toEqual({
        realm: expect.any(String),
        authid: expect.any(String),
        role: expect.stringMatching(/^(user|visitor)$/),
        extra: expect.any(Object),
        authrealm: answer.reply.realm,
        authrole: answer.reply.role,
        authextra: answer.reply.extra,
      });
      expect(from.authrole).toBe("trusted");
      seen.add(String(answer.reply.role));
    }),
    { numRuns: 1000 },
  );
  // All ways out were taken.
  expect([...seen].sort()).toEqual([
    "user",
    "visitor",
    "wamp.error.authentication_failed",
    "wamp.error.unavailable",
  ]);
});

/** Long enough not to come about by chance in a line. */
const secretValue = fc
  .base64String({ minLength: 24, maxLength: 64 })
  .map((base64) => base64.replaceAll("=", "-"));
/** A password typed where the cookie belongs: never looked up, never logged. */
const password = fc
  .tuple(secretValue, nasty)
  .map(([secret, rubbish]) => ({ secret, ticket: secret + rubbish }));

describe("the log", () => {
  const ticketCall = fc.oneof(
    secretValue.map((secret) => ({ secret, credential: { ticket: secret }, authmethod: "ticket" })),
    password.map(({ secret, ticket }) => ({ secret, credential: { ticket }, authmethod: "ticket" })),
    fc
      .tuple(secretValue, text, fc.constantFrom("", "; cbtid=other", '"', "\\"))
      .map(([secret, before, behind]) => ({
        secret,
        credential: {
          transport: {
            peer: before,
            http_headers_received: { cookie: `${before}; cbtid=${secret}${behind}` },
          },
        },
        authmethod: "anonymous",
      })),
  );

  test.each(["json", "pretty"] as const)(
    "R-47, R-55 as %s: one line a call, no value or ticket, nothing that a terminal obeys",
    async (format) => {
      await fc.assert(
        fc.asyncProperty(
          ticketCall,
          text,
          text,
          reader,
          policy,
          async (presented, anyRealm, anyAuthid, cookies, rules) => {
            let written = "";
            const destination = {
              write(line: string) {
                written += line;
              },
            };
            const authenticator = createAuthenticator({
              reader: cookies,
              policy: rules,
              nowNs: () => NOW_NS,
              log: createLog({ level: "trace", format }, destination),
            });
            const { secret, credential, authmethod } = presented;
            const callArgs = [anyRealm, anyAuthid, { authmethod, ...credential, session: 1 }];
            await authenticator.answer(callArgs, { authrole: "trusted", authid: anyAuthid });
            expect(written).not.toContain(secret);
            expect(written.match(/"?event"?:/g)).toHaveLength(1);
            if (format === "json") {
              expect(written.match(/\n/g)).toHaveLength(1);
              expect(written.endsWith("\n")).toBe(true);
              expect(JSON.parse(written)).toHaveProperty("event");
            }
            expect(written.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
            // Bounded: a handful of fields of 200 characters, each of which may be escaped.
            expect(written.length).toBeLessThan(20_000);
          },
        ),
        { numRuns: 500 },
      );
    },
  );
});
