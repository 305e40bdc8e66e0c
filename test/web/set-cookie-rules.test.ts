// R-14, R-41, R-42: our Set-Cookie lines, by table, in a jar that keeps to RFC 6265bis.

import { beforeEach, describe, expect, test } from "@jest/globals";
import { type CookieAttributes, DEFAULT_SESSION_POLICY } from "../../src/session/session-policy.js";
import { checkCookieAttributes, toClearCookie, toSetCookie } from "../../src/session/set-cookie.js";
import { START, START_NS } from "../session/scene.js";
import { type CookieJar, keepCookie } from "./cookie-jar.js";

const VALUE = "Zm9vYmFy+bGlicmFyeS/iuZ4";
const HTTPS = "https://app.example.com/a/login";
const HTTP = "http://app.example.com/a/login";
const EXPIRY_NS = START_NS + 3600n * 1_000_000_000n;

type Row = [
  what: string,
  name: string,
  changes: Partial<CookieAttributes>,
  url: string,
  refused: string | undefined,
];

const ROWS: Row[] = [
  ["the defaults", "cbtid", {}, HTTPS, undefined],
  ["the defaults over http", "cbtid", {}, HTTP, "secure from http"],
  ["without Secure over http", "cbtid", { secure: false }, HTTP, undefined],
  ["SameSite=Strict", "cbtid", { sameSite: "Strict" }, HTTPS, undefined],
  ["SameSite=None", "cbtid", { sameSite: "None" }, HTTPS, undefined],
  ["Partitioned", "__Host-sid", { sameSite: "None", partitioned: true }, HTTPS, undefined],
  ["__Host-", "__Host-sid", {}, HTTPS, undefined],
  ["__Secure- with all", "__Secure-sid", { path: "/a", domain: "example.com" }, HTTPS, undefined],
  ["__Http-", "__Http-sid", {}, HTTPS, undefined],
  ["__Host-Http-", "__Host-Http-sid", {}, HTTPS, undefined],
  ["the domain above", "cbtid", { domain: "example.com" }, HTTPS, undefined],
  ["a domain in capitals", "cbtid", { domain: "EXAMPLE.com" }, HTTPS, undefined],
  ["another's domain", "cbtid", { domain: "example.org" }, HTTPS, "domain"],
  ["a path", "cbtid", { path: "/a/b" }, HTTPS, undefined],
  ["no HttpOnly", "cbtid", { httpOnly: false }, HTTPS, undefined],
  ["a name of all that a token may have", "!#$%&'*+-.^_`|~09AZaz", {}, HTTPS, undefined],
  ["the longest name", "x".repeat(4096 - 64), {}, HTTPS, undefined],
];

describe.each(ROWS)("%s", (_, name, changes, url, refused) => {
  const attributes = { ...DEFAULT_SESSION_POLICY.attributes, ...changes };
  const policy = { cookieName: name, attributes };
  let jar: CookieJar;
  beforeEach(() => {
    jar = new Map();
  });
  const keep = (line: string) => keepCookie(jar, line, url, START * 1000);

  test(`is ${refused === undefined ? "kept as it was meant" : `refused: ${refused}`}`, () => {
    expect(checkCookieAttributes(attributes, name)).toEqual([]);
    expect(keep(toSetCookie(VALUE, EXPIRY_NS, START_NS, policy))).toBe(refused);
    const kept = {
      value: VALUE,
      maxAge: 3600,
      domain: attributes.domain?.toLowerCase(),
      path: attributes.path,
      flags: (["httpOnly", "secure", "partitioned"] as const)
        .filter((key) => attributes[key])
        .map((key) => key.toLowerCase()),
      sameSite: attributes.sameSite.toLowerCase(),
    };
    expect([...jar.values()]).toEqual(refused === undefined ? [kept] : []);
  });

  test("R-42 is cleared, and only it", () => {
    keep(toSetCookie(VALUE, EXPIRY_NS, START_NS, policy));
    const other = `${name}=other; Path=/somewhere/else${attributes.secure ? "; Secure" : ""}`;
    if (!name.toLowerCase().startsWith("__h")) keep(other);
    const others = jar.size - (refused === undefined ? 1 : 0);
    expect(keep(toClearCookie(policy))).toBe(refused);
    expect([...jar.values()].filter(({ value }) => value === VALUE)).toEqual([]);
    expect(jar.size).toBe(others);
  });
});

test.each(ROWS.filter(([, , , , refused]) => refused === undefined))(
  "R-14 %s: Max-Age and Expires say the same, 400 days at most",
  (_, cookieName, changes, url) => {
    const policy = { cookieName, attributes: { ...DEFAULT_SESSION_POLICY.attributes, ...changes } };
    for (const expiryNs of [EXPIRY_NS, undefined, START_NS + 10n ** 18n]) {
      const line = toSetCookie(VALUE, expiryNs, START_NS, policy);
      const expiresOnly = line.replace(/; Max-Age=\d+/, "");
      expect(expiresOnly).not.toBe(line);
      for (const either of [line, expiresOnly]) {
        const jar: CookieJar = new Map();
        keepCookie(jar, either, url, START * 1000);
        expect([...jar.values()].map(({ maxAge }) => maxAge)).toEqual([
          expiryNs === EXPIRY_NS ? 3600 : 34_560_000,
        ]);
      }
    }
  },
);

/** What is refused before a line is made: the jar agrees, for a line as it would have been. */
test.each<[string, string, Partial<CookieAttributes>, string]>([
  ["__Host- with a path", "__Host-sid", { path: "/a" }, "prefix"],
  ["__Host- with a domain", "__HOST-sid", { domain: "example.com" }, "prefix"],
  ["__Secure- without Secure", "__Secure-sid", { secure: false }, "prefix"],
  ["__Http- without HttpOnly", "__Http-sid", { httpOnly: false }, "prefix"],
  ["SameSite=None without Secure", "cbtid", { sameSite: "None", secure: false }, "samesite"],
  ["Partitioned without Secure", "cbtid", { partitioned: true, secure: false }, "partitioned"],
  ["a name that is too long", "x".repeat(4097 - 24), {}, "size"],
])("never made: %s", (_, name, changes, why) => {
  const attributes = { ...DEFAULT_SESSION_POLICY.attributes, ...changes };
  expect(checkCookieAttributes(attributes, name)).not.toEqual([]);
  expect(() => toSetCookie(VALUE, EXPIRY_NS, START_NS, { cookieName: name, attributes })).toThrow();
  const { path, domain, secure, httpOnly, sameSite, partitioned } = attributes;
  const words = [
    `${name}=${VALUE}`,
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(secure ? ["Secure"] : []),
    ...(httpOnly ? ["HttpOnly"] : []),
    ...(partitioned ? ["Partitioned"] : []),
    `SameSite=${sameSite}`,
  ];
  expect(keepCookie(new Map(), words.join("; "), HTTPS, START * 1000)).toBe(why);
});
