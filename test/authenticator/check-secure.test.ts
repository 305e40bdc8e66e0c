// encrypted connections only, where it is demanded; and proxies that are believed, in all that follows.

import { describe, expect, test } from "@jest/globals";
import { checkSecure } from "../../src/authenticator/check-secure.js";
import { type AcceptedUse, createAuthenticator } from "../../src/authenticator/create-authenticator.js";
import type { AuthenticatorPolicy } from "../../src/authenticator/policy.js";
import { call, cookieFields, NOW_NS, policy, storeWith, VALUE } from "../support/authenticator-cases.js";

test.each<[requireSecure: boolean, isSecure: boolean, denied: string | undefined]>([
  [false, false, undefined],
  [false, true, undefined],
  [true, false, "insecure-transport"],
  [true, true, undefined],
])("requireSecure %p, encrypted %p: %p", (requireSecure, isSecure, denied) => {
  expect(checkSecure(call({ isSecure }), policy({ requireSecure }))?.denied).toBe(denied);
});

const ROUTER = { authrole: "trusted" };
const PROXY = "tcp4:10.0.0.1:35578";

/** A client with the good cookie, or with another, over a connection of these details. */
function args(transport: object, headers: object = {}, ticket = VALUE): unknown[] {
  const details = {
    authmethod: "ticket",
    ticket,
    transport: { ...transport, http_headers_received: headers },
  };
  return ["realm1", null, details];
}

async function createCase(changes: Partial<AuthenticatorPolicy>) {
  const { reader } = await storeWith(cookieFields());
  const uses: AcceptedUse[] = [];
  const authenticator = createAuthenticator({
    reader,
    policy: { trustedProxies: ["10.0.0.0/8"], ...changes },
    onUse: (use) => uses.push(use),
    nowNs: () => NOW_NS,
    nowMs: () => 0,
  });
  const outcome = async (...call: Parameters<typeof args>): Promise<unknown> => {
    const result = await authenticator.authenticate(args(...call), ROUTER);
    return "denied" in result ? result.denied : result.authid;
  };
  return { authenticator, outcome, uses };
}

describe("R-44 the authenticator with requireSecure", () => {
  test.each<[string, object, object, string]>([
    ["TLS up to the router", { peer: "tcp4:192.0.2.7:1", is_secure: true }, {}, "joe"],
    ["a plain connection", { peer: "tcp4:192.0.2.7:1", is_secure: false }, {}, "insecure-transport"],
    ["a router that doesn't say", { peer: "tcp4:192.0.2.7:1" }, {}, "insecure-transport"],
    [
      "is_secure that is no truth value",
      { peer: "tcp4:192.0.2.7:1", is_secure: "true" },
      {},
      "insecure-transport",
    ],
    ["https at a trusted proxy", { peer: PROXY }, { "x-forwarded-proto": "https" }, "joe"],
    ["http at a trusted proxy", { peer: PROXY }, { "x-forwarded-proto": "http" }, "insecure-transport"],
    ["a proxy that doesn't say", { peer: PROXY }, {}, "insecure-transport"],
    [
      "https as a client claims it",
      { peer: "tcp4:192.0.2.7:1" },
      { "x-forwarded-proto": "https", "x-forwarded-for": "10.0.0.1" },
      "insecure-transport",
    ],
  ])("%s", async (_, transport, headers, expected) => {
    const { outcome } = await createCase({ requireSecure: true });
    expect(await outcome(transport, headers)).toBe(expected);
  });
});

describe("R-45 the peer behind a proxy", () => {
  const FEW = { peer: { burst: 2, perSecond: 0.001 }, total: { burst: 0, perSecond: 1 } };

  test("has failures of its own", async () => {
    const { outcome } = await createCase({ failureLimit: FEW });
    const guess = (address: string) => outcome({ peer: PROXY }, { "x-forwarded-for": address }, "wrong");
    expect([await guess("203.0.113.9"), await guess("203.0.113.9")]).toEqual([
      "cookie-unknown",
      "cookie-unknown",
    ]);
    expect(await guess("203.0.113.9")).toBe("rate-limited");
    expect(await guess("198.51.100.9, 203.0.113.9")).toBe("rate-limited");
    expect(await guess("203.0.113.10")).toBe("cookie-unknown");
  });

  test("can't be made up by a client", async () => {
    const { outcome } = await createCase({ failureLimit: FEW });
    const guess = (address: string) =>
      outcome({ peer: "tcp4:192.0.2.7:1" }, { "x-forwarded-for": address }, "wrong");
    expect([await guess("203.0.113.1"), await guess("203.0.113.2")]).toEqual([
      "cookie-unknown",
      "cookie-unknown",
    ]);
    expect(await guess("203.0.113.3")).toBe("rate-limited");
  });

  test("is what the use of a session is stored with", async () => {
    const { authenticator, uses } = await createCase({});
    const headers = { "x-forwarded-for": "203.0.113.9", "user-agent": "Firefox" };
    await authenticator.answer(args({ peer: PROXY }, headers), ROUTER);
    await authenticator.answer(args({ peer: "tcp4:192.0.2.7:1" }, headers), ROUTER);
    expect(uses.map(({ peer }) => peer)).toEqual(["203.0.113.9", "tcp4:192.0.2.7:1"]);
  });
});

test.each<[string, string]>([
  ["a trusted proxy's", PROXY],
  ["a client's", "tcp4:192.0.2.7:1"],
])("R-43 the page is compared with Host, never with %s X-Forwarded-Host", async (_, peer) => {
  const { outcome } = await createCase({});
  const headers = { host: "app.example", "x-forwarded-host": "evil.example" };
  expect(await outcome({ peer }, { ...headers, origin: "https://app.example" })).toBe("joe");
  expect(await outcome({ peer }, { ...headers, origin: "https://evil.example" })).toBe("origin-not-allowed");
});
