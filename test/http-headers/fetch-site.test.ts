// R-43 for requests: Sec-Fetch-Site x Origin x policy, and which methods are unsafe.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { findForeignPage, isUnsafeMethod } from "../../src/http-headers/fetch-site.js";
import type { OriginPolicy } from "../../src/http-headers/origin.js";

const HOST = "app.example";
const POLICY: OriginPolicy = { sameHost: true, allow: ["https://partner.example"], allowAbsent: true };
const OWN = "https://app.example";
const PARTNER = "https://partner.example";
const EVIL = "https://evil.example";

const isForeign = (fetchSite?: string, origin?: string, policy = POLICY): boolean =>
  findForeignPage({ fetchSite, origin, host: HOST }, policy) !== undefined;

describe("with the default policy and one further origin", () => {
  test.each<[fetchSite: string | undefined, origin: string | undefined, foreign: boolean]>([
    ["same-origin", OWN, false],
    ["same-origin", undefined, false],
    // A page with `Referrer-Policy: no-referrer` posts its own forms so.
    ["same-origin", "null", false],
    ["none", undefined, false],
    ["same-site", OWN, true],
    ["same-site", undefined, true],
    ["same-site", "https://sub.app.example", true],
    ["same-site", PARTNER, false],
    ["cross-site", PARTNER, false],
    ["cross-site", EVIL, true],
    ["cross-site", OWN, true],
    ["cross-site", "null", true],
    ["cross-site", undefined, true],
    ["", undefined, true],
    ["SAME-ORIGIN", OWN, true],
    ["same-origin, cross-site", OWN, true],
    ["a word of the future", OWN, true],
    [undefined, OWN, false],
    [undefined, "http://app.example", false],
    [undefined, PARTNER, false],
    [undefined, EVIL, true],
    [undefined, "null", true],
    [undefined, "", true],
    [undefined, undefined, false],
  ])("Sec-Fetch-Site %p, Origin %p: foreign %p", (fetchSite, origin, foreign) => {
    expect(isForeign(fetchSite, origin)).toBe(foreign);
  });
});

test("without sameHost, the own origin must be in the list too", () => {
  const policy = { ...POLICY, sameHost: false };
  expect(isForeign("same-origin", OWN, policy)).toBe(true);
  expect(isForeign("same-origin", PARTNER, policy)).toBe(false);
  expect(isForeign(undefined, OWN, policy)).toBe(true);
});

test("without allowAbsent, who sends neither header is refused", () => {
  expect(isForeign(undefined, undefined, { ...POLICY, allowAbsent: false })).toBe(true);
  expect(isForeign("same-origin", undefined, { ...POLICY, allowAbsent: false })).toBe(false);
});

test("allowAbsent doesn't help a page that a browser calls foreign", () => {
  expect(findForeignPage({ fetchSite: "cross-site", origin: undefined, host: HOST }, POLICY)).toBe(
    "no Origin header",
  );
});

test("property: nothing but the words and the list lets a page in", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.option(fc.oneof(fc.webUrl(), fc.string()), { nil: undefined }),
      (site, origin) => {
        fc.pre(site !== "none" && site !== "same-origin" && !origin?.startsWith(PARTNER));
        expect(isForeign(site, origin)).toBe(true);
      },
    ),
  );
});

test.each<[string | undefined, boolean]>([
  ["GET", false],
  ["HEAD", false],
  ["OPTIONS", false],
  ["TRACE", false],
  ["POST", true],
  ["PUT", true],
  ["PATCH", true],
  ["DELETE", true],
  ["get", true],
  ["PROPFIND", true],
  ["", true],
  [undefined, true],
])("the method %p is unsafe: %p", (method, isUnsafe) => {
  expect(isUnsafeMethod(method)).toBe(isUnsafe);
});
