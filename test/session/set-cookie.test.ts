// the Set-Cookie header, and the rules that browsers hold it to.

import { describe, expect, test } from "@jest/globals";
import { parseSetCookie } from "cookie";
import fc from "fast-check";
import { makeCookieValue } from "../../src/record/cookie-value.js";
import { type CookieAttributes, DEFAULT_SESSION_POLICY } from "../../src/session/session-policy.js";
import { checkCookieAttributes, toClearCookie, toSetCookie } from "../../src/session/set-cookie.js";
import { NS, START, START_NS } from "./scene.js";

const VALUE = "Zm9vYmFy+bGlicmFyeS/iuZ4";
const DEFAULTS = DEFAULT_SESSION_POLICY.attributes;
const DAYS_400 = 34_560_000;
const policy = (attributes: Partial<CookieAttributes> = {}, cookieName = "cbtid") => ({
  cookieName,
  attributes: { ...DEFAULTS, ...attributes },
});
const later = (seconds: number): bigint => START_NS + BigInt(Math.round(seconds * 1000)) * 1_000_000n;

describe("R-41 the attributes", () => {
  test("by default: HttpOnly, Secure, SameSite=Lax, Path=/", () => {
    expect(toSetCookie(VALUE, later(60), START_NS, policy())).toBe(
      `cbtid=${VALUE}; Max-Age=60; Path=/; Expires=Sun, 15 Jun 2025 15:07:40 GMT; HttpOnly; Secure; SameSite=Lax`,
    );
  });

  test("all of them", () => {
    const all = { path: "/app", domain: "example.com", sameSite: "None", partitioned: true } as const;
    expect(toSetCookie(VALUE, later(60), START_NS, policy(all, "__Secure-id"))).toBe(
      `__Secure-id=${VALUE}; Max-Age=60; Domain=example.com; Path=/app; Expires=Sun, 15 Jun 2025 15:07:40 GMT; HttpOnly; Secure; Partitioned; SameSite=None`,
    );
  });

  test("none of them", () => {
    const none = { secure: false, httpOnly: false, sameSite: "Strict" } as const;
    expect(toSetCookie(VALUE, later(60), START_NS, policy(none))).toBe(
      `cbtid=${VALUE}; Max-Age=60; Path=/; Expires=Sun, 15 Jun 2025 15:07:40 GMT; SameSite=Strict`,
    );
  });

  test("the value is sent as it is: Crossbar decodes nothing", () => {
    expect(toSetCookie("a+b/c=%41", undefined, START_NS, policy())).toMatch(/^cbtid=a\+b\/c=%41; /);
  });
});

describe("R-14 Max-Age and Expires", () => {
  test.each<[string, bigint | undefined, number]>([
    ["what is left", later(3600), 3600],
    ["whole seconds of what is left", later(59.999), 59],
    ["400 days at most", later(500 * 86_400), DAYS_400],
    ["400 days for a session that never expires", undefined, DAYS_400],
    ["nothing once it has expired", later(-10), 0],
    ["400 days for the largest end of a record", 2n ** 64n * 1000n, DAYS_400],
  ])("%s", (_, expiryNs, seconds) => {
    const parsed = parseSetCookie(toSetCookie(VALUE, expiryNs, START_NS, policy()));
    expect(parsed.maxAge).toBe(seconds);
    expect(parsed.expires?.getTime()).toBe((START + seconds) * 1000);
  });
});

describe("R-42 the header that clears", () => {
  test("has the same name and attributes, no value, and an end in the past", () => {
    const same = policy(
      { path: "/app", domain: "example.com", partitioned: true, sameSite: "None" },
      "__Secure-x",
    );
    const set = parseSetCookie(toSetCookie(VALUE, undefined, START_NS, same));
    const clear = parseSetCookie(toClearCookie(same));
    expect(clear).toEqual({ ...set, value: "", maxAge: 0, expires: new Date(0) });
  });
});

describe("R-47 nothing is quoted", () => {
  test.each(["", "a b", "a;b", "secret\r\nSet-Cookie: x=y", "ä", "x".repeat(510)])(
    "a value that is none: %p",
    (value) => {
      let message = "";
      try {
        toSetCookie(value, undefined, START_NS, policy());
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain("not a cookie value");
      if (value !== "") expect(message).not.toContain(value);
    },
  );

  test("attributes against the rules make no header", () => {
    const wrong = { code: "ERR_SESSION_ARGUMENT", details: expect.objectContaining({ field: "path" }) };
    const make = () => toSetCookie(VALUE, undefined, START_NS, policy({ path: "/;evil" }));
    expect(make).toThrow(expect.objectContaining(wrong));
    expect(() => toClearCookie(policy({ path: "evil" }))).toThrow(expect.objectContaining(wrong));
  });
});

describe("checkCookieAttributes", () => {
  const fieldsOf = (attributes: Partial<CookieAttributes>, name = "cbtid"): string[] =>
    checkCookieAttributes({ ...DEFAULTS, ...attributes }, name).map(({ field }) => field);

  test.each<[string, Partial<CookieAttributes>, string | undefined, string[]]>([
    ["the defaults", {}, undefined, []],
    ["__Host- with the defaults", {}, "__Host-id", []],
    ["__Host- with a domain", { domain: "example.com" }, "__Host-id", ["domain"]],
    ["__Host- with a path", { path: "/app" }, "__Host-id", ["path"]],
    ["__Host- without Secure", { secure: false }, "__Host-id", ["secure"]],
    ["__host-, which browsers take alike", { secure: false, path: "/a" }, "__hOST-id", ["secure", "path"]],
    ["__Secure- without Secure", { secure: false }, "__Secure-id", ["secure"]],
    ["__Secure- with path and domain", { path: "/app", domain: "example.com" }, "__Secure-id", []],
    ["__Http- without HttpOnly", { httpOnly: false }, "__Http-id", ["httpOnly"]],
    ["__Host-Http- without either", { httpOnly: false, path: "/a" }, "__Host-Http-id", ["path", "httpOnly"]],
    ["SameSite=None without Secure", { sameSite: "None", secure: false }, undefined, ["sameSite"]],
    ["SameSite=None with Secure", { sameSite: "None" }, undefined, []],
    ["Partitioned without Secure", { partitioned: true, secure: false }, undefined, ["partitioned"]],
    ["Partitioned with Secure", { partitioned: true }, undefined, []],
    ["no Secure, for tests at home", { secure: false }, undefined, []],
    ["an empty name", {}, "", ["name"]],
    ["a name with a blank", {}, "a b", ["name"]],
    ["a name with =", {}, "a=b", ["name"]],
    ["a name of line breaks", {}, "a\r\nb", ["name"]],
    ["name and value of 4096 bytes", {}, "x".repeat(4096 - 64), []],
    ["name and value of 4097 bytes", {}, "x".repeat(4097 - 64), ["name"]],
    ["an empty path", { path: "" }, undefined, ["path"]],
    ["a path from nowhere", { path: "app" }, undefined, ["path"]],
    ["a path with ;", { path: "/a;b" }, undefined, ["path"]],
    ["a path with <", { path: "/a<b" }, undefined, ["path"]],
    ["a path of line breaks", { path: "/a\nb" }, undefined, ["path"]],
    ["a path that is no ASCII", { path: "/ä" }, undefined, ["path"]],
    ["a path of 1025 bytes", { path: `/${"x".repeat(1024)}` }, undefined, ["path"]],
    ["an empty domain", { domain: "" }, undefined, ["domain"]],
    ["a domain with a leading dot", { domain: ".example.com" }, undefined, ["domain"]],
    ["a domain with ;", { domain: "example.com;a" }, undefined, ["domain"]],
    ["a domain with an empty label", { domain: "a..b" }, undefined, ["domain"]],
    ["a domain of 254 characters", { domain: `${"a.".repeat(126)}ab` }, undefined, ["domain"]],
    ["a punycode domain", { domain: "xn--bcher-kva.example" }, undefined, []],
    ["localhost", { domain: "localhost" }, undefined, []],
  ])("%s", (_, attributes, name, fields) => {
    expect(fieldsOf(attributes, name)).toEqual(fields);
  });

  test("each problem is said in words", () => {
    for (const { message } of checkCookieAttributes({ ...DEFAULTS, path: "", secure: false }, "__Host-"))
      expect(message).toMatch(/\w+ \w+/);
  });

  test("property: attributes without a problem make a header of one line that says just them", () => {
    const attributes = fc.record({
      path: fc.string({ unit: "grapheme-ascii", maxLength: 20 }).map((text) => `/${text}`),
      domain: fc.option(fc.domain(), { nil: undefined }),
      secure: fc.boolean(),
      httpOnly: fc.boolean(),
      sameSite: fc.constantFrom("Strict", "Lax", "None"),
      partitioned: fc.boolean(),
    });
    const name = fc.tuple(
      fc.constantFrom("", "__Host-", "__Secure-", "__http-"),
      fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 10 }),
    );
    let made = 0;
    fc.assert(
      fc.property(
        attributes,
        name,
        fc.integer({ min: 1, max: 10 ** 8 }),
        (chosen, [prefix, rest], seconds) => {
          const rules = { cookieName: prefix + rest, attributes: chosen as CookieAttributes };
          if (checkCookieAttributes(rules.attributes, rules.cookieName).length > 0) return;
          made += 1;
          const value = makeCookieValue();
          const header = toSetCookie(value, START_NS + BigInt(seconds) * NS, START_NS, rules);
          expect(header).toMatch(/^[\x20-\x7e]+$/);
          const { path, ...others } = parseSetCookie(header);
          // Browsers and parsers trim blanks at the end of a path.
          expect(path).toBe(chosen.path.trimEnd());
          expect(others).toEqual({
            name: rules.cookieName,
            value,
            maxAge: Math.min(seconds, DAYS_400),
            expires: new Date((START + Math.min(seconds, DAYS_400)) * 1000),
            ...(chosen.domain === undefined ? {} : { domain: chosen.domain }),
            ...(chosen.secure ? { secure: true } : {}),
            ...(chosen.httpOnly ? { httpOnly: true } : {}),
            ...(chosen.partitioned ? { partitioned: true } : {}),
            sameSite: chosen.sameSite.toLowerCase(),
          });
        },
      ),
      { numRuns: 500 },
    );
    expect(made).toBeGreaterThan(50);
  });
});
