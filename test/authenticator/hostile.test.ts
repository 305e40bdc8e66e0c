// Hostile calls without a router: whatever is in them, the answer is the constant denial, soon.

import { describe, expect, test } from "@jest/globals";
import { createAuthenticator } from "../../src/authenticator/create-authenticator.js";
import { DENIED } from "../../src/authenticator/to-reply.js";
import {
  anonymousArgs,
  cookie,
  NOW_NS,
  ROUTER,
  spyReader,
  ticketArgs,
  VALUE,
} from "../support/authenticator-cases.js";
import { collectLog } from "../support/crossbar-log.js";

const TEN_MB = 10_000_000;
/** Generous: the largest of these take a few ms. */
const SOON_MS = 500;

/** A list so deep that whatever walks down it would overflow the stack. */
function deepList(depth: number): unknown {
  let list: unknown = [];
  for (let level = 1; level < depth; level += 1) list = [list];
  return list;
}

async function expectDenied(args: readonly unknown[]): Promise<void> {
  const log = collectLog();
  const reader = spyReader(() => undefined);
  const { answer } = createAuthenticator({ reader, log: log.log });
  const begin = performance.now();
  await expect(answer(args, ROUTER)).resolves.toEqual(DENIED);
  expect(performance.now() - begin).toBeLessThan(SOON_MS);
  expect(reader.asked).toEqual([]);
  expect(log.lines()).toHaveLength(1);
  expect(log.text().length).toBeLessThan(5000);
}

describe("tickets", () => {
  test.each<[string, unknown]>([
    ["10 MB of text", "a".repeat(TEN_MB)],
    ["10 MB of NUL", "\u0000".repeat(TEN_MB)],
    ["10 MB of lone surrogates", "\ud800".repeat(TEN_MB)],
    ["no text", ""],
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
    ["NaN", Number.NaN],
    ["a big integer", 2n ** 70n],
    ["true", true],
    ["a list", [VALUE]],
    ["a map", { value: VALUE }],
    ["bytes", new Uint8Array(Buffer.from(VALUE))],
    ["a date", new Date(0)],
    ["a NUL behind a good one", `${VALUE}\u0000`],
    ["letters beyond ASCII", "Zoë漢字👍"],
    ["a lone surrogate", "\ud800"],
    ["a list 100,000 deep", deepList(100_000)],
    ["a map that claims to be text", { toString: () => VALUE, length: 24 }],
  ])("%s", async (_name, ticket) => {
    await expectDenied(ticketArgs(ticket));
  });
});

describe("headers", () => {
  const many = (count: number, pair: (n: number) => string, between: string): string =>
    Array.from({ length: count }, (_, n) => pair(n)).join(between);

  test.each<[string, object]>([
    ["a Cookie header of 10 MB", { cookie: `x=${"y".repeat(TEN_MB)}; cbtid=${VALUE}` }],
    ["10 MB of semicolons", { cookie: ";".repeat(TEN_MB) }],
    ["1,000 headers, as Crossbar joins them", { cookie: many(1000, () => `cbtid=${VALUE}`, ", ") }],
    ["1,000 values of ours", { cookie: many(1000, (n) => `cbtid=v${n}`, "; ") }],
    ["a Cookie header that is a list", { cookie: [`cbtid=${VALUE}`] }],
    ["an Origin of 10 MB", { cookie: `cbtid=${VALUE}`, origin: `https://${"a".repeat(TEN_MB)}` }],
    ["an Origin of 10 MB of dots", { cookie: `cbtid=${VALUE}`, origin: `https://${".".repeat(TEN_MB)}` }],
    [
      "a Host of 10 MB",
      { cookie: `cbtid=${VALUE}`, origin: "https://example.com", host: "a.".repeat(TEN_MB / 2) },
    ],
    ["an Origin of odd bytes", { cookie: `cbtid=${VALUE}`, origin: "http://\u00ff\u0000\u001b" }],
  ])("%s", async (_name, headers) => {
    await expectDenied(anonymousArgs(headers));
  });

  test("1,000 other cookies, odd bytes and odd names hide no good cookie", async () => {
    const header = `${many(1000, (n) => `c${n}=v\u0000\u0080\u00ff${n}`, "; ")}; __proto__=x; =; cbtid=${VALUE}`;
    const { answer } = createAuthenticator({ reader: spyReader(() => cookie()), nowNs: () => NOW_NS });
    const headers = { cookie: header, "\u00ff\u0000": "x", constructor: "x" };
    await expect(answer(anonymousArgs(headers), ROUTER)).resolves.toHaveProperty("reply.authid", "joe");
  });
});

test.each<[string, unknown]>([
  ["100,000 deep", deepList(100_000)],
  ["a million items wide", Array.from({ length: 1_000_000 }, (_, n) => n)],
])("authextra %s isn't looked at", async (_name, authextra) => {
  const [realm, authid, details] = ticketArgs("a b") as [unknown, unknown, object];
  await expectDenied([realm, authid, { ...details, authextra }]);
});
