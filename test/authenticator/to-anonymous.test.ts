// Which denials let a client in as a visitor, where the configuration says so, and which stand.

import { describe, expect, test } from "@jest/globals";
import { type DenialReason, deny } from "../../src/authenticator/outcome.js";
import type { RouterCall } from "../../src/authenticator/parse-router-call.js";
import { toAnonymous } from "../../src/authenticator/to-anonymous.js";
import { call, OID, policy } from "../support/authenticator-cases.js";

/** Every reason; a new one must be sorted in here, or this file doesn't compile. */
const FALLS_THROUGH: Record<DenialReason, boolean> = {
  "caller-not-allowed": false,
  "call-malformed": false,
  "authmethod-not-supported": false,
  "origin-not-allowed": false,
  "insecure-transport": false,
  "rate-limited": false,
  "no-cookie": true,
  "cookie-ambiguous": false,
  "value-malformed": true,
  "cookie-unknown": true,
  "cookie-unauthenticated": true,
  "cookie-expired": true,
  "cookie-idle": true,
  "cookie-from-future": true,
  "realm-mismatch": true,
  "realm-not-allowed": false,
  "authid-mismatch": false,
  "role-not-allowed": false,
  "extra-not-encodable": false,
};
const REASONS = Object.entries(FALLS_THROUGH) as [DenialReason, boolean][];
const VISITORS = policy({ anonymousRole: "visitor" });
const ROUTERS_AUTHID = "QFG7-YMK5-3NCM-RVUN-4NCR-YKGX";

const visit = (changes: Partial<RouterCall> = {}): RouterCall =>
  call({ authmethod: "anonymous", ticket: undefined, authid: ROUTERS_AUTHID, ...changes });

describe("toAnonymous", () => {
  test.each(REASONS)("%s falls through: %p", (reason, fallsThrough) => {
    const denial = deny(reason, { oid: OID });
    expect(toAnonymous(denial, visit(), VISITORS)).toEqual(
      fallsThrough ? { realm: "realm1", authid: ROUTERS_AUTHID, role: "visitor", extra: {} } : denial,
    );
  });

  test.each(REASONS)("%s stands without anonymousRole", (reason) => {
    const denial = deny(reason);
    expect(toAnonymous(denial, visit(), policy())).toBe(denial);
  });

  test.each(REASONS)("%s stands with a ticket: its client asked for somebody", (reason) => {
    const denial = deny(reason);
    expect(toAnonymous(denial, call({ authid: "joe" }), VISITORS)).toBe(denial);
  });

  test.each<[string, Partial<RouterCall>]>([
    ["no realm asked for", { realm: undefined }],
    ["no authid invented by the router", { authid: undefined }],
  ])("%s: the denial stands", (_name, changes) => {
    const denial = deny("no-cookie");
    expect(toAnonymous(denial, visit(changes), VISITORS)).toBe(denial);
  });

  test("R-32 visitors too get only allowed realms", () => {
    const denial = deny("no-cookie");
    expect(toAnonymous(denial, visit(), { ...VISITORS, allowedRealms: ["realm2"] })).toBe(denial);
    expect(toAnonymous(denial, visit(), { ...VISITORS, allowedRealms: ["realm1"] })).toMatchObject({
      role: "visitor",
    });
  });

  test("a visitor joins the realm it asked for, not the one of a cookie that was refused", () => {
    expect(toAnonymous(deny("realm-mismatch", { oid: OID }), visit({ realm: "realm2" }), VISITORS)).toEqual({
      realm: "realm2",
      authid: ROUTERS_AUTHID,
      role: "visitor",
      extra: {},
    });
  });
});
