// which pages may open a connection with a browser's cookie.

import { describe, expect, test } from "@jest/globals";
import { checkOrigin } from "../../src/authenticator/check-origin.js";
import type { OriginPolicy } from "../../src/http-headers/origin.js";
import { call } from "../support/authenticator-cases.js";

const SAME_HOST: OriginPolicy = { sameHost: true, allow: [], allowAbsent: true };
const listOf = (...allow: string[]): OriginPolicy => ({ sameHost: false, allow, allowAbsent: false });

function isAllowed(origin: string | undefined, host: string | undefined, policy: OriginPolicy): boolean {
  const denial = checkOrigin(call({ origin, host }), policy);
  if (denial !== undefined) expect(denial.denied).toBe("origin-not-allowed");
  return denial === undefined;
}

describe("R-43 same host", () => {
  test.each<[string, string]>([
    ["https://example.com", "example.com"],
    ["http://example.com", "example.com"],
    ["http://example.com:8080", "example.com:8080"],
    ["https://example.com", "example.com:443"],
    ["https://example.com:443", "example.com"],
    ["http://example.com", "example.com:80"],
    ["https://EXAMPLE.com", "example.COM"],
    ["HTTPS://example.com", "example.com"],
    ["http://127.0.0.1:8080", "127.0.0.1:8080"],
    ["http://[::1]:8080", "[::1]:8080"],
    ["https://[::1]", "[::1]:443"],
    ["https://[2001:db8::1]", "[2001:0DB8:0:0:0:0:0:1]"],
    ["https://xn--exmple-cua.com", "xn--exmple-cua.com"],
    ["https://example.com.", "example.com."],
    ["https://under_score.example.com", "under_score.example.com"],
  ])("%s may connect to %s", (origin, host) => {
    expect(isAllowed(origin, host, SAME_HOST)).toBe(true);
  });

  test.each<[string, string | undefined, string]>([
    ["another host", "example.com", "https://evil.org"],
    ["a subdomain", "example.com", "https://a.example.com"],
    ["the domain above", "a.example.com", "https://example.com"],
    ["ours as the beginning of another", "example.com", "https://example.com.evil.org"],
    ["ours as the end of another", "example.com", "https://evilexample.com"],
    ["ours as user name", "example.com", "https://example.com@evil.org"],
    ["ours as user name and password", "example.com", "https://example.com:443@evil.org"],
    ["a user name before ours", "example.com", "https://joe@example.com"],
    ["ours as path", "example.com", "https://evil.org/example.com"],
    ["a path behind ours", "example.com", "https://example.com/"],
    ["a query behind ours", "example.com", "https://example.com?x"],
    ["a fragment behind ours", "example.com", "https://example.com#x"],
    ["a backslash behind ours", "example.com", "https://example.com\\@evil.org"],
    ["a backslash path behind ours", "example.com", "https://example.com\\evil"],
    ["ours behind a backslash", "example.com", "https://evil.org\\.example.com"],
    ["another port", "example.com:8080", "http://example.com:8081"],
    ["no port for one that isn't the default", "example.com:8080", "http://example.com"],
    ["the other scheme's default port", "example.com:80", "https://example.com"],
    ["a trailing dot on one side", "example.com", "https://example.com."],
    ["an escaped letter", "example.com", "https://ex%61mple.com"],
    ["full-width letters", "example.com", "https://\uff45xample.com"],
    ["a soft hyphen", "example.com", "https://exam\u00adple.com"],
    ["a Cyrillic look-alike", "example.com", "https://ex\u0430mple.com"],
    ["its Punycode", "example.com", "https://xn--exmple-4nf.com"],
    ["Unicode where browsers send Punycode", "xn--exmple-cua.com", "https://ex\u00e4mple.com"],
    ["127.0.0.1 for its name", "localhost", "http://127.0.0.1"],
    ["a NUL at the end", "example.com", "https://example.com\u0000"],
    ["a line break at the end", "example.com", "https://example.com\n"],
    ["blanks around", "example.com", " https://example.com "],
    ["two origins", "example.com", "https://example.com https://example.com"],
    ["two origins with a comma", "example.com", "https://example.com,https://example.com"],
    ["no scheme", "example.com", "example.com"],
    ["no slashes", "example.com", "https:example.com"],
    ["three slashes", "example.com", "https:///example.com"],
    ["a file", "example.com", "file://"],
    ["a file with a path", "example.com", "file:///etc/passwd"],
    ["data", "example.com", "data:text/html,example.com"],
    ["an impossible port", "example.com", "https://example.com:99999"],
    ["an impossible host", "example.com", "https://exa mple.com"],
    ["empty", "example.com", ""],
    ["the word NULL", "example.com", "NULL"],
    ["no Host header", undefined, "https://example.com"],
    ["an empty Host header", "", "https://example.com"],
    ["a Host header with a path", "example.com/x", "https://example.com"],
    ["a Host header with a user name", "joe@example.com", "https://example.com"],
  ])("refused: %s (connecting to %s)", (_name, host, origin) => {
    expect(isAllowed(origin, host, SAME_HOST)).toBe(false);
  });

  test("can be turned off", () => {
    expect(isAllowed("https://example.com", "example.com", { ...SAME_HOST, sameHost: false })).toBe(false);
  });
});

describe("R-43 the allow list", () => {
  test.each<[string, string]>([
    ["https://app.example.com", "https://app.example.com"],
    ["https://app.example.com", "https://APP.EXAMPLE.COM"],
    ["https://app.example.com", "https://app.example.com:443"],
    ["https://app.example.com:443", "https://app.example.com"],
    ["http://app.example.com:80", "http://app.example.com"],
    ["HTTPS://App.Example.com", "https://app.example.com"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["http://[::1]:3000", "http://[::1]:3000"],
    ["https://[2001:db8::1]", "https://[2001:db8::1]"],
    ["https://*.example.com", "https://a.example.com"],
    ["https://*.*.example.com", "https://a.b.example.com"],
    ["https://a.*.example.com:8443", "https://a.b.example.com:8443"],
    ["capacitor://localhost", "capacitor://localhost"],
    ["chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"],
  ])("%s lets %s in", (entry, origin) => {
    expect(isAllowed(origin, "other.example.org", listOf(entry))).toBe(true);
  });

  test.each<[string, string]>([
    ["https://app.example.com", "http://app.example.com"],
    ["https://app.example.com", "https://app.example.com:8443"],
    ["https://app.example.com", "https://app.example.com.evil.org"],
    ["https://app.example.com", "https://evil-app.example.com"],
    ["https://app.example.com", "https://app-example.com"],
    ["https://app.example.com", "https://app.example.com@evil.org"],
    ["https://app.example.com", "https://app.example.com/"],
    ["https://*.example.com", "https://example.com"],
    ["https://*.example.com", "https://a.b.example.com"],
    ["https://*.example.com", "https://.example.com"],
    ["https://*.example.com", "https://evilexample.com"],
    ["https://*.example.com", "https://evil.org/.example.com"],
    ["https://*.example.com", "https://evil.org\\.example.com"],
    ["https://*.example.com", "https://evil.org#.example.com"],
    ["https://*.example.com", "https://a.example.com.evil.org"],
    ["https://*.example.com", "http://a.example.com"],
    ["https://*.example.com", "https://a.example.com:8443"],
    ["https://*.example.com", "https://a.exampleXcom"],
    ["https://a*.example.com", "https://ab.example.com"],
    ["*://a.example.com", "https://a.example.com"],
    ["*", "https://a.example.com"],
    ["example.com", "https://example.com"],
    ["", "https://example.com"],
    ["http://[::1]:3000", "http://[::1]:3001"],
    ["http://[::1]", "http://[::2]"],
  ])("%s doesn't let %s in", (entry, origin) => {
    expect(isAllowed(origin, "other.example.org", listOf(entry))).toBe(false);
  });

  test("any entry will do, and the list adds to the same host", () => {
    const both: OriginPolicy = {
      sameHost: true,
      allow: ["https://a.org", "https://b.org"],
      allowAbsent: true,
    };
    for (const origin of ["https://a.org", "https://b.org", "https://own.org"]) {
      expect(isAllowed(origin, "own.org", both)).toBe(true);
    }
    expect(isAllowed("https://c.org", "own.org", both)).toBe(false);
  });
});

describe("R-43 null and absent", () => {
  test.each<[string, OriginPolicy, boolean]>([
    ["refused by default", SAME_HOST, false],
    ["allowed by name", listOf("null"), true],
    ["not by a wildcard", listOf("*", "https://*", "NULL"), false],
  ])("`Origin: null` is %s", (_name, policy, allowed) => {
    expect(isAllowed("null", "null", policy)).toBe(allowed);
  });

  test.each<[boolean]>([[true], [false]])("no Origin at all, with allowAbsent %p", (allowAbsent) => {
    expect(isAllowed(undefined, "example.com", { ...SAME_HOST, allowAbsent })).toBe(allowAbsent);
  });

  test("an empty Origin isn't an absent one", () => {
    expect(isAllowed("", "example.com", SAME_HOST)).toBe(false);
  });
});

test.each<[string | undefined, string]>([
  ["https://evil.org", "https://evil.org"],
  ["null", "null"],
  ["\u001b[31m", "malformed"],
  [undefined, "no Origin header"],
])("the log learns about %p: %s", (origin, detail) => {
  expect(checkOrigin(call({ origin, host: "example.com" }), listOf())).toEqual({
    denied: "origin-not-allowed",
    detail,
  });
});
